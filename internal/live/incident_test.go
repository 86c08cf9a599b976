//go:build live

package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// incident is what the record of tiledesk-jwt incident says of it.
type incident struct {
	AcceptedBefore, Verified, Enforced *bool
	Outcome                            string
	Others                             *struct{ Count int }
	Rest                               *struct{ Revoked, Failed int }
	Remains                            []string
}

func recordOf(t *testing.T, done run) incident {
	t.Helper()
	var record incident
	decode(t, []byte(done.stdout), &record)
	return record
}

// With the credentials of the account the leaked token is revoked and refused, and
// the rest with it, but no token of anybody else.
func TestCommandGuidesThroughAnIncident(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	own := signIn(t, s, email)
	tokens := issue(t, s, own, 12)
	bystander := signIn(t, s, newUser(t, s))
	leaked := filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(leaked, []byte(tokens[3]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "record.json")

	done := command(t, s, email, "", "incident", "--token-from", leaked, "--yes", "--rest", "--sign-in", "--rate", "0", "--report", report).want(t, 0)

	record := recordOf(t, done)
	if record.Outcome != "revoked" || !isTrue(record.AcceptedBefore) || !isTrue(record.Verified) || !isTrue(record.Enforced) ||
		record.Others == nil || record.Others.Count != 12 || record.Rest == nil || record.Rest.Revoked != 12 || record.Rest.Failed != 0 {
		t.Errorf("the record is %s", done.stdout)
	}
	for _, token := range append(tokens, own) {
		if answer := call(t, s, "GET", "/testauth", token); answer.Status != 401 {
			t.Errorf("a token is answered %s", answer)
		}
	}
	if answer := call(t, s, "GET", "/testauth", bystander); answer.Status != 200 {
		t.Errorf("the token of somebody else is answered %s", answer)
	}
	written, err := os.ReadFile(report)
	if err != nil || !json.Valid(written) {
		t.Errorf("the report: %v: %s", err, written)
	}
	for _, token := range append(tokens, own) {
		if signature := token[strings.LastIndexByte(token, '.'):]; strings.Contains(done.stdout+done.stderr+string(written), signature) {
			t.Error("a token is shown")
		}
	}
}

// Without credentials the leaked token revokes itself; a second time proves nothing.
func TestCommandGuidesATokenThatRevokesItself(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	tokens := issue(t, s, signIn(t, s, email), 3)

	done := command(t, s, "", tokens[0], "incident", "--token-from", "-", "--yes").want(t, 0)

	if record := recordOf(t, done); record.Outcome != "revoked" || !isTrue(record.Verified) || record.Others == nil || record.Others.Count != 3 || record.Rest != nil {
		t.Errorf("the record is %s", done.stdout)
	}
	if answer := call(t, s, "GET", "/testauth", tokens[0]); answer.Status != 401 {
		t.Errorf("the revoked token is answered %s", answer)
	}
	if answer := call(t, s, "GET", "/testauth", tokens[1]); answer.Status != 200 {
		t.Errorf("another token is answered %s", answer)
	}
	done = command(t, s, "", tokens[0], "incident", "--token-from", "-", "--yes").want(t, 1)
	if record := recordOf(t, done); record.Outcome != "failed" || record.Verified != nil {
		t.Errorf("the record of the second time is %s", done.stdout)
	}
}

// What a server does not refuse is not called refused, and the setting is named.
func TestCommandIsToldInAnIncidentThatRevocationIsNotEnforced(t *testing.T) {
	t.Parallel()
	s := shared(t, notEnforced)
	email := newUser(t, s)
	leaked := signIn(t, s, email)
	done := command(t, s, email, leaked, "incident", "--token-from", "-", "--yes", "--verify-for", "5s").want(t, 1)
	record := recordOf(t, done)
	if record.Verified == nil || *record.Verified || len(record.Remains) == 0 || !strings.Contains(record.Remains[0], "JWT_HISTORY_ENABLED=true") {
		t.Errorf("the record is %s", done.stdout)
	}
	done = command(t, s, email, "", "revoke-all", "--sign-in", "--verify", "--yes", "--rate", "0").want(t, 1)
	if strings.Contains(done.stdout, "verified") || !strings.Contains(done.stderr, "JWT_HISTORY_ENABLED=true") {
		t.Errorf("it says %s%s", done.stdout, done.stderr)
	}
}

// One that records nothing finds no entry, and one without the module can do nothing.
func TestCommandClaimsNothingInAnIncidentOfOtherServers(t *testing.T) {
	t.Parallel()
	s := shared(t, notRecorded)
	email := newUser(t, s)
	done := command(t, s, email, signIn(t, s, email), "incident", "--token-from", "-", "--yes").want(t, 1)
	if record := recordOf(t, done); record.Outcome == "revoked" || record.Outcome == "already gone" || isTrue(record.Verified) {
		t.Errorf("the record is %s", done.stdout)
	}
	s = shared(t, withoutIt)
	email = newUser(t, s)
	done = command(t, s, email, signIn(t, s, email), "incident", "--token-from", "-", "--yes").want(t, 5)
	if record := recordOf(t, done); record.Outcome != "not attempted" || isTrue(record.Verified) {
		t.Errorf("the record is %s", done.stdout)
	}
}

func isTrue(b *bool) bool { return b != nil && *b }

// A run with --sign-in proves by its own token what the server does.
func TestCommandVerifiesByItsOwnToken(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	tokens := issue(t, s, signIn(t, s, email), 2)
	done := command(t, s, email, "", "revoke", jtiOf(t, tokens[0]), "--sign-in", "--yes").want(t, 0)
	if !strings.HasSuffix(done.stdout, "verified: the server refuses revoked tokens\n") {
		t.Errorf("it says %s%s", done.stdout, done.stderr)
	}
}
