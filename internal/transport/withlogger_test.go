package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
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
