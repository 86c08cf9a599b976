package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestWithRateLimiter_seesTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		transport := servertest.Answering(servertest.Reply(503, "", "Retry-After", "1"))
		limiter := rate.NewLimiter(rate.Every(time.Minute), 2)
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRateLimiter(limiter))
		err := listFor(ctx, t, client, 2*time.Second)
		servertest.APIErrorOf(t, err, 503, 2)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after an answer: got %v, want DeadlineExceeded", err)
		}
		err = listFor(ctx, t, client, 0)
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*tiledesk.APIError)) {
			t.Errorf("before any answer: got %v, want DeadlineExceeded and no *APIError", err)
		}
		transport.Sent(t, 2, "GET", servertest.ListPath)
	})
}

func TestWithRateLimiter_ownErrorComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed, transport := errors.New("closed for today"), servertest.Answering(servertest.Reply(200, "[]"))
		limiter := &countingLimiter{err: closed}
		err := list(t.Context(), servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRateLimiter(limiter)))
		if !errors.Is(err, closed) || limiter.asked != 1 {
			t.Errorf("got %v after asking %d times, want the limiter's error, once", err, limiter.asked)
		}
		transport.Sent(t, 0, "", "")
	})
}

func TestWithRateLimiter_isAskedOnceAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := &countingLimiter{}
		transport := servertest.Answering(servertest.Reply(503, ""), servertest.BreakOff(io.EOF), servertest.CutShort(200, "["), servertest.Reply(200, "[]"))
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRateLimiter(limiter))
		if err := list(t.Context(), client); err != nil || limiter.asked != 4 {
			t.Errorf("got %v after %d waits, want success after 4", err, limiter.asked)
		}
	})
}

// A limiter in which the context ends may say so in its own words.
func TestWithRateLimiter_contextEndsInside(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		say  func(context.Context) error
		want error
	}{
		"in the context's words": {context.Cause, context.Canceled},
		"in its own":             {func(context.Context) error { return errClosing }, errClosing},
		"or not at all":          {func(context.Context) error { return nil }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				transport := servertest.Answering(servertest.Reply(200, "[]"))
				client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRateLimiter(endingLimiter(test.say)))
				if err := listFor(ctx, t, client, time.Second); !errors.Is(err, test.want) || errors.Is(err, tiledesk.ErrNoAnswer) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				transport.Sent(t, 0, "", "")
			})
		})
	}
}

var errClosing = errors.New("the limiter is closing")

// endingLimiter waits until the context ends.
type endingLimiter func(context.Context) error

func (l endingLimiter) Wait(ctx context.Context) error { <-ctx.Done(); return l(ctx) }

type countingLimiter struct {
	asked int
	err   error
}

func (l *countingLimiter) Wait(context.Context) error { l.asked++; return l.err }

// TestWithRateLimiter_default counts the requests of every window of 60 s, both ends
// included, over ten minutes of a caller that never rests, whose server now and
// then says 503.
func TestWithRateLimiter_default(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		transport := servertest.Answering(func(*http.Request) (*http.Response, error) {
			if n++; n%7 == 0 {
				return servertest.Answer(503, "", "Retry-After", "0"), nil
			}
			return servertest.Answer(200, "[]"), nil
		})
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), servertest.WithTransport(transport))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			if err := list(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			if time.Since(start).Truncate(time.Minute) == 4*time.Minute {
				time.Sleep(20 * time.Second) // so that the burst fills up again
			}
		}
		first, times := 0, transport.Times()
		for last, end := range times {
			for end.Sub(times[first]) > time.Minute {
				first++
			}
			if last-first+1 > 200 {
				t.Fatalf("%d requests in the minute before %s", last-first+1, end.Sub(start))
			}
		}
		if len(times) < 1500 {
			t.Errorf("only %d requests in 10 minutes: the limiter is too strict", len(times))
		}
	})
}
