package tiledesk

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
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
	client, err := NewClient(JWTAuth(testToken))
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
	own := client.settings.own
	if own == nil || own == http.DefaultTransport || own.MaxIdleConnsPerHost < 32 {
		t.Errorf("the default transport is shared, or keeps too few connections for bulk work: %T", client.settings.attempts.RoundTripper)
	}
	if client.settings.attempts.AttemptTimeout != 30*time.Second {
		t.Errorf("an attempt may take %s, want 30s", client.settings.attempts.AttemptTimeout)
	}
}

// Nil means the default, in whatever disguise it comes, and never a panic.
func TestNewClient_nilMeansTheDefault(t *testing.T) {
	t.Parallel()
	jar := (*cookiejar.Jar)(nil)
	tests := map[string][]Option{
		"a nil option":                       {nil},
		"a nil http client":                  {WithHTTPClient(nil)},
		"an empty http client":               {WithHTTPClient(&http.Client{})},
		"a nil pointer as transport":         {WithHTTPClient(&http.Client{Transport: (*nilTransport)(nil)})},
		"a nil *http.Transport":              {WithHTTPClient(&http.Client{Transport: (*http.Transport)(nil)})},
		"a nil function as transport":        {WithHTTPClient(&http.Client{Transport: roundTripFunc(nil)})},
		"a nil pointer as cookie jar":        {WithHTTPClient(&http.Client{Jar: jar})},
		"a negative timeout":                 {WithHTTPClient(&http.Client{Timeout: -time.Second})},
		"no limiter":                         {WithRateLimiter(nil)},
		"a nil pointer as limiter":           {WithRateLimiter((*rate.Limiter)(nil))},
		"a nil logger":                       {WithLogger(nil)},
		"a zero logger":                      {WithLogger(new(slog.Logger))},
		"a logger of a nil handler":          {WithLogger(slog.New((*nilHandler)(nil)))},
		"an empty user agent":                {WithUserAgent("")},
		"the zero retry policy":              {WithRetryPolicy(RetryPolicy{})},
		"an http client taken back":          {WithHTTPClient(&http.Client{Transport: new(nilTransport), Timeout: 1}), WithHTTPClient(nil)},
		"an http client replaced by another": {WithHTTPClient(&http.Client{Transport: new(nilTransport), Timeout: 1}), WithHTTPClient(new(http.Client))},
	}
	for name, opts := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newWire(t, answerOK)
			client, err := NewClient(JWTAuth(testToken), append([]Option{WithBaseURL(server.URL)}, opts...)...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			for call, do := range serviceCalls {
				if err := do(t.Context(), client); err != nil {
					t.Errorf("%s: %v", call, err)
				}
			}
		})
	}
}

func TestWithRateLimiter_nilPointerAfterNil(t *testing.T) {
	t.Parallel()
	settings, err := newOptions([]Option{WithRateLimiter(nil), WithRateLimiter((*rate.Limiter)(nil))})
	if err != nil || settings.attempts.Limit == nil {
		t.Errorf("no limit, error %v; want the default limit", err)
	}
}

func TestNewClient_refusals(t *testing.T) {
	t.Parallel()
	bad := errors.New("an option of the caller's own")
	tests := map[string]struct {
		credentials Credentials
		opts        []Option
		want        error
		text        []string
	}{
		"no credentials":                {credentials: nil, text: []string{"no credentials", "BasicAuth", "JWTAuth"}},
		"a nil pointer as credentials":  {credentials: (*pointerCredentials)(nil), text: []string{"no credentials"}},
		"an empty token":                {credentials: JWTAuth(""), text: []string{"token", "empty"}},
		"an email with a colon":         {credentials: BasicAuth("a:b", "x"), text: []string{"email", "colon"}},
		"negative retries":              {opts: []Option{WithRetryPolicy(RetryPolicy{MaxRetries: -1})}, text: []string{"MaxRetries is -1", "use 0"}},
		"a negative wait":               {opts: []Option{WithRetryPolicy(RetryPolicy{MinWait: -1})}, text: []string{"negative", "use 0"}},
		"a first wait above the last":   {opts: []Option{WithRetryPolicy(RetryPolicy{MinWait: 2, MaxWait: 1})}, text: []string{"MinWait", "above MaxWait", "raise"}},
		"a user agent with line breaks": {opts: []Option{WithUserAgent("a\r\nAuthorization: JWT x")}, text: []string{"user agent", "control character"}},
		"plain http to another machine": {opts: []Option{WithBaseURL("http://tiledesk.test")}, text: []string{"http://", "https://", "WithInsecureHTTP"}},
		"an option that fails":          {opts: []Option{func(*options) error { return bad }}, want: bad},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credentials, want := tt.credentials, tt.want
			if want == nil {
				want = ErrInvalidArgument
			}
			if len(tt.opts) > 0 {
				credentials = JWTAuth(testToken)
			}
			client, err := NewClient(credentials, tt.opts...)
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
	server := newWire(t, answerOK)
	was := http.DefaultTransport
	defer func() { http.DefaultTransport = was }()
	for name, other := range map[string]http.RoundTripper{
		"nil":           nil,
		"a nil pointer": (*http.Transport)(nil),
	} {
		http.DefaultTransport = other
		client := newTestClient(t, server.URL)
		if err := serviceCalls["listing"](t.Context(), client); err != nil {
			t.Errorf("with %s as http.DefaultTransport: %v", name, err)
		}
	}
}
