package facetest

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// naming notes its name for each request that passes.
func naming(name string, passed *[]string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripFunc(func(r *http.Request) (*http.Response, error) {
			*passed = append(*passed, name)
			r = r.Clone(r.Context())
			r.Header.Set("X-"+name, "was here")
			return next.RoundTrip(r)
		})
	}
}

func TestWithMiddleware_seesEachAttemptTheFirstOutermost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})
		var passed []string
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]),
			tiledesk.WithMiddleware(naming("Outer", &passed), nil, naming("Middle", &passed)),
			tiledesk.WithMiddleware(naming("Inner", &passed)))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if want := []string{"Outer", "Middle", "Inner", "Outer", "Middle", "Inner"}; !slices.Equal(passed, want) {
			t.Errorf("passed %v, want %v", passed, want)
		}
		for _, request := range server.Requests() {
			for _, name := range []string{"X-Outer", "X-Middle", "X-Inner"} {
				if request.Header.Get(name) != "was here" {
					t.Errorf("%s did not reach the server: %v", name, request.Header)
				}
			}
		}
	})
}

func TestWithMiddleware_keepsTheBoundsOfTheBuiltInTransport(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(agent, password)
	token := server.Issue(agent, 1)[0]
	server.Inject(tiledesktest.Fault{Header: http.Header{"X-Long": {strings.Repeat("x", 2<<20)}}})
	var passed []string
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithMiddleware(naming("Outer", &passed)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.JWT.ListHistory(t.Context(), nil); !errors.Is(err, tiledesk.ErrResponseTooLarge) {
		t.Errorf("a header of two MiB: %v", err)
	}
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Error(err)
	}
	client.CloseIdleConnections() // or else goleak finds the connection
}

func TestWithMiddleware_refusesOneThatGivesNil(t *testing.T) {
	t.Parallel()
	for _, gives := range []http.RoundTripper{nil, (*http.Transport)(nil)} {
		_, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
			tiledesk.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return gives }))
		if !errors.Is(err, tiledesk.ErrInvalidArgument) {
			t.Errorf("a middleware that gives %T: %v", gives, err)
		}
	}
}

// No other test of the package runs meanwhile: httpmock replaces the transport of
// the whole program.
func TestNewClient_usesADefaultTransportThatWasReplaced(t *testing.T) {
	passed := []string{}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithBaseURL(baseURL),
		tiledesk.WithMiddleware(naming("Outer", &passed)))
	if err != nil {
		t.Fatal(err)
	}
	httpmock.Activate(t) // after NewClient, as a test of a program may
	httpmock.RegisterResponder(http.MethodGet, baseURL+"/jwt/history", httpmock.NewStringResponder(http.StatusOK, "[]"))
	page, err := client.JWT.ListHistory(t.Context(), nil)
	if err != nil || len(page.Tokens) != 0 {
		t.Errorf("got %v, %v", page, err)
	}
	if httpmock.GetTotalCallCount() != 1 || len(passed) != 1 {
		t.Errorf("the mock was asked %d times, the middleware %v", httpmock.GetTotalCallCount(), passed)
	}
}

func TestWithAttemptTimeout_endsAnAttemptAndNotTheCall(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts []tiledesk.Option
		want time.Duration
	}{
		"the default":               {nil, 30 * time.Second},
		"one of its own":            {[]tiledesk.Option{tiledesk.WithAttemptTimeout(time.Minute)}, time.Minute},
		"zero":                      {[]tiledesk.Option{tiledesk.WithAttemptTimeout(0)}, 30 * time.Second},
		"before that of the client": {[]tiledesk.Option{tiledesk.WithAttemptTimeout(time.Minute), withTimeout(time.Hour)}, time.Minute},
		"after that of the client":  {[]tiledesk.Option{withTimeout(time.Hour), tiledesk.WithAttemptTimeout(time.Minute)}, time.Minute},
		"zero beside the client's":  {[]tiledesk.Option{withTimeout(time.Hour), tiledesk.WithAttemptTimeout(0)}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				hangs := func(http.RoundTripper) http.RoundTripper {
					return roundTripFunc(func(r *http.Request) (*http.Response, error) {
						asked++
						<-r.Context().Done()
						return nil, r.Context().Err()
					})
				}
				opts := append(tt.opts, tiledesk.WithMiddleware(hangs), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
				client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), opts...)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = client.JWT.ListHistory(t.Context(), nil)
				if !errors.Is(err, tiledesk.ErrNoAnswer) || time.Since(began) != tt.want || asked != 1 {
					t.Errorf("%v after %v and %d requests, want %v", err, time.Since(began), asked, tt.want)
				}
			})
		})
	}
	if _, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithAttemptTimeout(-1)); !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("a negative timeout: %v", err)
	}
}

func withTimeout(d time.Duration) tiledesk.Option {
	return tiledesk.WithHTTPClient(&http.Client{Timeout: d})
}

func TestDefaultRetryPolicy_isWhatAClientHas(t *testing.T) {
	t.Parallel()
	policy := tiledesk.DefaultRetryPolicy()
	want := tiledesk.RetryPolicy{MaxRetries: 3, MinWait: 500 * time.Millisecond, MaxWait: 10 * time.Second, MaxRetryAfter: time.Minute}
	if policy != want {
		t.Errorf("got %+v, want %+v", policy, want)
	}
	policy.MaxRetryAfter = time.Hour // which alone, in a literal, would turn retries off
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1800"}}})
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRetryPolicy(policy))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 2 {
			t.Errorf("got %v, %v", page, err)
		}
	})
}
