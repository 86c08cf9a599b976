package baseurl_test

import (
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/baseurl"
)

// The path goes out as it was escaped, whatever net/url would make of it.
func TestBelow_setsTheEscapedPath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ base, path, identifier, want, decoded string }{
		{"https://tiledesk.test/v3", "/jwt/", "a", "/v3/jwt/a", "/v3/jwt/a"},
		{"https://tiledesk.test/v3", "/jwt/", "a/b", "/v3/jwt/a%2Fb", "/v3/jwt/a/b"},
		{"https://tiledesk.test/a%2Fb", "/jwt/", "a", "/a%2Fb/jwt/a", "/a/b/jwt/a"},
		{"https://tiledesk.test/a%2Fb", "/jwt/", "%2F", "/a%2Fb/jwt/%252F", "/a/b/jwt/%2F"},
		{"https://tiledesk.test", "/jwt/", "a", "/jwt/a", "/jwt/a"},
		{"https://tiledesk.test/v3", "/jwt", "", "/v3/jwt", "/v3/jwt"},
	} {
		base, err := baseurl.Parse(tt.base)
		if err != nil {
			t.Fatal(err)
		}
		if got := baseurl.Below(base, tt.path, tt.identifier); got.RawPath != tt.want || got.EscapedPath() != tt.want || got.Path != tt.decoded {
			t.Errorf("%s and %s: got %q, %q for %q, want %q for %q", tt.base, tt.identifier, got.RawPath, got.EscapedPath(), got.Path, tt.want, tt.decoded)
		}
	}
}
