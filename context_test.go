package tiledesk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// list makes a list, for its error alone.
func list(ctx context.Context, c *Client) error {
	_, err := c.JWT.ListHistory(ctx, nil)
	return err
}

// listFor makes a list that has to take so much of the bubble's time.
func listFor(ctx context.Context, t *testing.T, c *Client, want time.Duration) error {
	t.Helper()
	start := time.Now()
	err := list(ctx, c)
	if took := time.Since(start); took != want {
		t.Errorf("took %s, want %s", took, want)
	}
	return err
}

// patient waits for ages where the server does not say how long.
var patient = WithRetryPolicy(RetryPolicy{MaxRetries: 3, MinWait: 1e6 * time.Hour, MaxWait: 1e6 * time.Hour})

func TestContext_endedBefore(t *testing.T) {
	t.Parallel()
	reason := errors.New("the shop closes")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	transport := answering(reply(200, "[]"))
	err := list(ctx, newTestClient(t, testURL, withTransport(transport)))
	if !errors.Is(err, context.Canceled) || !errors.Is(err, reason) {
		t.Errorf("got %v, want Canceled and its cause", err)
	}
	transport.sent(t, 0, "", "")
}

func TestContext_cancelledDuringTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		transport := answering(reply(503, `{"msg":"busy"}`, "Retry-After", "50"))
		err := listFor(ctx, t, newTestClient(t, testURL, withTransport(transport)), 3*time.Second)
		if apiErr := apiErrorOf(t, err, 503, 1); apiErr.Message != "busy" || apiErr.RetryAfter != 50*time.Second {
			t.Errorf("got %v with RetryAfter %s, want the server's message and wait", apiErr, apiErr.RetryAfter)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrServer) {
			t.Errorf("got %v, want Canceled and ErrServer", err)
		}
		transport.sent(t, 1, "GET", listPath)
	})
}

func TestContext_cancelledDuringTheWaitAfterABrokenConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Nanosecond, cancel)
		err := listFor(ctx, t, newTestClient(t, testURL, withTransport(answering(breakOff(io.EOF))), patient), time.Nanosecond)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, io.EOF) || errors.As(err, new(*APIError)) {
			t.Errorf("got %v, want Canceled and what broke the connection", err)
		}
	})
}

func TestContext_cancelledInFlight(t *testing.T) {
	t.Parallel()
	deaf := func(*http.Request) (*http.Response, error) {
		time.Sleep(5 * time.Second)
		return nil, io.EOF
	}
	tests := map[string]struct {
		steps  []step
		status int // of the answer that came before; 0: none
	}{
		"of the first attempt":                 {[]step{hang}, 0},
		"of an attempt after a 502":            {[]step{reply(502, "", "Retry-After", "0"), hang}, 502},
		"of an attempt after a reset":          {[]step{breakOff(io.EOF), hang}, 0},
		"of an attempt that does not heed it":  {[]step{deaf}, 0},
		"of an attempt after a body cut short": {[]step{cutShort(200, "[", "Retry-After", "0"), hang}, 200},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				transport := answering(test.steps...)
				err := listFor(ctx, t, newTestClient(t, testURL, withTransport(transport)), 5*time.Second)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want Canceled", err)
				}
				if test.status != 0 {
					apiErrorOf(t, err, test.status, len(test.steps))
				}
				transport.sent(t, len(test.steps), "GET", listPath)
			})
		})
	}
}

func TestContext_cancelledAsTheAnswerCame(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	transport := answering(func(*http.Request) (*http.Response, error) { cancel(); return answer(503, ""), nil })
	err := list(ctx, newTestClient(t, testURL, withTransport(transport)))
	apiErrorOf(t, err, 503, 1)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled, which is why there was no other attempt", err)
	}
	transport.sent(t, 1, "GET", listPath)

	ctx, cancel = context.WithCancel(t.Context())
	transport = answering(func(*http.Request) (*http.Response, error) { cancel(); return answer(200, "[]"), nil })
	if err := list(ctx, newTestClient(t, testURL, withTransport(transport))); err != nil {
		t.Errorf("got %v, want the answer that came", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	transport = answering(func(*http.Request) (*http.Response, error) { cancel(); return answer(404, ""), nil })
	err = list(ctx, newTestClient(t, testURL, withTransport(transport)))
	if apiErrorOf(t, err, 404, 1); errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the answer alone, since nothing more was to come", err)
	}
}

func TestContext_noWaitBeginsThatOutlastsTheDeadline(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step   step
		status int
	}{
		"Retry-After":              {reply(503, "", "Retry-After", "10"), 503},
		"Retry-After of a 429":     {reply(429, "", "Retry-After", "11.5"), 429},
		"429 without Retry-After":  {reply(429, ""), 429},
		"a body cut short":         {cutShort(200, "["), 200},
		"a connection that breaks": {breakOff(io.EOF), 0},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				transport := answering(test.step)
				err := listFor(ctx, t, newTestClient(t, testURL, withTransport(transport), patient), 0)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want DeadlineExceeded", err)
				}
				if test.status != 0 {
					apiErrorOf(t, err, test.status, 1)
				} else if !errors.Is(err, io.EOF) {
					t.Errorf("got %v, want it to tell what broke the connection too", err)
				}
				transport.sent(t, 1, "GET", listPath)
			})
		})
	}
}

func TestContext_deadlineInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		transport := answering(reply(502, "", "Retry-After", "4"), hang)
		err := listFor(ctx, t, newTestClient(t, testURL, withTransport(transport)), 10*time.Second)
		apiErrorOf(t, err, 502, 2)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
	})
}
