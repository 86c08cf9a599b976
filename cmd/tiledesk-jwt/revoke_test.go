package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// What cannot be meant is refused before anything is sent.
func TestRevoke_refusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	file := fileWith(t, token)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"revoke"}, "Say which token to revoke"},
		{[]string{"revoke", "a", "--concurrency", "0", "--yes"}, "--concurrency: 0 is below 1"},
		{[]string{"revoke-all", "--concurrency=-1", "--yes"}, "--concurrency: -1 is below 1"},
		{[]string{"revoke", "a", "--verify-for=-1s", "--sign-in", "--yes"}, "--verify-for: give a time above 0"},
		{[]string{"revoke-all", "--verify-for=-1s", "--sign-in", "--yes"}, "--verify-for: give a time above 0"},
		{[]string{"revoke", "--token-from", file, "a", "--yes"}, "goes with no other"},
		{[]string{"revoke", "--token-from", file, "--id", "a", "--yes"}, "goes with no other"},
		{[]string{"revoke", "--token-from", file, "--from", file, "--yes"}, "goes with no other"},
		{[]string{"revoke", "--token-from", file, "--report", file, "--yes"}, "nothing that --report could resume"},
		{[]string{"revoke", "a", "--verify", "--yes"}, "--verify needs a token to try"},
		{[]string{"revoke-all", "--verify-for", "1s", "--yes"}, "--verify needs a token to try"},
		{[]string{"revoke-all", "--verify", "--yes"}, "--verify needs a token to try"},
		{[]string{"revoke", "a", "", "--yes"}, "A jti or id on the command line is empty"},
		{[]string{"revoke", "--id", "", "--yes"}, "A jti or id on the command line is empty"},
		{[]string{"revoke", "..", "--yes"}, "On the command line, the jti "},
		{[]string{"revoke", "--id", "a/../b", "--yes"}, "On the command line, the id "},
		{[]string{"revoke", token, "--yes"}, "--token-from"},
		{[]string{"revoke", "a"}, "Nothing was sent: there is no terminal to ask on"},
		{[]string{"revoke-all"}, "Nothing was sent: there is no terminal to ask on"},
		{[]string{"revoke", "--from", "-"}, "Nothing was sent: there is no terminal to ask on"},
		{[]string{"revoke", "--from", "nowhere", "--yes"}, "--from nowhere: there is no such file"},
		{[]string{"revoke-all", "--token-from", "nowhere", "--yes"}, "there is no such file"},
		{[]string{"revoke", "id/a", "--yes"}, "tiledesk-jwt list --all and use --id"},
	} {
		a, _ := signingIn(server)
		a.stdin = strings.NewReader("a\n")
		code, out, said := ran(a, c.args...)
		if code != exitUsage || out != "" || !strings.HasPrefix(said, "tiledesk-jwt: ") || !strings.Contains(said, c.want) || len(server.Requests()) > 0 || strings.Contains(said, token) {
			t.Errorf("%s: exit code %d, %d requests: %s", c.args, code, len(server.Requests()), said)
		}
	}
}

// Where stdin is no terminal, it is not said to be in use.
func TestRevokeAll_saysWhyNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	file := fileWith(t, server.Issue(testEmail, 1)[0])
	for from, want := range map[string]string{"": "there is no terminal to ask on", file: "there is no terminal to ask on", "-": "stdin is in use, so that you cannot be asked"} {
		a, _ := signingIn(server)
		a.onTerminal.stderr = true
		err := (&revokeAllCommand{TokenFrom: given(from), running: running{Concurrency: 1}}).Run(t.Context(), a)
		if codeOf(err) != exitUsage || !strings.HasPrefix(explainIf(err), "Nothing was sent: "+want) {
			t.Errorf("%q: %v", from, err)
		}
	}
}

// Each target is revoked once, those of the command line first, however often it is
// named.
func TestRevoke_revokesEachTargetOnce(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(server.Issue(testEmail, 3))
	ids := idsOf(t, server)
	a, _ := signingIn(server)
	from := fileWith(t, jtis[2]+"\n"+jtis[0]+"\nid:"+ids[jtis[1]])
	code, out, said := ran(a, "revoke", jtis[0], jtis[0], "--id", ids[jtis[1]], "--from", from, "--yes", "--rate", "0", "--concurrency", "1")
	want := "revoked: " + jtis[0] + "\nrevoked: id:" + ids[jtis[1]] + "\nrevoked: " + jtis[2] + "\n3 revoked.\n"
	if code != exitDone || out != want || deletes(server) != 3 {
		t.Errorf("exit code %d, %d deletes: %s%s", code, deletes(server), out, said)
	}
}

// An empty list is said to be one, and is a result for programs.
func TestRevoke_ofAnEmptyList(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, _ := signingIn(server)
	code, out, said := ran(a, "revoke", "--from", fileWith(t, "# none"))
	if code != exitDone || out != "" || said != "There is nothing to revoke: the list is empty.\n" || len(server.Requests()) > 0 {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	a, _ = signingIn(server)
	code, out, said = ran(a, "revoke", "--from", fileWith(t, "# none"), "--format", "json")
	if code != exitDone || !strings.Contains(out, `"revoked":0,`) || said != "" {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// The token in use is kept: refused where it is named on the command line, skipped where
// a file names it, and an error where it is known only by what the run found.
func TestRevoke_keepsTheTokenInUse(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 2)
	jtis := jtisOf(tokens)
	for _, c := range []struct {
		args []string
		code int
		says string
		sent int
	}{
		{[]string{jtis[1], strings.ToUpper(jtis[0])}, exitUsage, "Nothing was sent: " + jtis[0] + " is the token in use", 0},
		{[]string{"--from", fileWith(t, jtis[0])}, exitDone, "skipped: " + jtis[0] + ": it is the token in use\n", 0},
		{[]string{jtis[1], "--from", fileWith(t, jtis[0])}, exitDone, "skipped: " + jtis[0], 1},
	} {
		before := deletes(server)
		a, _ := signingIn(server)
		a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": tokens[0]})
		code, out, said := ran(a, append([]string{"revoke", "--yes", "--rate", "0"}, c.args...)...)
		if code != c.code || !strings.Contains(said, c.says) || deletes(server)-before != c.sent || server.Revoked(tokens[0]) {
			t.Errorf("%s: exit code %d, %d deletes: %s%s", c.args, code, deletes(server)-before, out, said)
		}
	}
}

// A dry run of named tokens prints them as they can be piped on, and sends nothing.
func TestRevoke_dryRunSendsNothing(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(server.Issue(testEmail, 12))
	for _, n := range []int{1, 12} {
		a, _ := signingIn(server)
		code, out, said := ran(a, append([]string{"revoke", "--dry-run"}, jtis[:n]...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if code != exitDone || len(lines) != n || !slices.Contains(lines, plannedLine+" "+jtis[0]) || !strings.HasPrefix(said, "Dry run: nothing is revoked.\n") || len(server.Requests()) > 0 {
			t.Errorf("exit code %d: %s%s", code, out, said)
		}
		if strings.Contains(said, "12 would be revoked.") != (n == 12) {
			t.Errorf("%s", said)
		}
	}
}

// Why a token failed is said in words for people, where there are some.
func TestRevoke_saysWhyATokenFailed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault tiledesktest.Fault
		says  string
	}{
		"the server":  {tiledesktest.Fault{Status: 404, Body: `{"success":false,"msg":"Not found"}`}, "not found: a: your list has no such token. Check the identifier"},
		"a proxy":     {tiledesktest.Fault{Status: 404, Body: "<html>Cannot DELETE</html>"}, "not found: a: This answer is not what the API"},
		"a 500":       {tiledesktest.Fault{Status: 500, Body: `{"success":false,"msg":"broken"}`}, "failed: a: The server failed."},
		"forbidden":   {tiledesktest.Fault{Status: 403}, "failed: a: The server forbids this"},
		"still there": {tiledesktest.Fault{Method: "PUT"}, "not found: a: your list has no such token."},
	} {
		server := newTestServer(t)
		if c.fault.Method == "" {
			c.fault.Method = "DELETE"
		}
		server.Inject(c.fault)
		a, _ := signingIn(server)
		if code, out, said := ran(a, "revoke", "a", "--yes", "--retries", "0"); code == exitDone || !strings.Contains(said, c.says) || out != "" {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, said)
		}
	}
}
