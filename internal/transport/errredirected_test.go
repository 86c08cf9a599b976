package transport_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// No redirect is followed, whatever its status, its method and its Location: one
// request leaves, and the error names scheme and host of the target only.
func TestErrRedirected_afterOneRequest(t *testing.T) {
	t.Parallel()
	locations := map[string]struct {
		location []string
		text     string
	}{
		"no Location":                {location: nil, text: "names no Location"},
		"an empty Location":          {location: []string{""}, text: "names no Location"},
		"another host":               {location: []string{"https://login.test/s3cret?s3cret#s3cret"}, text: "points to https://login.test;"},
		"another host and port":      {location: []string{"http://login.test:8080/s3cret"}, text: "points to http://login.test:8080;"},
		"a user in it":               {location: []string{"https://s3cret:s3cret@login.test/"}, text: "points to https://login.test;"},
		"another path":               {location: []string{"/s3cret?s3cret"}, text: "points to another path of SELF;"},
		"another path, written out":  {location: []string{"SELF/s3cret"}, text: "points to another path of SELF;"},
		"a relative path":            {location: []string{"../s3cret"}, text: "points to another path of SELF;"},
		"a host without a scheme":    {location: []string{"//login.test/s3cret"}, text: "points to http://login.test;"},
		"https of the same host":     {location: []string{"SELFS/s3cret"}, text: "points to SELFS;"},
		"the very same URL":          {location: []string{"SELF/jwt/history"}, text: "points to another path of SELF;"},
		"a broken escape":            {location: []string{"https://login.test/s3cret%zz"}, text: "malformed Location"},
		"a broken port":              {location: []string{"https://login.test:s3cret/"}, text: "malformed Location"},
		"a scheme missing its name":  {location: []string{"://s3cret"}, text: "malformed Location"},
		"an address without slashes": {location: []string{"localhost:3000/s3cret"}, text: "malformed Location"},
		"another scheme":             {location: []string{"ftp://login.test/s3cret"}, text: "points to ftp://login.test;"},
		"two Locations":              {location: []string{"https://one.test/s3cret", "https://two.test/s3cret"}, text: "points to https://one.test;"},
		"the client's own token":     {location: []string{"https://" + servertest.Token + ".test/"}, text: "[redacted]"},
	}
	for _, status := range []int{300, 301, 302, 303, 304, 305, 306, 307, 308, 399} {
		for name, tt := range locations {
			for call, do := range servertest.Calls {
				t.Run(fmt.Sprintf("%d, %s, %s", status, name, call), func(t *testing.T) {
					t.Parallel()
					var self string
					fill := func(s string) string {
						s = strings.ReplaceAll(s, "SELFS", "https"+strings.TrimPrefix(self, "http"))
						return strings.ReplaceAll(s, "SELF", self)
					}
					server := servertest.NewLoopback(t, func(w http.ResponseWriter, _ *http.Request) {
						for _, location := range tt.location {
							w.Header().Add("Location", fill(location))
						}
						w.WriteHeader(status)
					})
					self = server.URL
					err := do.Run(t.Context(), servertest.NewClient(t, server.URL))
					checkRedirected(t, err, status, fill(tt.text))
					server.Only(t)
				})
			}
		}
	}
}

func checkRedirected(t *testing.T, err error, status int, text string) {
	t.Helper()
	var apiErr *tiledesk.APIError
	if !errors.Is(err, tiledesk.ErrRedirected) || !errors.As(err, &apiErr) || apiErr.StatusCode != status || apiErr.Attempts != 1 {
		t.Fatalf("got %v, want ErrRedirected with status %d after one attempt", err, status)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%q does not say %q", err, text)
	}
	if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), servertest.Token) {
		t.Errorf("%q tells more than scheme and host", err)
	}
}

// A body makes no difference, not even one that is far too long.
func TestErrRedirected_withABody(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"short": 100, "above the limit": transport.MaxBody + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servertest.NewLoopback(t, servertest.AnswerWith(302, strings.Repeat("x", length), "Location", "https://login.test/"))
			_, err := servertest.NewClient(t, server.URL).JWT.RevokeByJTI(t.Context(), "j1")
			checkRedirected(t, err, 302, "https://login.test")
			server.Only(t)
		})
	}
}

// The caller's CheckRedirect would follow; it is not asked, and stays as it is.
func TestErrRedirected_checkRedirectIsNotAsked(t *testing.T) {
	t.Parallel()
	target := servertest.NewLoopback(t, servertest.AnswerOK)
	server := servertest.NewLoopback(t, servertest.AnswerWith(307, "", "Location", target.URL))
	own := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		t.Error("CheckRedirect was asked")
		return nil
	}}
	for call, do := range servertest.Calls {
		if err := do.Run(t.Context(), servertest.NewClient(t, server.URL, tiledesk.WithHTTPClient(own))); !errors.Is(err, tiledesk.ErrRedirected) {
			t.Errorf("%s: got %v, want ErrRedirected", call, err)
		}
	}
	if got := len(target.Arrived()); got != 0 {
		t.Errorf("%d requests followed the redirect", got)
	}
	if own.CheckRedirect == nil || own.Transport != nil {
		t.Error("the caller's client was changed")
	}
}
