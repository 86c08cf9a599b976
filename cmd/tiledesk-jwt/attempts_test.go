package main

import (
	"context"
	"testing"
	"time"
)

// While the limiter keeps a request waiting, the status says so, and it is the server's
// turn once the limiter lets it go.
func TestWatched_saysThatTheLimiterKeepsItWaiting(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	asked, meanwhile := 0, ""
	a.onRequest = func() { asked++ }
	limit := watched{a, limiterFunc(func() error {
		*now = now.Add(2 * time.Second)
		meanwhile = shown()
		return nil
	})}
	if err := limit.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(3 * time.Second)
	if then := shown(); asked != 1 || meanwhile != "Waiting, since --rate allows no more (2 s)" || then != "Waiting for the server (3 s)" {
		t.Errorf("asked %d times; %q, then %q", asked, meanwhile, then)
	}
}

type limiterFunc func() error

func (f limiterFunc) Wait(context.Context) error { return f() }
