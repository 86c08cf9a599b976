package main

import (
	"strings"
	"testing"
	"time"
)

// Flags with a value that means nothing are refused before anything is sent.
func TestFlags_thatMeanNothing(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"--rate=-1": "--rate: a rate cannot be negative; 0 means no limit", "--rate=many": "--rate: write how many requests a minute",
		"--retries=-1": "--retries: -1 is negative; 0 means no retries", "--timeout=0s": "--timeout: give a time above 0", "--timeout=-1s": "--timeout: give a time above 0",
		"--base-url=": "--base-url: the value is empty; was a variable not set?",
	} {
		server := newTestServer(t)
		a, stderr := signingIn(server)
		if code := a.run([]string{"list", flag}); code != exitUsage || !strings.HasPrefix(stderr.String(), "tiledesk-jwt: "+want) || len(server.Requests()) > 0 {
			t.Errorf("%s: exit code %d: %s", flag, code, stderr)
		}
	}
	for _, g := range []globals{{Timeout: 1}, {Timeout: time.Hour, Retries: 5}} {
		if err := g.Validate(); err != nil {
			t.Errorf("%+v: %v", g, err)
		}
	}
	var rate perMinute
	for text, want := range map[string]perMinute{"0": {}, "7": {n: 7}, "auto": {auto: true}} {
		if err := rate.UnmarshalText([]byte(text)); err != nil || rate != want {
			t.Errorf("%s: %+v, %v", text, rate, err)
		}
	}
}
