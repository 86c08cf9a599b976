package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// A token that is truncated, or that something stands beside, would be refused like one
// that is revoked, and taken for gone.
func TestLeakIsAWholeToken(t *testing.T) {
	t.Parallel()
	for text, whole := range map[string]bool{
		sample:                     true,
		"JWT " + sample + "\r\n":   true,
		"jwt\t" + sample:           true,
		`"` + sample + `"`:         false,
		"'" + sample + "'":         false,
		sample + ";":               false,
		"TILEDESK_TOKEN=" + sample: false,
		sample[1:]:                 false,
		sample[2:]:                 false,
		strings.TrimSuffix(sample, "c2lnbmF0dXJl"): false,
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.stdin = strings.NewReader(text)
		_, err := a.readLeak(context.Background(), "-")
		if (err == nil) != whole {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && codeOf(err) != exitUsage {
			t.Errorf("%q: exit code %d", text, codeOf(err))
		}
	}
}

// What the token of the sign-in shows is not told as if the leaked one had been tried.
func TestRevoke_tellsTheLeakedTokenFromThatOfTheSignIn(t *testing.T) {
	t.Parallel()
	const tried = "the server accepted the token before"
	for name, c := range map[string]struct {
		tampered bool
		args     []string
		code     int
		says     string
	}{
		"not tried":          {false, nil, exitDone, "\nverified: the server refuses revoked tokens\n"},
		"refused before":     {true, []string{"--verify"}, exitUndone, "\nThe server refuses revoked tokens, as another one shows that was tried.\n"},
		"accepted and tried": {false, []string{"--verify"}, exitDone, "\nverified: " + tried + " and refuses it now\n"},
		"refused, not tried": {true, nil, exitDone, "\nverified: the server refuses revoked tokens\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			token := server.Issue(testEmail, 1)[0]
			if c.tampered {
				at := strings.LastIndex(token, ".") + 1
				token = token[:at] + strings.Repeat("A", len(token)-at)
			}
			a, stderr := signingIn(server)
			code := a.run(append([]string{"revoke", "--token-from", fileWith(t, token), "--sign-in", "--yes"}, c.args...))
			if said := a.stdout.(*bytes.Buffer).String(); code != c.code || !strings.HasSuffix(said, c.says) {
				t.Errorf("exit code %d: %s%s", code, said, stderr)
			}
		})
	}
}

// A leaked token that was not revoked is not called verified, whatever the token of the
// sign-in shows.
func TestRevoke_callsNoLeakedTokenVerifiedThatIsThere(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.AddUser("other@example.com", testPassword)
	leaked := server.Issue("other@example.com", 1)[0]
	for _, format := range []string{"text", "json"} {
		a, stderr := signingIn(server)
		code := a.run([]string{"revoke", "--token-from", fileWith(t, leaked), "--sign-in", "--yes", "--verify", "--format", format})
		if said := a.stdout.(*bytes.Buffer).String(); code != exitUndone || strings.Contains(said, "verified:") || format == "json" && !strings.Contains(said, `"verified":null`) {
			t.Errorf("exit code %d: %s%s", code, said, stderr)
		}
	}
}
