package tiledesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const minted = "a token may have been minted"

// signIn signs in at a server and closes what the client leaves open.
func signIn(t *testing.T, url string, opts ...Option) (*Client, error) {
	t.Helper()
	opts = append([]Option{WithBaseURL(url), WithRetryPolicy(quick), WithRateLimiter(nil)}, opts...)
	client, err := SignIn(t.Context(), testEmail, testPassword, opts...)
	if err == nil {
		t.Cleanup(client.CloseIdleConnections)
	}
	return client, err
}

func TestSignInGivesAClientThatUsesTheToken(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(testEmail, testPassword)
	client, err := signIn(t, server.URL(), WithUserAgent("the job"))
	if err != nil {
		t.Fatal(err)
	}
	if page, err := client.JWT.ListHistory(t.Context(), nil); err != nil || len(page.Tokens) != 1 {
		t.Errorf("got %+v, %v", page, err)
	}
	for _, request := range server.Requests() {
		if request.Header.Get("User-Agent") != "the job" {
			t.Errorf("the options do not hold for %s %s", request.Method, request.Path)
		}
	}
	if authorization := server.Requests()[1].Header.Get("Authorization"); authorization != "JWT "+server.Tokens(testEmail)[0] {
		t.Error("the client authorizes with something else")
	}
	if text := fmt.Sprintf("%v %+v %#v", client, *client, client); strings.Contains(text, testPassword) || strings.Contains(text, "eyJ") {
		t.Errorf("the client prints a secret: %s", text)
	}
}

func TestSignInIsSentOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	page := "<html><title>App</title></html>"
	for name, test := range map[string]struct {
		fault  tiledesktest.Fault
		minted bool
		kind   error
	}{
		"503":                          {tiledesktest.Fault{Status: 503}, false, ErrServer},
		"503 with Retry-After":         {tiledesktest.Fault{Status: 503, Header: http.Header{"Retry-After": {"0"}}}, false, ErrServer},
		"429":                          {tiledesktest.Fault{Status: 429}, false, ErrRateLimited},
		"500":                          {tiledesktest.Fault{Status: 500}, false, ErrServer},
		"a redirect":                   {tiledesktest.Fault{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}, false, ErrRedirected},
		"401":                          {tiledesktest.Fault{Status: 401, Body: "Unauthorized"}, false, ErrUnauthorized},
		"dropped before the effect":    {tiledesktest.Fault{Drop: tiledesktest.DropBefore}, true, nil},
		"dropped after the effect":     {tiledesktest.Fault{Drop: tiledesktest.DropAfter}, true, nil},
		"a gateway loses the reply":    {tiledesktest.Fault{Drop: tiledesktest.DropAfter, Status: 502}, true, ErrServer},
		"a gateway gives up":           {tiledesktest.Fault{Drop: tiledesktest.DropAfter, Status: 504}, true, ErrServer},
		"a page with 200":              {tiledesktest.Fault{Status: 200, Body: page}, true, ErrUnexpectedResponse},
		"a success without a token":    {tiledesktest.Fault{Status: 200, Body: `{"success":true}`}, true, ErrUnexpectedResponse},
		"a token that is none":         {tiledesktest.Fault{Status: 200, Body: `{"success":true,"token":"two words"}`}, true, ErrUnexpectedResponse},
		"a token that is no text":      {tiledesktest.Fault{Status: 200, Body: `{"success":true,"token":["a"]}`}, true, ErrUnexpectedResponse},
		"a failure that is called 200": {tiledesktest.Fault{Status: 200, Body: `{"success":false,"msg":"no"}`}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := tiledesktest.NewServer(t)
			server.AddUser(testEmail, testPassword)
			test.fault.Times = -1
			server.Inject(test.fault)
			client, err := signIn(t, server.URL())
			checkSignInFailed(t, client, err, test.kind, test.minted)
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestSignInIsSentOnceWhereNoAnswerComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		server.AddUser(testEmail, testPassword)
		server.Inject(tiledesktest.Fault{Delay: time.Hour, Times: -1})
		client, err := signIn(t, testURL, withTransport(inProcess{server}))
		checkSignInFailed(t, client, err, context.DeadlineExceeded, true)
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func checkSignInFailed(t *testing.T, client *Client, err, kind error, mayBeMinted bool) {
	t.Helper()
	if client != nil || err == nil || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("got %v, %v", client, err)
	}
	if strings.Contains(err.Error(), minted) != mayBeMinted || strings.Contains(err.Error(), testPassword) {
		t.Errorf("the text is %q", err)
	}
}

func TestSignInSaysNothingOfATokenWhereNothingWasSent(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	var none context.Context
	for name, test := range map[string]struct {
		ctx             context.Context
		email, password string
		url             string
		opts            []Option
		kind            error
	}{
		"a context that has ended":      {ctx: ended, kind: context.Canceled},
		"a nil context":                 {ctx: none, kind: ErrInvalidArgument},
		"no email":                      {email: " ", kind: ErrInvalidArgument},
		"no password":                   {password: "-", kind: ErrInvalidArgument},
		"a password that is no UTF-8":   {password: "caf\xe9-latin", kind: ErrInvalidArgument},
		"an option that is wrong":       {opts: []Option{WithBaseURL("nowhere")}, kind: ErrInvalidArgument},
		"nobody listens":                {url: closed.URL},
		"a certificate nobody knows":    {url: secure.URL},
		"a limiter that is too slow":    {opts: []Option{WithRateLimiter(refusingLimiter{})}, kind: errRefused},
		"a transport that speaks plain": {url: strings.Replace(closed.URL, "http", "https", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := test.ctx
			if ctx == nil && name != "a nil context" {
				ctx = t.Context()
			}
			email, password := cmp.Or(test.email, testEmail), strings.TrimPrefix(cmp.Or(test.password, testPassword), "-")
			url := cmp.Or(test.url, "http://127.0.0.1:1")
			opts := append([]Option{WithBaseURL(url), WithRateLimiter(nil)}, test.opts...)
			client, err := SignIn(ctx, email, password, opts...)
			if client != nil || err == nil || test.kind != nil && !errors.Is(err, test.kind) {
				t.Fatalf("got %v, %v", client, err)
			}
			if strings.Contains(err.Error(), minted) || password != "" && strings.Contains(err.Error(), password) {
				t.Errorf("the text is %q", err)
			}
		})
	}
}

var errRefused = errors.New("not today")

type refusingLimiter struct{}

func (refusingLimiter) Wait(context.Context) error { return errRefused }

func TestSignInIsNotRepeatedOnAConnectionThatTheServerHasClosed(t *testing.T) {
	t.Parallel()
	var posts atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			posts.Add(1)
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close() // without a word: net/http repeats what it may
			return
		}
		_, _ = io.WriteString(w, "[]")
	}))
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	first := newTestClient(t, server.URL, withTransport(transport))
	if _, err := first.JWT.ListHistory(t.Context(), nil); err != nil { // leaves an idle connection
		t.Fatal(err)
	}
	if _, err := signIn(t, server.URL, withTransport(transport)); err == nil || !strings.Contains(err.Error(), minted) || posts.Load() != 1 {
		t.Errorf("%d requests arrived: %v", posts.Load(), err)
	}
}

func TestSignInRefusalsAreTyped(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(testEmail, testPassword)
	opts := []Option{WithBaseURL(server.URL()), WithRateLimiter(nil)}
	if _, err := SignIn(t.Context(), testEmail, "wrong-password", opts...); !errors.Is(err, ErrUnauthorized) || strings.Contains(err.Error(), "wrong-password") {
		t.Errorf("got %v", err)
	}
	var refused *APIError
	_, err := SignIn(t.Context(), "no-email", `a "quoted" <password>`, opts...)
	if !errors.As(err, &refused) || refused.StatusCode != 422 || len(refused.Fields) != 1 || refused.Fields[0].Field != "email" {
		t.Errorf("got %v", err)
	}
	for _, err := range []error{err, refused} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "quoted") || strings.Contains(err.Error(), minted) {
			t.Errorf("the text is %q", err)
		}
	}
}

func TestSignInThatEchoesThePasswordDoesNotShowIt(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"Passw0rd!x", `quo"ted\back`, "<angle>&amp", "sp ace", "ünïcode"} {
		for _, status := range []int{200, 400, 401, 422, 500} {
			rt := roundTripFunc(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				return answer(status, "you said "+string(body)), nil
			})
			var lines strings.Builder
			logger := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
			_, err := SignIn(t.Context(), testEmail, password, withTransport(rt), WithRateLimiter(nil), WithLogger(logger))
			text := fmt.Sprintf("%v %#v ", err, err) + lines.String()
			if strings.Contains(text, password) || strings.Contains(text, jsonInner(password)) {
				t.Errorf("%d: %s", status, text)
			}
		}
	}
}

func TestSignInThatIsRefusedHalfWayMintedNothing(t *testing.T) {
	t.Parallel()
	for status, lost := range map[int]bool{200: true, 401: false, 503: false, 502: true} {
		rt := roundTripFunc(func(*http.Request) (*http.Response, error) {
			resp := answer(status, "")
			resp.Body, resp.ContentLength = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), 20
			return resp, nil
		})
		_, err := SignIn(t.Context(), testEmail, testPassword, withTransport(rt), WithRateLimiter(nil))
		if err == nil || strings.Contains(err.Error(), minted) != lost {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

// A password that begins or ends with a quote is hidden whole where a server
// repeats it as JSON.
func TestJSONInner_keepsQuotesOfTheText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`plain`:   `plain`,
		`"begin`:  `\"begin`,
		`end"`:    `end\"`,
		`a\b"c`:   `a\\b\"c`,
		`""`:      `\"\"`,
		`ümlaut€`: `ümlaut€`,
	} {
		if got := jsonInner(text); got != want {
			t.Errorf("%s: (got) %s, (want) %s", text, got, want)
		}
	}
}
