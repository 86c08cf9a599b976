package main

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// Each proof says what is known, and what to do where a token is still accepted.
func TestProof_text(t *testing.T) {
	t.Parallel()
	const setting = "Its administrator has to start it with JWT_HISTORY_ENABLED=true"
	yes, no := true, false
	for name, c := range map[string]struct {
		proof proof
		want  []string // what it says; the first begins the text
		not   string
	}{
		"refused":        {proof{verdict: refused, good: "verified"}, []string{"verified"}, "revocation"},
		"refused later":  {proof{verdict: refused, good: "verified", waited: 61400 * time.Millisecond}, []string{"verified, 1m1s after the revocation: it remembers its check of a token for a while"}, "STILL"},
		"accepted":       {proof{verdict: accepted, jti: "a"}, []string{"STILL ACCEPTED: the server noted the revocation of a and still accepts the token. " + treatAll + setting + ". Only if", "--verify-for 60s waits for that. " + whatEndsIt}, "after the"},
		"accepted later": {proof{verdict: accepted, jti: "a", waited: time.Minute}, []string{"STILL ACCEPTED: the server noted the revocation of a and still accepts the token 1m0s after the revocation. " + treatAll + setting + "; only if it remembers its checks for longer than that"}, "--verify-for"},
		"remembered":     {proof{verdict: accepted, jti: "a", cached: &yes}, []string{"STILL ACCEPTED", "It does check revocations", "--verify-for 10m"}, setting},
		"not checked":    {proof{verdict: accepted, jti: "a", cached: &no}, []string{"STILL ACCEPTED", "It does not check revocations: it also accepts a token that was revoked before its first use. " + setting}, "--verify-for"},
		"nothing tried":  {proof{}, []string{"Whether the server refuses revoked tokens was not tried: "}, treatAll},
		"failed":         {proof{err: &tiledesk.APIError{StatusCode: http.StatusBadGateway}}, []string{"Whether the server refuses revoked tokens could not be found out. " + treatAll}, "not tried"},
	} {
		text := c.proof.text()
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %s\nlacks %s", name, text, want)
			}
		}
		if !strings.HasPrefix(text, c.want[0]) || strings.Contains(text, c.not) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// The good news are the result of whoever asked, and can be left out. The bad ones are an
// error where a proof was asked for, and said in any case.
func TestTellProof_whereItIsToldAndHowItEnds(t *testing.T) {
	t.Parallel()
	good, bad := proof{verdict: refused, good: "verified"}, proof{verdict: accepted, jti: "a"}
	failed := proof{err: &tiledesk.APIError{StatusCode: http.StatusForbidden}}
	for _, c := range []struct {
		name               string
		proof              proof
		asked, json, quiet bool
		code               int
		out, said          string // how they begin; empty: nothing
	}{
		{"refused", good, true, false, false, exitDone, "verified\n", ""},
		{"refused, unasked", good, false, false, false, exitDone, "verified\n", ""},
		{"refused, quiet", good, true, false, true, exitDone, "", ""},
		{"refused, for programs", good, true, true, false, exitDone, "", ""},
		{"accepted", bad, true, false, true, exitUndone, "", "STILL ACCEPTED"},
		{"accepted, for programs", bad, true, true, false, exitUndone, "", "STILL ACCEPTED"},
		{"accepted, unasked", bad, false, false, true, exitDone, "", "warning: STILL ACCEPTED"},
		{"failed", failed, true, false, false, exitRefused, "", "Whether the server"},
		{"failed, unasked", failed, false, false, false, exitDone, "", "Whether the server"},
		{"failed, unasked, quiet", failed, false, false, true, exitDone, "", ""},
		{"not tried", proof{}, true, false, false, exitUndone, "", "Whether the server refuses revoked tokens was not tried"},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.flags.Quiet, a.console.quiet = c.quiet, c.quiet
		code, out := a.tellProof(t.Context(), c.proof, c.asked, c.json), a.stdout.(*bytes.Buffer).String()
		if code != c.code || !strings.HasPrefix(out, c.out) || !strings.HasPrefix(stderr.String(), c.said) || (out == "") != (c.out == "") || (stderr.Len() == 0) != (c.said == "") {
			t.Errorf("%s: exit code %d: %q, %q", c.name, code, out, stderr.String())
		}
	}
}

// While it waits, the terminal shows for how long yet; nothing of that is left.
func TestProve_showsHowLongItWaits(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(120)
	var lines []string
	a.wait = func(d time.Duration) bool {
		lines = append(lines, shown())
		*now = now.Add(d)
		return true
	}
	p := a.prove(t.Context(), []witness{answers("a", true, true, false)}, time.Minute)
	if want := []string{"Not refused yet, trying for 60 s more", "Not refused yet, trying for 57 s more"}; p.verdict != refused || strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%v: %q", p, lines)
	}
	if got := saidBy(a); shown() != "" || strings.Count(got, "The token a is not refused yet. Trying again for 60 s") != 1 {
		t.Errorf("%q", got)
	}
}

// A clock that is set back makes no wait longer.
func TestProve_waitsNoLongerWhereTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	a, _, now := statusApp(120)
	pauses := 0
	a.wait = func(d time.Duration) bool {
		pauses++
		*now = now.Add(-time.Hour)
		return pauses < 100
	}
	if p := a.prove(t.Context(), []witness{answers("a", true)}, 9*time.Second); p.verdict != accepted || pauses != 3 || p.waited != 9*time.Second {
		t.Errorf("%+v after %d pauses", p, pauses)
	}
}

// One try that fails beside one that is refused proves nothing, in whatever order; one
// that is accepted says most.
func TestTry_saysTheWorstOfAll(t *testing.T) {
	t.Parallel()
	silent := &tiledesk.APIError{StatusCode: http.StatusBadGateway}
	for name, c := range map[string]struct {
		answers []any
		want    verdict
		jti     string
		failed  bool
		left    int
	}{
		"refused":                     {[]any{false, false}, refused, "", false, 0},
		"refused, failed":             {[]any{false, silent}, unknown, "b", true, 1},
		"failed, refused":             {[]any{silent, false}, unknown, "a", true, 1},
		"failed, accepted":            {[]any{silent, true}, accepted, "b", false, 2},
		"accepted, failed":            {[]any{true, silent}, accepted, "a", false, 2},
		"refused, accepted":           {[]any{false, true}, accepted, "b", false, 1},
		"accepted, refused":           {[]any{true, false}, accepted, "a", false, 1},
		"failed, failed":              {[]any{silent, silent}, unknown, "b", true, 2},
		"accepted, refused, accepted": {[]any{true, false, true}, accepted, "c", false, 2},
	} {
		var witnesses []witness
		for i, answer := range c.answers {
			witnesses = append(witnesses, answers(string(rune('a'+i)), answer))
		}
		p, left := try(context.Background(), witnesses)
		if p.verdict != c.want || p.jti != c.jti || (p.err != nil) != c.failed || len(left) != c.left {
			t.Errorf("%s: %+v, %d left", name, p, len(left))
		}
	}
}
