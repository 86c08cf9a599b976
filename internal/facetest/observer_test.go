package facetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// watch collects the attempts of a client.
type watch struct {
	mu       sync.Mutex
	attempts []tiledesk.Attempt
}

func (w *watch) observe(a tiledesk.Attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts = append(w.attempts, a)
}

// retryAfter is a header that asks for so many seconds.
func retryAfter(seconds string) http.Header { return http.Header{"Retry-After": {seconds}} }

func TestWithObserver_hearsOfEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop", "phone")
		server.Inject(tiledesktest.Fault{Status: http.StatusTooManyRequests, Header: retryAfter("7"), Delay: 2 * time.Second})
		server.Inject(tiledesktest.Fault{Delay: time.Second})
		var w watch
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithObserver(w.observe),
			tiledesk.WithRateLimiter(rate.NewLimiter(rate.Every(time.Minute), 1)))
		if _, err := client.JWT.RevokeByJTI(t.Context(), "phone"); err != nil {
			t.Fatal(err)
		}
		want := []tiledesk.Attempt{
			{Method: "DELETE", Route: "/jwt/history/:jti", Number: 1, StatusCode: 429, RetryAfter: 7 * time.Second, Duration: 2 * time.Second, Wait: 7 * time.Second},
			{Method: "DELETE", Route: "/jwt/history/:jti", Number: 2, StatusCode: 200, Limited: 51 * time.Second, Duration: time.Second},
		}
		if len(w.attempts) != len(want) {
			t.Fatalf("heard of %d attempts, want %d", len(w.attempts), len(want))
		}
		for i := range want {
			if w.attempts[i] != want[i] {
				t.Errorf("attempt %d is %+v, want %+v", i+1, w.attempts[i], want[i])
			}
		}
	})
}

func TestWithObserver_tellsWhyNoAnswerCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Drop: tiledesktest.DropBefore})
		server.Inject(tiledesktest.Fault{Delay: time.Hour})
		server.Inject(tiledesktest.Fault{Body: strings.Repeat("x", 17<<20)})
		var w watch
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithObserver(w.observe))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		wantKinds(t, err, "ErrResponseTooLarge")
		if len(w.attempts) != 3 {
			t.Fatalf("heard of %d attempts: %+v", len(w.attempts), w.attempts)
		}
		wantKinds(t, w.attempts[0].Err, "ErrNoAnswer")
		if !errors.Is(w.attempts[0].Err, io.ErrUnexpectedEOF) || w.attempts[0].StatusCode != 0 || w.attempts[0].Wait == 0 {
			t.Errorf("a connection that broke: %+v", w.attempts[0])
		}
		wantKinds(t, w.attempts[1].Err, "ErrNoAnswer", "DeadlineExceeded")
		if w.attempts[1].Duration != 30*time.Second {
			t.Errorf("an attempt that hung: %+v", w.attempts[1])
		}
		wantKinds(t, w.attempts[2].Err, "ErrResponseTooLarge")
		if w.attempts[2].StatusCode != http.StatusOK || w.attempts[2].Wait != 0 {
			t.Errorf("a body that is too long: %+v", w.attempts[2])
		}
	})
}

func TestWithObserver_showsNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		var w watch
		leaky := func(http.RoundTripper) http.RoundTripper {
			return roundTripFunc(func(r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("cannot send %s to %s", r.Header.Get("Authorization"), r.URL)
			})
		}
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithObserver(w.observe), tiledesk.WithMiddleware(leaky))
		_, _ = client.JWT.RevokeByJTI(t.Context(), "a-jti-that-nobody-may-see")
		if len(w.attempts) != 4 {
			t.Fatalf("heard of %d attempts", len(w.attempts))
		}
		for _, a := range w.attempts {
			text := fmt.Sprintf("%+v %#v %v", a, a.Err, errors.Unwrap(a.Err))
			for _, secret := range []string{tokens[0], "a-jti-that-nobody-may-see", baseURL} {
				if strings.Contains(text, secret) {
					t.Errorf("it shows %s: %s", secret, text)
				}
			}
		}
	})
}

func TestWithObserver_hearsOfTheSignInAndOfEachPage(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "laptop")
	var w watch
	client, err := tiledesk.SignIn(t.Context(), agent, password, append(inMemory(server), tiledesk.WithObserver(w.observe))...)
	if err != nil {
		t.Fatal(err)
	}
	other, err := client.WithCredentials(tiledesk.JWTAuth("a.token.here"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrUnauthorized")
	if len(w.attempts) != 2 || w.attempts[0].Route != "/auth/signin" || w.attempts[1].StatusCode != http.StatusUnauthorized {
		t.Errorf("heard of %+v", w.attempts)
	}
}

// hearing is a limiter with an ear of its own.
type hearing struct{ watch }

func (h *hearing) Wait(context.Context) error { return nil }
func (h *hearing) Observe(a tiledesk.Attempt) { h.observe(a) }

func TestWithRateLimiter_letsOneThatObservesHear(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "laptop")
	first, second := new(hearing), new(hearing)
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(first), tiledesk.WithRateLimiter(second))
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(first.attempts) != 0 || len(second.attempts) != 1 || second.attempts[0].StatusCode != http.StatusOK {
		t.Errorf("the limiter in use heard %+v, the other %+v", second.attempts, first.attempts)
	}
}
