package facetest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestJWTService_sendsWhatTheAPIDocuments(t *testing.T) {
	t.Parallel()
	list := func(opts *tiledesk.ListHistoryOptions) func(context.Context, *tiledesk.Client) error {
		return func(ctx context.Context, c *tiledesk.Client) error {
			_, err := c.JWT.ListHistory(ctx, opts)
			return err
		}
	}
	tests := map[string]struct {
		call   func(context.Context, *tiledesk.Client) error
		opts   []tiledesk.Option
		method string
		uri    string
	}{
		"a list without options":           {call: list(nil), method: "GET", uri: "/jwt/history"},
		"a list with empty options":        {call: list(&tiledesk.ListHistoryOptions{}), method: "GET", uri: "/jwt/history"},
		"page 0 is the first and not sent": {call: list(&tiledesk.ListHistoryOptions{Page: 0, Direction: 1}), method: "GET", uri: "/jwt/history?direction=1"},
		"a page":                           {call: list(&tiledesk.ListHistoryOptions{Page: 7}), method: "GET", uri: "/jwt/history?page=7"},
		"descending":                       {call: list(&tiledesk.ListHistoryOptions{Direction: tiledesk.Descending}), method: "GET", uri: "/jwt/history?direction=-1"},
		"everything":                       {call: list(&tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending, Page: 2}), method: "GET", uri: "/jwt/history?direction=1&page=2&sortField=createdAt"},
		"a sort field that needs escaping": {call: list(&tiledesk.ListHistoryOptions{SortField: "a&b=c d#e"}), method: "GET", uri: "/jwt/history?sortField=a%26b%3Dc+d%23e"},
		"a sort field with its alias":      {call: list(&tiledesk.ListHistoryOptions{SortField: "createdAt"}), opts: []tiledesk.Option{tiledesk.WithSortAlias()}, method: "GET", uri: "/jwt/history?sort=createdAt&sortField=createdAt"},
		"the alias of no sort field":       {call: list(&tiledesk.ListHistoryOptions{Page: 1}), opts: []tiledesk.Option{tiledesk.WithSortAlias()}, method: "GET", uri: "/jwt/history?page=1"},
		"a revocation by jti":              {call: servertest.Calls["revoking by jti"].Run, method: "DELETE", uri: "/jwt/history/" + servertest.JTI},
		"a revocation by id":               {call: servertest.Calls["revoking by id"].Run, method: "DELETE", uri: "/jwt/history/id/" + servertest.ID},
	}
	prefixes := map[string]string{
		"": "", "/": "", "/v3": "/v3", "/v3/": "/v3", "/a/b//": "/a/b", "/a%2Fb": "/a%2Fb", "/a b;c/": "/a%20b;c",
	}
	for name, tt := range tests {
		for given, prefix := range prefixes {
			t.Run(name+" below the prefix "+given, func(t *testing.T) {
				t.Parallel()
				server := servertest.NewLoopback(t, servertest.AnswerOK)
				client := servertest.NewClient(t, server.URL+given, tt.opts...)
				if err := tt.call(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				r := server.Only(t)
				if r.Method != tt.method || r.RequestURI != prefix+tt.uri {
					t.Errorf("sent %s %s, want %s %s", r.Method, r.RequestURI, tt.method, prefix+tt.uri)
				}
				if client.BaseURL() != server.URL+prefix {
					t.Errorf("the base URL is %s, want %s", client.BaseURL(), server.URL+prefix)
				}
			})
		}
	}
}

func TestJWTService_headers(t *testing.T) {
	t.Parallel()
	const own = "tiledesk-go/devel" // the version as a build of this repository has it
	tests := map[string]struct {
		opts      []tiledesk.Option
		userAgent string
	}{
		"by default":                      {userAgent: own},
		"with a user agent of the caller": {opts: []tiledesk.Option{tiledesk.WithUserAgent("report/1.2 (+https://example.com)")}, userAgent: "report/1.2 (+https://example.com)"},
		"with an empty one":               {opts: []tiledesk.Option{tiledesk.WithUserAgent("")}, userAgent: own},
		"with an empty one after another": {opts: []tiledesk.Option{tiledesk.WithUserAgent("report/1.2"), tiledesk.WithUserAgent("")}, userAgent: own},
	}
	for name, tt := range tests {
		for call, do := range servertest.Calls {
			t.Run(call+" "+name, func(t *testing.T) {
				t.Parallel()
				server := servertest.NewLoopback(t, func(w http.ResponseWriter, r *http.Request) {
					if body, err := io.ReadAll(r.Body); len(body) > 0 || err != nil {
						t.Errorf("sent a body: %q, %v", body, err)
					}
					servertest.AnswerOK(w, r)
				})
				if err := do.Run(t.Context(), servertest.NewClient(t, server.URL, tt.opts...)); err != nil {
					t.Fatal(err)
				}
				r := server.Only(t)
				for name, want := range map[string]string{
					"Accept": "application/json", "User-Agent": tt.userAgent, "Authorization": "JWT " + servertest.Token,
					"Content-Type": "", "Cookie": "", "Referer": "",
				} {
					if got := strings.Join(r.Header.Values(name), ", "); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
			})
		}
	}
}

// TestRequest_forTransports: what a transport looks at is there, as in a request
// of http.NewRequest.
func TestWithHTTPClient_requestsForTransports(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, "https://tiledesk.test/v3", servertest.WithTransport(servertest.Step(func(r *http.Request) (*http.Response, error) {
		want, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL.String(), nil)
		if err != nil {
			t.Error(err)
		}
		if r.Host != want.Host || r.Proto != want.Proto || r.ProtoMajor != want.ProtoMajor || r.ProtoMinor != want.ProtoMinor {
			t.Errorf("host %q, protocol %s %d %d", r.Host, r.Proto, r.ProtoMajor, r.ProtoMinor)
		}
		return servertest.Answer(200, `[]`), nil
	})))
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestJWTService_refusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	var none context.Context
	canceled, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("the operator pressed stop")
	cancel(reason)
	late, stop := context.WithTimeout(context.Background(), -1)
	defer stop()
	list := func(opts tiledesk.ListHistoryOptions) func(context.Context, *tiledesk.Client) error {
		return func(ctx context.Context, c *tiledesk.Client) error {
			page, err := c.JWT.ListHistory(ctx, &opts)
			if page != nil {
				t.Error("a page together with an error")
			}
			return err
		}
	}
	tests := map[string]struct {
		ctx  context.Context
		call func(context.Context, *tiledesk.Client) error
		want error
		text string
	}{
		"a direction of 2":     {call: list(tiledesk.ListHistoryOptions{Direction: 2}), want: tiledesk.ErrInvalidArgument, text: "direction is 2"},
		"a direction of -2":    {call: list(tiledesk.ListHistoryOptions{Direction: -2}), want: tiledesk.ErrInvalidArgument, text: "direction is -2"},
		"a negative page":      {call: list(tiledesk.ListHistoryOptions{Page: -1}), want: tiledesk.ErrInvalidArgument, text: "page is -1"},
		"a nil context, list":  {ctx: none, call: servertest.Calls["listing"].Run, want: tiledesk.ErrInvalidArgument, text: "context is nil"},
		"a nil context, jti":   {ctx: none, call: servertest.Calls["revoking by jti"].Run, want: tiledesk.ErrInvalidArgument, text: "context is nil"},
		"a nil context, id":    {ctx: none, call: servertest.Calls["revoking by id"].Run, want: tiledesk.ErrInvalidArgument, text: "context is nil"},
		"a canceled context":   {ctx: canceled, call: servertest.Calls["revoking by jti"].Run, want: context.Canceled, text: "nothing was sent"},
		"the cause of that":    {ctx: canceled, call: servertest.Calls["listing"].Run, want: reason, text: "GET /jwt/history"},
		"a context that ended": {ctx: late, call: servertest.Calls["revoking by id"].Run, want: context.DeadlineExceeded, text: "DELETE /jwt/history/id/:id"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := tt.ctx
			if strings.HasPrefix(name, "a direction") || strings.HasPrefix(name, "a negative") {
				ctx = t.Context()
			}
			err := tt.call(ctx, servertest.NewClient(t, "https://tiledesk.test", servertest.WithTransport(servertest.Unasked(t))))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

// TestJWTService_callsAreAll keeps a new method from being left out of the tests that
// go through all calls: for secrets, redirects, retries, credentials.
func TestJWTService_callsAreAll(t *testing.T) {
	t.Parallel()
	madeOf := map[string]string{
		"ListHistory": "listing", "History": "listing", "Accepts": "listing",
		"RevokeByJTI": "revoking by jti", "RevokeToken": "revoking by jti",
		"RevokeByID": "revoking by id", "RevokeEach": "revoking by id", "RevokeAll": "revoking by id",
	}
	service := reflect.TypeFor[*tiledesk.JWTService]()
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; servertest.Calls[madeOf[name]].Run == nil {
			t.Errorf("%s is in no test of all calls: add it to servertest.Calls, or say here of which it is made", name)
		}
	}
}
