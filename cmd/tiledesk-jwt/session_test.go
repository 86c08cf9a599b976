package main

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// testEnv is a getenv of fixed variables.
func testEnv(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// A question before a revocation names the server and the account.
func TestSession_where(t *testing.T) {
	t.Parallel()
	const url = "https://chat.example.com/api"
	ofUser := "eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIiwiX2lkIjoidTEifQ.c2lnbmF0dXJl"
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"TILEDESK_EMAIL": "agent@example.com", "TILEDESK_PASSWORD": "x"}, url + ", account agent@example.com"},
		{map[string]string{"TILEDESK_TOKEN": ofUser}, url + ", account u1"},
		{map[string]string{"TILEDESK_TOKEN": sample}, url + ", account unknown"},
	} {
		c.env["TILEDESK_BASE_URL"] = url + "/"
		a, _ := testApp(new(bytes.Buffer))
		a.getenv = testEnv(c.env)
		s, err := a.connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.where(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// A low --rate must not cost the sign-out, or the token is left.
func TestLimiterWait_isEnoughForTheSignOut(t *testing.T) {
	t.Parallel()
	for n := range 201 {
		for requests := 1; requests <= 1+maxRenewals; requests++ {
			l, limited := limiter(perMinute{n: n}).(*rate.Limiter)
			if !limited {
				continue
			}
			now, waited := time.Now(), time.Duration(0)
			for range l.Burst() + requests { // all that may leave at once has left
				waited = l.ReserveN(now, 1).DelayFrom(now)
			}
			if got := limiterWait(n, requests); got < waited-time.Millisecond {
				t.Errorf("--rate %d: %d requests wait %s, got %s", n, requests, waited, got)
			}
		}
	}
}

// Without a limit nothing is made that the status line, in another goroutine, could
// look at meanwhile: the race detector sees it.
func TestLimit_isAskedForFromTwoGoroutines(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			if a.limit() != nil {
				t.Error("there is a limit")
			}
		})
	}
	asking.Wait()
}
