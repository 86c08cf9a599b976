package transport_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// newVillain is a server on loopback that reads a request and then writes what it
// likes, HTTP or not.
func newVillain(t *testing.T, script func(io.Writer)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	stop := make(chan struct{})
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveVillain(conn, script, stop) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		close(stop)
		serving.Wait()
	})
	return "http://" + listener.Addr().String()
}

// serveVillain keeps the connection open until the client or the test is done.
func serveVillain(conn net.Conn, script func(io.Writer), stop <-chan struct{}) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		r := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			script(conn)
		}
	}()
	select {
	case <-left:
	case <-stop:
	}
	_ = conn.Close()
	<-left
}

func says(text string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, text) }
}

// saysForever repeats itself until nobody listens any more.
func saysForever(first, again string) func(io.Writer) {
	again = strings.Repeat(again, 1+4096/len(again))
	return func(w io.Writer) {
		for _, err := io.WriteString(w, first); err == nil; {
			_, err = io.WriteString(w, again)
		}
	}
}

const okHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

// hostileCalls are the calls that a hostile server can hope for.
var hostileCalls = map[string]func(context.Context, *tiledesk.Client, ...tiledesk.Option) error{
	"listing": func(ctx context.Context, c *tiledesk.Client, _ ...tiledesk.Option) error {
		page, err := c.JWT.ListHistory(ctx, nil)
		return bothOrNone(page != nil, err)
	},
	"walking": func(ctx context.Context, c *tiledesk.Client, _ ...tiledesk.Option) error {
		for _, err := range c.JWT.History(ctx, nil) {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"revoking": func(ctx context.Context, c *tiledesk.Client, _ ...tiledesk.Option) error {
		resp, err := c.JWT.RevokeByJTI(ctx, "red")
		return bothOrNone(resp != nil, err)
	},
	"revoking all": func(ctx context.Context, c *tiledesk.Client, _ ...tiledesk.Option) error {
		report, err := c.JWT.RevokeAll(ctx, nil)
		return bothOrNone(report != nil && report.Err() == nil, err)
	},
	"signing in": func(ctx context.Context, _ *tiledesk.Client, opts ...tiledesk.Option) error {
		client, err := tiledesk.SignIn(ctx, "agent@example.com", "red", opts...)
		if client != nil {
			client.CloseIdleConnections()
		}
		return bothOrNone(client != nil, err)
	},
}

var errBothOrNone = errors.New("a value beside an error, or neither")

func bothOrNone(value bool, err error) error {
	if value == (err != nil) {
		return errBothOrNone
	}
	return err
}

// hangTime is what no call takes, on no machine however busy. It tells a hang
// and measures nothing.
const hangTime = 4 * time.Minute

// playHostile makes every call against what opts lead to, and gives each error to
// check. No call may outlive its own limits, whatever the server does.
func playHostile(t *testing.T, opts []tiledesk.Option, check func(t *testing.T, err error)) {
	t.Helper()
	for name, call := range hostileCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := servertest.NewClient(t, "https://tiledesk.test", opts...)
			ctx, cancel := context.WithTimeout(t.Context(), hangTime)
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- call(ctx, client, opts...) }()
			select {
			case err := <-ended:
				if errors.Is(err, errBothOrNone) || ctx.Err() != nil {
					t.Errorf("got %v, %v", err, ctx.Err())
				}
				if err != nil && (len(err.Error()) > 4*300 || strings.ContainsAny(err.Error(), "\x1b\r\n\x00")) {
					t.Errorf("the text of the error is not fit for a terminal: %q", err)
				}
				check(t, err)
			case <-time.After(2 * hangTime):
				t.Fatal("the call hangs, and its context cannot end it")
			}
		})
	}
}

func isAPIError(t *testing.T, err error) {
	t.Helper()
	var apiErr *tiledesk.APIError
	if !errors.As(err, &apiErr) {
		t.Errorf("got %v, want an *APIError", err)
	}
}

func isError(target error) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, target) {
			t.Errorf("got %v, want %v", err, target)
		}
	}
}

func failsSomehow(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("that was taken for a success")
	}
}

// Below HTTP: what comes instead of an answer, or never ends.
func TestClient_survivesAHostileWire(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script func(io.Writer)
		check  func(*testing.T, error)
		short  bool // the attempt is given little time
	}{
		"headers without an end":        {saysForever(okHead, "X-A: "+strings.Repeat("a", 1000)+"\r\n"), isError(tiledesk.ErrResponseTooLarge), false},
		"a header line without an end":  {saysForever(okHead+"X-A: ", "a"), isError(tiledesk.ErrResponseTooLarge), false},
		"a million header fields":       {saysForever(okHead, "A:\r\n"), isError(tiledesk.ErrResponseTooLarge), false},
		"103 without an end":            {saysForever("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), isError(tiledesk.ErrResponseTooLarge), false},
		"100 without an end":            {saysForever("", "HTTP/1.1 100 Continue\r\n\r\n"), isError(tiledesk.ErrResponseTooLarge), false},
		"101 and silence":               {says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), isAPIError, false},
		"101 and no end":                {saysForever("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "x"), isAPIError, false},
		"a status line without an end":  {saysForever("HTTP/1.1 200 ", "O"), isError(tiledesk.ErrResponseTooLarge), false},
		"a status line of escape codes": {says("HTTP/1.1 \x1b[2J\x1b]0;pwned\x07\r\n\r\n"), failsSomehow, false},
		"no HTTP":                       {saysForever("", "\x1b[31m\xff\x00"), failsSomehow, false},
		"a greeting of some other kind": {says("SSH-2.0-OpenSSH_9.9\r\n"), failsSomehow, false},
		"half a header, then silence":   {says(okHead + "X-A: a"), isError(context.DeadlineExceeded), true},
		"half a body, then silence":     {says(okHead + "Content-Length: 100\r\n\r\n[{}"), isError(context.DeadlineExceeded), true},
		"a body of chunks of one byte":  {saysForever(okHead+"Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"), isError(context.DeadlineExceeded), true},
		"a chunk extension without end": {saysForever(okHead+"Transfer-Encoding: chunked\r\n\r\n1;", "a"), isAPIError, false},
		"trailers without an end":       {saysForever(okHead+"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", "A: a\r\n"), isAPIError, false},
		"two lengths":                   {says(okHead + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]"), failsSomehow, false},
		"a length that no number holds": {says(okHead + "Content-Length: 99999999999999999999\r\n\r\n[]"), failsSomehow, false},
		"a body that never began":       {says(okHead + "Content-Length: 9223372036854775807\r\n\r\n"), isError(tiledesk.ErrResponseTooLarge), false},
		"gzip that is not":              {says(okHead + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]"), isAPIError, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := hangTime
			if tt.short {
				timeout = 50 * time.Millisecond
			}
			playHostile(t, []tiledesk.Option{
				tiledesk.WithBaseURL(newVillain(t, tt.script)), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}),
				tiledesk.WithHTTPClient(&http.Client{Timeout: timeout}),
			}, tt.check)
		})
	}
}

// The same over HTTP/2, where net/http has other words for it.
func TestClient_survivesHostileHTTP2(t *testing.T) {
	t.Parallel()
	tests := map[string]http.HandlerFunc{
		"a header of two MiB": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 2 << 10 {
				w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("a", 1<<10))
			}
		},
		"103 without an end": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", strings.Repeat("a", 1<<10))
			for r.Context().Err() == nil {
				w.WriteHeader(http.StatusEarlyHints)
			}
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(handler)
			server.EnableHTTP2 = true
			server.StartTLS()
			t.Cleanup(server.Close)
			transport := &http.Transport{
				TLSClientConfig:   server.Client().Transport.(*http.Transport).TLSClientConfig.Clone(),
				ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 1 << 20,
			}
			t.Cleanup(transport.CloseIdleConnections)
			playHostile(t, []tiledesk.Option{tiledesk.WithBaseURL(server.URL), tiledesk.WithHTTPClient(&http.Client{Transport: transport, Timeout: hangTime}), tiledesk.WithRetryPolicy(servertest.Quick), tiledesk.WithRateLimiter(nil)}, func(t *testing.T, err error) {
				t.Helper()
				if err == nil || name == "103 without an end" && !errors.Is(err, tiledesk.ErrResponseTooLarge) { // the other ends the connection, without a word
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
