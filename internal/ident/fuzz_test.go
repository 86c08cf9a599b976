package ident_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// FuzzPath sends identifiers: what is not refused is one segment of the path, which
// the server decodes as itself.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"", ".", "..", "a/b", "a/../b", `a\..\b`, "a?b", "a%2Fb", "id/x", "a..b", "ü", "..%2f", "a//b", "#", ";", " a ", "\x00", servertest.Token, strings.Repeat("a", ident.Max+1), "\xff",
	} {
		f.Add(seed)
	}
	var sent *url.URL
	client := servertest.NewClientWith(f, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		sent = r.URL
		return servertest.Answer(200, ""), nil
	}, tiledesk.WithBaseURL(servertest.URL))
	f.Fuzz(func(t *testing.T, identifier string) {
		for name, call := range revocations {
			sent = nil
			if _, err := call.revoke(context.Background(), client, identifier); err != nil {
				if sent != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) || len(identifier) > 8 && strings.Contains(err.Error(), identifier) {
					t.Fatalf("%s: sent %v, got %v", name, sent, err)
				}
				continue
			}
			escaped := sent.EscapedPath()
			rest, ok := strings.CutPrefix(escaped, call.prefix)
			if !ok || strings.ContainsAny(rest, "/?#\\ ") {
				t.Fatalf("%q is not one segment", rest)
			}
			if back, err := url.PathUnescape(rest); err != nil || back != identifier || sent.Path != call.prefix+identifier {
				t.Fatalf("%q comes back as %q, %v", identifier, back, err)
			}
			u, err := url.Parse("https://tiledesk.test" + escaped)
			if err != nil || u.Path != call.prefix+identifier || u.JoinPath().EscapedPath() != escaped {
				t.Fatalf("%q is parsed as %q, %v", escaped, u.Path, err)
			}
		}
	})
}
