package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// list makes a list, for its error alone.
func list(ctx context.Context, c *tiledesk.Client) error {
	_, err := c.JWT.ListHistory(ctx, nil)
	return err
}

// listFor makes a list that has to take so much of the bubble's time.
func listFor(ctx context.Context, t *testing.T, c *tiledesk.Client, want time.Duration) error {
	t.Helper()
	start := time.Now()
	err := list(ctx, c)
	if took := time.Since(start); took != want {
		t.Errorf("took %s, want %s", took, want)
	}
	return err
}

// patient waits for ages where the server does not say how long.
var patient = tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 3, MinWait: 1e6 * time.Hour, MaxWait: 1e6 * time.Hour})

func TestListHistory_contextEndedBefore(t *testing.T) {
	t.Parallel()
	reason := errors.New("the shop closes")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	transport := servertest.Answering(servertest.Reply(200, "[]"))
	err := list(ctx, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
	if !errors.Is(err, context.Canceled) || !errors.Is(err, reason) {
		t.Errorf("got %v, want Canceled and its cause", err)
	}
	transport.Sent(t, 0, "", "")
}

func TestListHistory_canceledDuringTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		transport := servertest.Answering(servertest.Reply(503, `{"msg":"busy"}`, "Retry-After", "50"))
		err := listFor(ctx, t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)), 3*time.Second)
		if apiErr := servertest.APIErrorOf(t, err, 503, 1); apiErr.Message != "busy" || apiErr.RetryAfter != 50*time.Second {
			t.Errorf("got %v with RetryAfter %s, want the server's message and wait", apiErr, apiErr.RetryAfter)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, tiledesk.ErrServer) {
			t.Errorf("got %v, want Canceled and ErrServer", err)
		}
		transport.Sent(t, 1, "GET", servertest.ListPath)
	})
}

func TestListHistory_canceledDuringTheWaitAfterABrokenConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Nanosecond, cancel)
		err := listFor(ctx, t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(servertest.BreakOff(io.EOF))), patient), time.Nanosecond)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, io.EOF) || errors.As(err, new(*tiledesk.APIError)) {
			t.Errorf("got %v, want Canceled and what broke the connection", err)
		}
	})
}

func TestListHistory_canceledInFlight(t *testing.T) {
	t.Parallel()
	deaf := func(*http.Request) (*http.Response, error) {
		time.Sleep(5 * time.Second)
		return nil, io.EOF
	}
	tests := map[string]struct {
		steps  []servertest.Step
		status int // of the answer that came before; 0: none
	}{
		"of the first attempt":                 {[]servertest.Step{servertest.Hang}, 0},
		"of an attempt after a 502":            {[]servertest.Step{servertest.Reply(502, "", "Retry-After", "0"), servertest.Hang}, 502},
		"of an attempt after a reset":          {[]servertest.Step{servertest.BreakOff(io.EOF), servertest.Hang}, 0},
		"of an attempt that does not heed it":  {[]servertest.Step{deaf}, 0},
		"of an attempt after a body cut short": {[]servertest.Step{servertest.CutShort(200, "[", "Retry-After", "0"), servertest.Hang}, 200},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				transport := servertest.Answering(test.steps...)
				err := listFor(ctx, t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)), 5*time.Second)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want Canceled", err)
				}
				if test.status != 0 {
					servertest.APIErrorOf(t, err, test.status, len(test.steps))
				}
				transport.Sent(t, len(test.steps), "GET", servertest.ListPath)
			})
		})
	}
}

func TestListHistory_canceledAsTheAnswerCame(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	transport := servertest.Answering(func(*http.Request) (*http.Response, error) { cancel(); return servertest.Answer(503, ""), nil })
	err := list(ctx, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
	servertest.APIErrorOf(t, err, 503, 1)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled, which is why there was no other attempt", err)
	}
	transport.Sent(t, 1, "GET", servertest.ListPath)

	ctx, cancel = context.WithCancel(t.Context())
	transport = servertest.Answering(func(*http.Request) (*http.Response, error) { cancel(); return servertest.Answer(200, "[]"), nil })
	if err := list(ctx, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))); err != nil {
		t.Errorf("got %v, want the answer that came", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	transport = servertest.Answering(func(*http.Request) (*http.Response, error) { cancel(); return servertest.Answer(404, ""), nil })
	err = list(ctx, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
	if servertest.APIErrorOf(t, err, 404, 1); errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the answer alone, since nothing more was to come", err)
	}
}

func TestListHistory_noWaitBeginsThatOutlastsTheDeadline(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step   servertest.Step
		status int
	}{
		"Retry-After":              {servertest.Reply(503, "", "Retry-After", "10"), 503},
		"Retry-After of a 429":     {servertest.Reply(429, "", "Retry-After", "11.5"), 429},
		"429 without Retry-After":  {servertest.Reply(429, ""), 429},
		"a body cut short":         {servertest.CutShort(200, "["), 200},
		"a connection that breaks": {servertest.BreakOff(io.EOF), 0},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				transport := servertest.Answering(test.step)
				err := listFor(ctx, t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), patient), 0)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want DeadlineExceeded", err)
				}
				if test.status != 0 {
					servertest.APIErrorOf(t, err, test.status, 1)
				} else if !errors.Is(err, io.EOF) {
					t.Errorf("got %v, want it to tell what broke the connection too", err)
				}
				transport.Sent(t, 1, "GET", servertest.ListPath)
			})
		})
	}
}

func TestListHistory_deadlineInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		transport := servertest.Answering(servertest.Reply(502, "", "Retry-After", "4"), servertest.Hang)
		err := listFor(ctx, t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)), 10*time.Second)
		servertest.APIErrorOf(t, err, 502, 2)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
	})
}
