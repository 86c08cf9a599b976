package tiledesk

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
)

func TestAttemptTimeout_isRetried(t *testing.T) {
	t.Parallel()
	for name, call := range bothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := answering(hang, reply(200, call.success))
				if err := call.run(t, newTestClient(t, testURL, withTransport(transport))); err != nil {
					t.Error(err)
				}
				if wait := transport.waits()[0]; wait < 30*time.Second || wait > 31*time.Second {
					t.Errorf("the second attempt came after %s, want 30s and a little", wait)
				}

				transport = answering(hang)
				own := WithHTTPClient(&http.Client{Transport: transport, Timeout: 7 * time.Second})
				err := call.run(t, newTestClient(t, testURL, own))
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "after 4 attempts") || !strings.Contains(err.Error(), "7s") {
					t.Errorf("got %v, want DeadlineExceeded after 4 attempts of 7s", err)
				}
				transport.sent(t, 4, call.method, call.path)
			})
		})
	}
}

func TestCredentials_failureIsNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, broken := 0, &http.MaxBytesError{}
		transport := answering(reply(200, "[]"))
		client, err := NewClient(askedFor(func() (string, error) { asked++; return "", broken }), withTransport(transport))
		if err != nil {
			t.Fatal(err)
		}
		if err := listFor(t.Context(), t, client, 0); !errors.Is(err, broken) || asked != 1 {
			t.Errorf("got %v after asking %d times, want the credentials' own error at once", err, asked)
		}
		transport.sent(t, 0, "", "")
	})
}

// askedFor is credentials that a function gives.
type askedFor func() (string, error)

func (f askedFor) Authorization(context.Context) (string, error) { return f() }

func TestRateLimiter_seesTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		transport := answering(reply(503, "", "Retry-After", "1"))
		limiter := rate.NewLimiter(rate.Every(time.Minute), 2)
		client := newTestClient(t, testURL, withTransport(transport), WithRateLimiter(limiter))
		err := listFor(ctx, t, client, 2*time.Second)
		apiErrorOf(t, err, 503, 2)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after an answer: got %v, want DeadlineExceeded", err)
		}
		err = listFor(ctx, t, client, 0)
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*APIError)) {
			t.Errorf("before any answer: got %v, want DeadlineExceeded and no *APIError", err)
		}
		transport.sent(t, 2, "GET", listPath)
	})
}

func TestRateLimiter_ownErrorComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed, transport := errors.New("closed for today"), answering(reply(200, "[]"))
		limiter := &countingLimiter{err: closed}
		err := list(t.Context(), newTestClient(t, testURL, withTransport(transport), WithRateLimiter(limiter)))
		if !errors.Is(err, closed) || limiter.asked != 1 {
			t.Errorf("got %v after asking %d times, want the limiter's error, once", err, limiter.asked)
		}
		transport.sent(t, 0, "", "")
	})
}

func TestRateLimiter_isAskedOnceAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := &countingLimiter{}
		transport := answering(reply(503, ""), breakOff(io.EOF), cutShort(200, "["), reply(200, "[]"))
		client := newTestClient(t, testURL, withTransport(transport), WithRateLimiter(limiter))
		if err := list(t.Context(), client); err != nil || limiter.asked != 4 {
			t.Errorf("got %v after %d waits, want success after 4", err, limiter.asked)
		}
	})
}

type countingLimiter struct {
	asked int
	err   error
}

func (l *countingLimiter) Wait(context.Context) error { l.asked++; return l.err }

// TestRateLimiter_default counts the requests of every window of 60 s, both ends
// included, over ten minutes of a caller that never rests, whose server now and
// then says 503.
func TestRateLimiter_default(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		transport := answering(func(*http.Request) (*http.Response, error) {
			if n++; n%7 == 0 {
				return answer(503, "", "Retry-After", "0"), nil
			}
			return answer(200, "[]"), nil
		})
		client, err := NewClient(JWTAuth(testToken), withTransport(transport))
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
		first := 0
		for last, end := range transport.times {
			for end.Sub(transport.times[first]) > time.Minute {
				first++
			}
			if last-first+1 > 200 {
				t.Fatalf("%d requests in the minute before %s", last-first+1, end.Sub(start))
			}
		}
		if len(transport.times) < 1500 {
			t.Errorf("only %d requests in 10 minutes: the limiter is too strict", len(transport.times))
		}
	})
}

func TestLogger_oneLineAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		slow := func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(503, "", "Retry-After", "2"), nil
		}
		client := newTestClient(t, testURL, withTransport(answering(slow, breakOff(io.EOF), reply(404, "no"))), WithLogger(logger))
		_, err := client.JWT.RevokeByJTI(t.Context(), testJTI)
		apiErrorOf(t, err, 404, 3)

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

func TestLogger_noLineWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var out bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := newTestClient(t, testURL, withTransport(answering(reply(503, ""))), WithLogger(logger),
			WithRateLimiter(rate.NewLimiter(rate.Every(time.Minute), 1)))
		apiErrorOf(t, list(ctx, client), 503, 1)
		if lines := logLines(t, &out); len(lines) != 1 {
			t.Errorf("got %d lines for the one attempt that was made:\n%s", len(lines), out.String())
		}
	})
}

func TestLogger_silentAboveDebug(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	client := newTestClient(t, testURL, withTransport(answering(reply(200, "[]"))), WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
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
