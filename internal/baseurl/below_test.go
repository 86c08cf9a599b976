package baseurl_test

import (
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/baseurl"
)

// The path goes out as it was escaped, whatever net/url would make of it.
func TestBelow_setsTheEscapedPath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ base, decoded, escaped, want string }{
		{"https://tiledesk.test/v3", "/jwt/a", "/jwt/a", "/v3/jwt/a"},
		{"https://tiledesk.test/v3", "/jwt/a/b", "/jwt/a%2Fb", "/v3/jwt/a%2Fb"},
		{"https://tiledesk.test/a%2Fb", "/jwt/a", "/jwt/a", "/a%2Fb/jwt/a"},
		{"https://tiledesk.test", "/jwt/a", "/jwt/a", "/jwt/a"},
	} {
		base, err := baseurl.Parse(tt.base)
		if err != nil {
			t.Fatal(err)
		}
		if got := baseurl.Below(base, tt.decoded, tt.escaped); got.RawPath != tt.want || got.EscapedPath() != tt.want {
			t.Errorf("%s and %s: got %q, %q, want %q", tt.base, tt.escaped, got.RawPath, got.EscapedPath(), tt.want)
		}
	}
}
