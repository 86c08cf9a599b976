package facetest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// pointerCredentials, nilTransport, nilJar and nilHandler panic when a nil
// pointer of theirs is used.
type (
	pointerCredentials struct{ value string }
	nilTransport       struct{ name string }
	nilHandler         struct{ slog.Handler }
)

func (c *pointerCredentials) Authorization(context.Context) (string, error) { return c.value, nil }

func (t *nilTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New(t.name)
}

func TestNewClient_defaults(t *testing.T) {
	t.Parallel()
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	if got := client.BaseURL(); got != "https://api.tiledesk.com/v3" {
		t.Errorf("the base URL is %s", got)
	}
	if client.JWT == nil {
		t.Error("no JWT service")
	}
}

// The built-in transport keeps a connection for each of many workers.
func TestNewClient_keepsConnectionsForBulkWork(t *testing.T) {
	t.Parallel()
	const workers = 32
	var arrived atomic.Int32
	rounds := []chan struct{}{make(chan struct{}), make(chan struct{})}
	server := servertest.NewLoopback(t, func(w http.ResponseWriter, r *http.Request) {
		n := int(arrived.Add(1))
		round := rounds[min((n-1)/workers, 1)]
		if n == workers || n == 2*workers {
			close(round)
		}
		<-round // until all of them are here
		servertest.AnswerOK(w, r)
	})
	client := servertest.NewClient(t, server.URL)
	for range rounds {
		var calls sync.WaitGroup
		for range workers {
			calls.Go(func() {
				if err := servertest.Calls["listing"].Run(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	// On a busy machine net/http itself gives a connection up now and then; without
	// any kept there would be twice as many.
	if got := server.Opened(); got > workers*3/2 {
		t.Errorf("%d connections for twice %d requests at once", got, workers)
	}
}

// Nil means the default, in whatever disguise it comes, and never a panic.
func TestNewClient_nilMeansTheDefault(t *testing.T) {
	t.Parallel()
	jar := (*cookiejar.Jar)(nil)
	tests := map[string][]tiledesk.Option{
		"a nil option":                       {nil},
		"a nil http client":                  {tiledesk.WithHTTPClient(nil)},
		"an empty http client":               {tiledesk.WithHTTPClient(&http.Client{})},
		"a nil pointer as transport":         {tiledesk.WithHTTPClient(&http.Client{Transport: (*nilTransport)(nil)})},
		"a nil *http.Transport":              {tiledesk.WithHTTPClient(&http.Client{Transport: (*http.Transport)(nil)})},
		"a nil function as transport":        {tiledesk.WithHTTPClient(&http.Client{Transport: servertest.Step(nil)})},
		"a nil pointer as cookie jar":        {tiledesk.WithHTTPClient(&http.Client{Jar: jar})},
		"a negative timeout":                 {tiledesk.WithHTTPClient(&http.Client{Timeout: -time.Second})},
		"no limiter":                         {tiledesk.WithRateLimiter(nil)},
		"a nil pointer as limiter":           {tiledesk.WithRateLimiter((*rate.Limiter)(nil))},
		"a nil logger":                       {tiledesk.WithLogger(nil)},
		"a zero logger":                      {tiledesk.WithLogger(new(slog.Logger))},
		"a logger of a nil handler":          {tiledesk.WithLogger(slog.New((*nilHandler)(nil)))},
		"an empty user agent":                {tiledesk.WithUserAgent("")},
		"the zero retry policy":              {tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{})},
		"an http client taken back":          {tiledesk.WithHTTPClient(&http.Client{Transport: new(nilTransport), Timeout: 1}), tiledesk.WithHTTPClient(nil)},
		"an http client replaced by another": {tiledesk.WithHTTPClient(&http.Client{Transport: new(nilTransport), Timeout: 1}), tiledesk.WithHTTPClient(new(http.Client))},
	}
	for name, opts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servertest.NewLoopback(t, servertest.AnswerOK)
			client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), append([]tiledesk.Option{tiledesk.WithBaseURL(server.URL)}, opts...)...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			for call, do := range servertest.Calls {
				if err := do.Run(t.Context(), client); err != nil {
					t.Errorf("%s: %v", call, err)
				}
			}
		})
	}
}

func TestWithRateLimiter_nilPointerAfterNil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), servertest.WithTransport(servertest.Reply(200, "[]")),
			tiledesk.WithRateLimiter(nil), tiledesk.WithRateLimiter((*rate.Limiter)(nil)))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 201 {
			if err := servertest.Calls["listing"].Run(t.Context(), client); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(start) == 0 {
			t.Error("201 requests left at once; want the default limit")
		}
	})
}

// optionOf is an option of some other package that fails, which Go itself lets no
// package write.
func optionOf(err error) tiledesk.Option {
	option := reflect.MakeFunc(reflect.TypeFor[tiledesk.Option](), func([]reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(&err).Elem()}
	})
	return option.Interface().(tiledesk.Option)
}

func TestNewClient_refusals(t *testing.T) {
	t.Parallel()
	bad := errors.New("an option of the caller's own")
	tests := map[string]struct {
		credentials tiledesk.Credentials
		opts        []tiledesk.Option
		want        error
		text        []string
	}{
		"no credentials":                {credentials: nil, text: []string{"no credentials", "BasicAuth", "JWTAuth"}},
		"a nil pointer as credentials":  {credentials: (*pointerCredentials)(nil), text: []string{"no credentials"}},
		"an empty token":                {credentials: tiledesk.JWTAuth(""), text: []string{"token", "empty"}},
		"an email with a colon":         {credentials: tiledesk.BasicAuth("a:b", "x"), text: []string{"email", "colon"}},
		"negative retries":              {opts: []tiledesk.Option{tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: -1})}, text: []string{"MaxRetries is -1", "use 0"}},
		"a negative wait":               {opts: []tiledesk.Option{tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MinWait: -1})}, text: []string{"negative", "use 0"}},
		"a first wait above the last":   {opts: []tiledesk.Option{tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MinWait: 2, MaxWait: 1})}, text: []string{"MinWait", "above MaxWait", "raise"}},
		"a user agent with line breaks": {opts: []tiledesk.Option{tiledesk.WithUserAgent("a\r\nAuthorization: JWT x")}, text: []string{"user agent", "control character"}},
		"plain http to another machine": {opts: []tiledesk.Option{tiledesk.WithBaseURL("http://tiledesk.test")}, text: []string{"http://", "https://", "WithInsecureHTTP"}},
		"an option that fails":          {opts: []tiledesk.Option{optionOf(bad)}, want: bad},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credentials, want := tt.credentials, tt.want
			if want == nil {
				want = tiledesk.ErrInvalidArgument
			}
			if len(tt.opts) > 0 {
				credentials = tiledesk.JWTAuth(servertest.Token)
			}
			client, err := tiledesk.NewClient(credentials, tt.opts...)
			if client != nil || !errors.Is(err, want) {
				t.Fatalf("got %v, %v; want nothing and %v", client, err, want)
			}
			for _, text := range tt.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
		})
	}
}

// TestNewClient_defaultTransportReplaced is not parallel: it changes a global of
// net/http, which servers of other tests look at when they close.
//
//nolint:paralleltest // see above
func TestNewClient_defaultTransportReplaced(t *testing.T) {
	server := servertest.NewLoopback(t, servertest.AnswerOK)
	was := http.DefaultTransport
	defer func() { http.DefaultTransport = was }()
	for name, other := range map[string]http.RoundTripper{
		"nil":           nil,
		"a nil pointer": (*http.Transport)(nil),
	} {
		http.DefaultTransport = other
		client := servertest.NewClient(t, server.URL)
		if err := servertest.Calls["listing"].Run(t.Context(), client); err != nil {
			t.Errorf("with %s as http.DefaultTransport: %v", name, err)
		}
	}
}
