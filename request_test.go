package tiledesk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRequest_isWhatTheAPIDocuments(t *testing.T) {
	t.Parallel()
	list := func(opts *ListHistoryOptions) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.JWT.ListHistory(ctx, opts)
			return err
		}
	}
	tests := map[string]struct {
		call   func(context.Context, *Client) error
		opts   []Option
		method string
		uri    string
	}{
		"a list without options":           {call: list(nil), method: "GET", uri: "/jwt/history"},
		"a list with empty options":        {call: list(&ListHistoryOptions{}), method: "GET", uri: "/jwt/history"},
		"page 0 is the first and not sent": {call: list(&ListHistoryOptions{Page: 0, Direction: 1}), method: "GET", uri: "/jwt/history?direction=1"},
		"a page":                           {call: list(&ListHistoryOptions{Page: 7}), method: "GET", uri: "/jwt/history?page=7"},
		"descending":                       {call: list(&ListHistoryOptions{Direction: Descending}), method: "GET", uri: "/jwt/history?direction=-1"},
		"everything":                       {call: list(&ListHistoryOptions{SortField: "createdAt", Direction: Ascending, Page: 2}), method: "GET", uri: "/jwt/history?direction=1&page=2&sortField=createdAt"},
		"a sort field that needs escaping": {call: list(&ListHistoryOptions{SortField: "a&b=c d#e"}), method: "GET", uri: "/jwt/history?sortField=a%26b%3Dc+d%23e"},
		"a sort field with its alias":      {call: list(&ListHistoryOptions{SortField: "createdAt"}), opts: []Option{WithSortAlias()}, method: "GET", uri: "/jwt/history?sort=createdAt&sortField=createdAt"},
		"the alias of no sort field":       {call: list(&ListHistoryOptions{Page: 1}), opts: []Option{WithSortAlias()}, method: "GET", uri: "/jwt/history?page=1"},
		"a revocation by jti":              {call: serviceCalls["revoking by jti"], method: "DELETE", uri: "/jwt/history/2e5e5e9b-8a3b-4975-83e2-35ea216c468b"},
		"a revocation by id":               {call: serviceCalls["revoking by id"], method: "DELETE", uri: "/jwt/history/id/6b02c254b4f8164bc2ae64b3"},
	}
	prefixes := map[string]string{
		"": "", "/": "", "/v3": "/v3", "/v3/": "/v3", "/a/b//": "/a/b", "/a%2Fb": "/a%2Fb", "/a b;c/": "/a%20b;c",
	}
	for name, tt := range tests {
		for given, prefix := range prefixes {
			t.Run(name+" below the prefix "+given, func(t *testing.T) {
				t.Parallel()
				server := newWire(t, answerOK)
				client := newTestClient(t, server.URL+given, tt.opts...)
				if err := tt.call(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				r := server.only(t)
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

func TestRequest_headers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts      []Option
		userAgent string
	}{
		"by default":                      {userAgent: "tiledesk-go/" + version()},
		"with a user agent of the caller": {opts: []Option{WithUserAgent("report/1.2 (+https://example.com)")}, userAgent: "report/1.2 (+https://example.com)"},
		"with an empty one":               {opts: []Option{WithUserAgent("")}, userAgent: "tiledesk-go/" + version()},
		"with an empty one after another": {opts: []Option{WithUserAgent("report/1.2"), WithUserAgent("")}, userAgent: "tiledesk-go/" + version()},
	}
	for name, tt := range tests {
		for call, do := range serviceCalls {
			t.Run(call+" "+name, func(t *testing.T) {
				t.Parallel()
				server := newWire(t, func(w http.ResponseWriter, r *http.Request) {
					if body, err := io.ReadAll(r.Body); len(body) > 0 || err != nil {
						t.Errorf("sent a body: %q, %v", body, err)
					}
					answerOK(w, r)
				})
				if err := do(t.Context(), newTestClient(t, server.URL, tt.opts...)); err != nil {
					t.Fatal(err)
				}
				r := server.only(t)
				for name, want := range map[string]string{
					"Accept": "application/json", "User-Agent": tt.userAgent, "Authorization": "JWT " + testToken,
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
func TestRequest_forTransports(t *testing.T) {
	t.Parallel()
	client := newTestClient(t, "https://tiledesk.test/v3", withTransport(roundTripFunc(func(r *http.Request) (*http.Response, error) {
		want, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL.String(), nil)
		if err != nil {
			t.Error(err)
		}
		if r.Host != want.Host || r.Proto != want.Proto || r.ProtoMajor != want.ProtoMajor || r.ProtoMinor != want.ProtoMinor {
			t.Errorf("host %q, protocol %s %d %d", r.Host, r.Proto, r.ProtoMajor, r.ProtoMinor)
		}
		return answer(200, `[]`), nil
	})))
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestRequest_refusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	var none context.Context
	canceled, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("the operator pressed stop")
	cancel(reason)
	late, stop := context.WithTimeout(context.Background(), -1)
	defer stop()
	list := func(opts ListHistoryOptions) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			page, err := c.JWT.ListHistory(ctx, &opts)
			if page != nil {
				t.Error("a page together with an error")
			}
			return err
		}
	}
	tests := map[string]struct {
		ctx  context.Context
		call func(context.Context, *Client) error
		want error
		text string
	}{
		"a direction of 2":     {call: list(ListHistoryOptions{Direction: 2}), want: ErrInvalidArgument, text: "direction is 2"},
		"a direction of -2":    {call: list(ListHistoryOptions{Direction: -2}), want: ErrInvalidArgument, text: "direction is -2"},
		"a negative page":      {call: list(ListHistoryOptions{Page: -1}), want: ErrInvalidArgument, text: "page is -1"},
		"a nil context, list":  {ctx: none, call: serviceCalls["listing"], want: ErrInvalidArgument, text: "context is nil"},
		"a nil context, jti":   {ctx: none, call: serviceCalls["revoking by jti"], want: ErrInvalidArgument, text: "context is nil"},
		"a nil context, id":    {ctx: none, call: serviceCalls["revoking by id"], want: ErrInvalidArgument, text: "context is nil"},
		"a cancelled context":  {ctx: canceled, call: serviceCalls["revoking by jti"], want: context.Canceled, text: "nothing was sent"},
		"the cause of that":    {ctx: canceled, call: serviceCalls["listing"], want: reason, text: "GET /jwt/history"},
		"a context that ended": {ctx: late, call: serviceCalls["revoking by id"], want: context.DeadlineExceeded, text: "DELETE /jwt/history/id/:id"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := tt.ctx
			if strings.HasPrefix(name, "a direction") || strings.HasPrefix(name, "a negative") {
				ctx = t.Context()
			}
			err := tt.call(ctx, newTestClient(t, "https://tiledesk.test", withTransport(newMock(t))))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

func TestClient_isSafeForManyGoroutines(t *testing.T) {
	t.Parallel()
	server := newWire(t, answerOK)
	client := newTestClient(t, server.URL)
	done := make(chan error)
	for range 50 {
		go func() {
			var errs []error
			for _, call := range serviceCalls {
				errs = append(errs, call(t.Context(), client))
			}
			done <- errors.Join(errs...)
		}()
	}
	for range 50 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := len(server.arrived()); got != 150 {
		t.Errorf("%d requests arrived, want 150", got)
	}
}
