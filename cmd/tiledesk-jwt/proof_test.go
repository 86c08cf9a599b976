package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// answers is a witness that gives one answer after the other, the last one again
// and again.
func answers(jti string, list ...any) witness {
	n := 0
	return witness{jti, func(context.Context) (bool, error) {
		answer := list[min(n, len(list)-1)]
		n++
		if err, failed := answer.(error); failed {
			return false, err
		}
		return answer.(bool), nil
	}}
}

// A check that the server remembers for a while is waited out, and told from one
// that it does not make. Time passes in the pauses alone.
func TestProve_waitsForACachedCheck(t *testing.T) {
	t.Parallel()
	silent := errors.New("silent")
	for name, c := range map[string]struct {
		witnesses []witness
		patience  time.Duration
		want      proof
		pauses    int
	}{
		"refused at once":             {[]witness{answers("a", false)}, time.Minute, proof{verdict: refused}, 0},
		"refused later":               {[]witness{answers("a", true, true, true, false)}, time.Minute, proof{verdict: refused, waited: 9 * time.Second}, 3},
		"never refused":               {[]witness{answers("a", true)}, 10 * time.Second, proof{verdict: accepted, jti: "a", waited: 10 * time.Second}, 4},
		"one of two is never":         {[]witness{answers("a", false), answers("b", true)}, 3 * time.Second, proof{verdict: accepted, jti: "b", waited: 3 * time.Second}, 1},
		"one of two fails":            {[]witness{answers("a", silent), answers("b", false)}, 0, proof{jti: "a", err: silent}, 0},
		"a failure and an acceptance": {[]witness{answers("a", true), answers("b", silent)}, 0, proof{verdict: accepted, jti: "a"}, 0},
		"fails, then refused":         {[]witness{answers("a", silent, false)}, time.Minute, proof{verdict: refused, waited: 3 * time.Second}, 1},
		"not waited for":              {[]witness{answers("a", true, false)}, 0, proof{verdict: accepted, jti: "a"}, 0},
		"refused is not tried again":  {[]witness{answers("a", false, true), answers("b", true, false)}, time.Minute, proof{verdict: refused, waited: 3 * time.Second}, 1},
		"nothing to try":              {nil, time.Minute, proof{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, now := testApp(new(bytes.Buffer))
			pauses := 0
			a.wait = func(d time.Duration) bool {
				pauses++
				*now = now.Add(d)
				return true
			}
			if got := a.prove(context.Background(), c.witnesses, c.patience); got != c.want || pauses != c.pauses {
				t.Errorf("%+v after %d pauses, want %+v after %d", got, pauses, c.want, c.pauses)
			}
		})
	}
}

// An interrupt ends the wait, and nothing is called verified.
func TestProve_endsWithAnInterrupt(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.wait = func(time.Duration) bool { return false }
	ctx, cancel := context.WithCancelCause(context.Background())
	p := a.prove(ctx, []witness{answers("a", true, false)}, time.Minute)
	cancel(errInterrupted)
	code := a.tellProof(ctx, p, true, false)
	if p.verdict != unknown || code != exitInterrupted || !strings.Contains(stderr.String(), "nothing is verified") || a.stdout.(*bytes.Buffer).Len() > 0 {
		t.Errorf("%+v, exit code %d: %s", p, code, stderr.String())
	}
}

// Only one's own revocation makes a token a witness: one that the server refused
// before the sign-out may have ended otherwise.
func TestRevokeAll_provesNothingByATokenThatEndedOtherwise(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 1)
	deletes := 0
	a, stderr := signingIn(server)
	a.flags.SignIn = true
	s, err := a.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	server.DisableUser(testEmail)
	if err := a.leave(t.Context(), s, nil); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodDelete {
			deletes++
		}
	}
	if witnesses := s.ownWitness(); len(witnesses) > 0 || deletes != 1 {
		t.Errorf("%d witnesses, %d requests", len(witnesses), deletes)
	}
}

// What is not refused is never called verified, in text or for programs.
func TestTellProof_callsNothingVerifiedThatIsNot(t *testing.T) {
	t.Parallel()
	for _, p := range []proof{{}, {verdict: accepted, jti: "a"}, {verdict: accepted, jti: "a", waited: time.Minute}, {err: &tiledesk.APIError{StatusCode: http.StatusUnauthorized}}} {
		for _, asked := range []bool{true, false} {
			var stderr bytes.Buffer
			a, _ := testApp(&stderr)
			code := a.tellProof(t.Context(), p, asked, false)
			if text := p.text(); strings.Contains(text, "verified") || a.stdout.(*bytes.Buffer).Len() > 0 || stderr.Len() == 0 {
				t.Errorf("%s, %s", text, stderr.String())
			}
			if known := p.known(); known != nil && *known || asked == (code == exitDone) {
				t.Errorf("%+v: exit code %d", p, code)
			}
		}
	}
}

// Tokens without a jti are not called verified: the server looks for none of them.
func TestUndertaking_provedSaysNothingOfTokensWithoutJTI(t *testing.T) {
	t.Parallel()
	u := &undertaking{report: &tiledesk.RevokeReport{Revoked: 2, WithoutJTI: 1}}
	if text := u.proved(); strings.Contains(text, "verified") || !u.unproved {
		t.Error(text)
	}
}
