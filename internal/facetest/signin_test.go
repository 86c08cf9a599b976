package facetest

import (
	"cmp"
	"context"
	"encoding/json"
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

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const minted = "a token may have been minted"

// signIn signs in at a server and closes what the client leaves open.
func signIn(t *testing.T, url string, opts ...tiledesk.Option) (*tiledesk.Client, error) {
	t.Helper()
	opts = append([]tiledesk.Option{tiledesk.WithBaseURL(url), tiledesk.WithRetryPolicy(servertest.Quick), tiledesk.WithRateLimiter(nil)}, opts...)
	client, err := tiledesk.SignIn(t.Context(), servertest.Email, servertest.Password, opts...)
	if err == nil {
		t.Cleanup(client.CloseIdleConnections)
	}
	return client, err
}

func TestSignIn_givesAClientThatUsesTheToken(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(servertest.Email, servertest.Password)
	client, err := signIn(t, server.URL(), tiledesk.WithUserAgent("the job"))
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
	if authorization := server.Requests()[1].Header.Get("Authorization"); authorization != "JWT "+server.Tokens(servertest.Email)[0] {
		t.Error("the client authorizes with something else")
	}
	if text := fmt.Sprintf("%v %+v %#v", client, *client, client); strings.Contains(text, servertest.Password) || strings.Contains(text, "eyJ") {
		t.Errorf("the client prints a secret: %s", text)
	}
}

func TestSignIn_isSentOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	page := "<html><title>App</title></html>"
	for name, test := range map[string]struct {
		fault  tiledesktest.Fault
		minted bool
		kind   error
	}{
		"503":                          {tiledesktest.Fault{Status: 503}, false, tiledesk.ErrServer},
		"503 with Retry-After":         {tiledesktest.Fault{Status: 503, Header: http.Header{"Retry-After": {"0"}}}, false, tiledesk.ErrServer},
		"429":                          {tiledesktest.Fault{Status: 429}, false, tiledesk.ErrRateLimited},
		"500":                          {tiledesktest.Fault{Status: 500}, false, tiledesk.ErrServer},
		"a redirect":                   {tiledesktest.Fault{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}, false, tiledesk.ErrRedirected},
		"401":                          {tiledesktest.Fault{Status: 401, Body: "Unauthorized"}, false, tiledesk.ErrUnauthorized},
		"dropped before the effect":    {tiledesktest.Fault{Drop: tiledesktest.DropBefore}, true, nil},
		"dropped after the effect":     {tiledesktest.Fault{Drop: tiledesktest.DropAfter}, true, nil},
		"a gateway loses the reply":    {tiledesktest.Fault{Drop: tiledesktest.DropAfter, Status: 502}, true, tiledesk.ErrServer},
		"a gateway gives up":           {tiledesktest.Fault{Drop: tiledesktest.DropAfter, Status: 504}, true, tiledesk.ErrServer},
		"a page with 200":              {tiledesktest.Fault{Status: 200, Body: page}, true, tiledesk.ErrUnexpectedResponse},
		"a success without a token":    {tiledesktest.Fault{Status: 200, Body: `{"success":true}`}, true, tiledesk.ErrUnexpectedResponse},
		"a token that is not one":      {tiledesktest.Fault{Status: 200, Body: `{"success":true,"token":"two words"}`}, true, tiledesk.ErrUnexpectedResponse},
		"a token that is not a text":   {tiledesktest.Fault{Status: 200, Body: `{"success":true,"token":["a"]}`}, true, tiledesk.ErrUnexpectedResponse},
		"a failure that is called 200": {tiledesktest.Fault{Status: 200, Body: `{"success":false,"msg":"no"}`}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := tiledesktest.NewServer(t)
			server.AddUser(servertest.Email, servertest.Password)
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

func TestSignIn_isSentOnceWhereNoAnswerComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		server.AddUser(servertest.Email, servertest.Password)
		server.Inject(tiledesktest.Fault{Delay: time.Hour, Times: -1})
		client, err := signIn(t, servertest.URL, servertest.WithTransport(server.Transport()))
		checkSignInFailed(t, client, err, context.DeadlineExceeded, true)
		if n := len(server.Requests()); n != 1 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func checkSignInFailed(t *testing.T, client *tiledesk.Client, err, kind error, mayBeMinted bool) {
	t.Helper()
	if client != nil || err == nil || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("got %v, %v", client, err)
	}
	if strings.Contains(err.Error(), minted) != mayBeMinted || strings.Contains(err.Error(), servertest.Password) {
		t.Errorf("the text is %q", err)
	}
}

func TestSignIn_saysNothingOfATokenWhereNothingWasSent(t *testing.T) {
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
		opts            []tiledesk.Option
		kind            error
	}{
		"a context that has ended":      {ctx: ended, kind: context.Canceled},
		"a nil context":                 {ctx: none, kind: tiledesk.ErrInvalidArgument},
		"no email":                      {email: " ", kind: tiledesk.ErrInvalidArgument},
		"no password":                   {password: "-", kind: tiledesk.ErrInvalidArgument},
		"a password that is not UTF-8":  {password: "caf\xe9-latin", kind: tiledesk.ErrInvalidArgument},
		"an option that is wrong":       {opts: []tiledesk.Option{tiledesk.WithBaseURL("nowhere")}, kind: tiledesk.ErrInvalidArgument},
		"nobody listens":                {url: closed.URL},
		"a certificate nobody knows":    {url: secure.URL},
		"a limiter that is too slow":    {opts: []tiledesk.Option{tiledesk.WithRateLimiter(refusingLimiter{})}, kind: errRefused},
		"a transport that speaks plain": {url: strings.Replace(closed.URL, "http", "https", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := test.ctx
			if ctx == nil && name != "a nil context" {
				ctx = t.Context()
			}
			email, password := cmp.Or(test.email, servertest.Email), strings.TrimPrefix(cmp.Or(test.password, servertest.Password), "-")
			url := cmp.Or(test.url, "http://127.0.0.1:1")
			opts := append([]tiledesk.Option{tiledesk.WithBaseURL(url), tiledesk.WithRateLimiter(nil)}, test.opts...)
			client, err := tiledesk.SignIn(ctx, email, password, opts...)
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

func TestSignIn_isNotRepeatedOnAConnectionThatTheServerHasClosed(t *testing.T) {
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
	first := servertest.NewClient(t, server.URL, servertest.WithTransport(transport))
	if _, err := first.JWT.ListHistory(t.Context(), nil); err != nil { // leaves an idle connection
		t.Fatal(err)
	}
	if _, err := signIn(t, server.URL, servertest.WithTransport(transport)); err == nil || !strings.Contains(err.Error(), minted) || posts.Load() != 1 {
		t.Errorf("%d requests arrived: %v", posts.Load(), err)
	}
}

func TestSignIn_refusalsAreTyped(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(servertest.Email, servertest.Password)
	opts := []tiledesk.Option{tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil)}
	if _, err := tiledesk.SignIn(t.Context(), servertest.Email, "wrong-password", opts...); !errors.Is(err, tiledesk.ErrUnauthorized) || strings.Contains(err.Error(), "wrong-password") {
		t.Errorf("got %v", err)
	}
	var refused *tiledesk.APIError
	_, err := tiledesk.SignIn(t.Context(), "no-email", `a "quoted" <password>`, opts...)
	if !errors.As(err, &refused) || refused.StatusCode != 422 || len(refused.Fields) != 1 || refused.Fields[0].Field != "email" {
		t.Errorf("got %v", err)
	}
	for _, err := range []error{err, refused} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "quoted") || strings.Contains(err.Error(), minted) {
			t.Errorf("the text is %q", err)
		}
	}
}

func TestSignIn_echoOfThePasswordIsNotShown(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"Passw0rd!x", `quo"ted\back`, "<angle>&amp", "sp ace", "ünïcode"} {
		for _, status := range []int{200, 400, 401, 422, 500} {
			rt := servertest.Step(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				return servertest.Answer(status, "you said "+string(body)), nil
			})
			var lines strings.Builder
			logger := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
			_, err := tiledesk.SignIn(t.Context(), servertest.Email, password, servertest.WithTransport(rt), tiledesk.WithRateLimiter(nil), tiledesk.WithLogger(logger))
			text := fmt.Sprintf("%v %#v ", err, err) + lines.String()
			if strings.Contains(text, password) || strings.Contains(text, jsonInner(password)) {
				t.Errorf("%d: %s", status, text)
			}
		}
	}
}

func TestSignIn_refusedHalfWayMintedNothing(t *testing.T) {
	t.Parallel()
	for status, lost := range map[int]bool{200: true, 401: false, 503: false, 502: true} {
		rt := servertest.Step(func(*http.Request) (*http.Response, error) {
			resp := servertest.Answer(status, "")
			resp.Body, resp.ContentLength = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), 20
			return resp, nil
		})
		_, err := tiledesk.SignIn(t.Context(), servertest.Email, servertest.Password, servertest.WithTransport(rt), tiledesk.WithRateLimiter(nil))
		if err == nil || strings.Contains(err.Error(), minted) != lost {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

// A password that begins or ends with a quote is hidden whole where a server
// repeats it as JSON.
func TestSignIn_quotesInAPassword(t *testing.T) {
	t.Parallel()
	for _, password := range []string{`plain`, `"begin`, `end"`, `a\b"c`, `""`, `ümlaut€`} {
		echo := servertest.Reply(400, "you said "+jsonInner(password)+".")
		_, err := tiledesk.SignIn(t.Context(), servertest.Email, password, servertest.WithTransport(echo))
		if apiErr := servertest.APIErrorOf(t, err, 400, 1); apiErr.Message != "you said [redacted]." {
			t.Errorf("%s: %s", password, apiErr.Message)
		}
	}
}

// jsonInner is the text as it stands between the quotes of JSON.
func jsonInner(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted[1 : len(quoted)-1])
}

// A sign-in is refused in the API's own words. Any other 401 says nothing about
// the password.
func TestSignIn_refusedByAProxy(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"success":false,"msg":"Authentication failed. Wrong password."}`: "the server refused the email or the password",
		"<title>Log in</title>": "nothing is known about email and password",
		"":                      "nothing is known about email and password",
	} {
		_, err := tiledesk.SignIn(t.Context(), servertest.Email, servertest.Password, tiledesk.WithBaseURL(servertest.URL), servertest.WithTransport(servertest.Answering(servertest.Reply(401, body))))
		if !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}
