package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestWithHTTPClient_timeoutIsRetried(t *testing.T) {
	t.Parallel()
	for name, call := range servertest.BothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := servertest.Answering(servertest.Hang, servertest.Reply(200, call.Success))
				if err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))); err != nil {
					t.Error(err)
				}
				if wait := transport.Waits()[0]; wait < 30*time.Second || wait > 31*time.Second {
					t.Errorf("the second attempt came after %s, want 30s and a little", wait)
				}

				transport = servertest.Answering(servertest.Hang)
				own := tiledesk.WithHTTPClient(&http.Client{Transport: transport, Timeout: 7 * time.Second})
				err := call.Run(t, servertest.NewClient(t, servertest.URL, own))
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "after 4 attempts") || !strings.Contains(err.Error(), "7s") {
					t.Errorf("got %v, want DeadlineExceeded after 4 attempts of 7s", err)
				}
				transport.Sent(t, 4, call.Method, call.Path)
			})
		})
	}
}

func TestCredentials_failureIsNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, broken := 0, &http.MaxBytesError{}
		transport := servertest.Answering(servertest.Reply(200, "[]"))
		client, err := tiledesk.NewClient(askedFor(func() (string, error) { asked++; return "", broken }), servertest.WithTransport(transport))
		if err != nil {
			t.Fatal(err)
		}
		if err := listFor(t.Context(), t, client, 0); !errors.Is(err, broken) || asked != 1 {
			t.Errorf("got %v after asking %d times, want the credentials' own error at once", err, asked)
		}
		transport.Sent(t, 0, "", "")
	})
}

// askedFor is credentials that a function gives.
type askedFor func() (string, error)

func (f askedFor) Authorization(context.Context) (string, error) { return f() }

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

func TestWithLogger_oneLineAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		slow := func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return servertest.Answer(503, "", "Retry-After", "2"), nil
		}
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(slow, servertest.BreakOff(io.EOF), servertest.Reply(404, "no"))), tiledesk.WithLogger(logger))
		_, err := client.JWT.RevokeByJTI(t.Context(), servertest.JTI)
		servertest.APIErrorOf(t, err, 404, 3)

		lines := logLines(t, &out)
		if len(lines) != 3 {
			t.Fatalf("got %d lines, want one for each of 3 attempts:\n%s", len(lines), out.String())
		}
		want := []map[string]any{
			{"attempt": 1.0, "status": 503.0, "duration": float64(time.Second), "wait": float64(2 * time.Second)},
			{"attempt": 2.0, "status": nil, "duration": 0.0},
			{"attempt": 3.0, "status": 404.0, "duration": 0.0, "wait": 0.0},
		}
		for i, line := range lines {
			if line["level"] != "DEBUG" || line["method"] != "DELETE" || line["route"] != "/jwt/history/:jti" {
				t.Errorf("line %d: %v", i+1, line)
			}
			for key, value := range want[i] {
				if line[key] != value {
					t.Errorf("line %d has %s %v, want %v", i+1, key, line[key], value)
				}
			}
		}
		if lines[1]["error"] == nil || lines[1]["wait"] == nil {
			t.Errorf("the line of the broken attempt tells neither why nor how long: %v", lines[1])
		}
	})
}

func TestWithLogger_noLineWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var out bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(servertest.Reply(503, ""))), tiledesk.WithLogger(logger),
			tiledesk.WithRateLimiter(rate.NewLimiter(rate.Every(time.Minute), 1)))
		servertest.APIErrorOf(t, list(ctx, client), 503, 1)
		if lines := logLines(t, &out); len(lines) != 1 {
			t.Errorf("got %d lines for the one attempt that was made:\n%s", len(lines), out.String())
		}
	})
}

func TestWithLogger_silentAboveDebug(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(servertest.Reply(200, "[]"))), tiledesk.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	if err := list(t.Context(), client); err != nil || out.Len() > 0 {
		t.Errorf("got %v and the log %q, want neither", err, out.String())
	}
}

func logLines(t *testing.T, out *bytes.Buffer) (lines []map[string]any) {
	t.Helper()
	for text := range strings.Lines(out.String()) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}
