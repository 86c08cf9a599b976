package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// breakOff sends a signal, and returns when the run has looked at it, or is over.
func breakOff(signals chan<- os.Signal, over <-chan struct{}) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} { // the second has no effect, and is taken only then
		select {
		case signals <- signal:
		case <-over:
		}
	}
}

// interrupting gives the answers of a person, and presses Ctrl-C where they end. That
// question gets no answer as long as the run goes on.
type interrupting struct {
	answers string
	signals chan<- os.Signal
	over    <-chan struct{}
}

func (r *interrupting) Read(p []byte) (int, error) {
	if r.answers != "" {
		p[0], r.answers = r.answers[0], r.answers[1:]
		return 1, nil
	}
	breakOff(r.signals, r.over)
	<-r.over
	return 0, io.EOF
}

// Ctrl-C at any question leaves what was done so far, and nothing else.
func TestIncident_interruptedAtEachQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env           map[string]string
		args, answers string
		gist          string
	}{
		"to revoke":     {args: "--skip list,rest", gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, code 4"},
		"to prove":      {args: "--skip list,rest", answers: "y\n", gist: "revoked, accepted true, verified ?, enforced ?, cached ?, code 4"},
		"to list":       {answers: "y\ny\n", gist: "revoked, accepted true, verified true, enforced true, cached ?, code 4"},
		"for the rest":  {answers: "y\ny\ny\n", gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 4"},
		"by itself":     {env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--sign-in --skip list,rest", answers: "y\n", gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, code 4"},
		"not in a list": {env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--skip list,rest", answers: "y\n", gist: "not found, accepted true, verified ?, enforced ?, cached ?, error, code 4"},
		"refused":       {env: map[string]string{"TILEDESK_PASSWORD": "wrong"}, args: "--skip list,rest", answers: "y\n", gist: "failed, accepted true, verified ?, enforced ?, cached ?, error, code 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			server.AddUser("other@example.com", testPassword)
			tokens := server.Issue(testEmail, 3)
			a, stderr := signingIn(server)
			env := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword}
			for name, value := range c.env {
				env[name] = value
			}
			a.getenv = testEnv(env)
			sitsThere(a, "")
			signals, over := make(chan os.Signal), make(chan struct{})
			a.stdin, a.interrupts = &interrupting{c.answers, signals, over}, signals
			report := filepath.Join(t.TempDir(), "report")
			code := a.run(append([]string{"incident", "--token-from", fileWith(t, tokens[1]), "--rate", "0", "--report", report}, strings.Fields(c.args)...))
			close(over)
			record := recordIn(t, report)
			if gist := record.gist(); gist != c.gist || code != exitInterrupted || !record.Interrupted || strings.Count(flat(stderr), "Interrupted. What was done until here stands, and is told below.") != 1 {
				t.Errorf("exit code %d: %s\n%s%s", code, gist, a.stdout, stderr)
			}
		})
	}
}

// An interrupt at any request leaves what was done so far, and no token of the run. What
// is only asked gets no answer then, and neither does the revocation of the leaked token.
func TestIncident_interruptedAtEachRequest(t *testing.T) {
	t.Parallel()
	const (
		none   = "not attempted, "
		proved = "revoked, accepted true, verified true, enforced true, cached ?"
		rest   = proved + ", 2 others, rest, interrupted"
	)
	for _, c := range []struct {
		env, args string
		gists     []string // by the request; empty: none
	}{
		{testEmail, "--rest --sign-in", []string{
			"",
			none + "accepted ?, verified ?, enforced ?, cached ?, interrupted", // the sign-in was answered
			none + "accepted ?, verified ?, enforced ?, cached ?, interrupted",
			"failed, accepted true, verified ?, enforced ?, cached ?, error, interrupted",
			"revoked, accepted true, verified ?, enforced ?, cached ?, interrupted",
			proved + ", interrupted", proved + ", interrupted",
			rest, rest, rest, rest, rest, rest,
			proved + ", 2 others, rest", // the sign-out
		}},
		{"", "", []string{
			none + "accepted ?, verified ?, enforced ?, cached ?, interrupted",
			none + "accepted true, verified ?, enforced ?, cached ?, interrupted",
			none + "accepted true, verified ?, enforced ?, cached ?, interrupted",
			"failed, accepted true, verified ?, enforced ?, cached ?, error, 2 others, interrupted",
			"revoked, accepted true, verified ?, enforced ?, cached ?, 2 others, interrupted",
		}},
		{"other@example.com", "--skip list", []string{
			none + "accepted ?, verified ?, enforced ?, cached ?, interrupted",
			"failed, accepted true, verified ?, enforced ?, cached ?, error, interrupted",
			"failed, accepted true, verified ?, enforced ?, cached ?, error, interrupted", // by itself
		}},
	} {
		for i, gist := range c.gists {
			t.Run(fmt.Sprint(c.args, i+1), func(t *testing.T) {
				t.Parallel()
				interruptAt(t, int64(i+1), c.env, c.args, gist)
			})
		}
	}
}

func interruptAt(t *testing.T, at int64, email, args, gist string) {
	t.Helper()
	server := newTestServer(t)
	server.AddUser("other@example.com", testPassword)
	tokens := server.Issue(testEmail, 3)
	leaked, _ := identify(tokens[1])
	signals, over := make(chan os.Signal), make(chan struct{})
	var n atomic.Int64
	server.OnRequest(func(r tiledesktest.Request) {
		if n.Add(1) == at {
			breakOff(signals, over)
			if r.Method == http.MethodGet || strings.HasSuffix(r.Path, leaked) {
				<-over
			}
		}
	})
	a, stderr := signingIn(server)
	a.interrupts = signals
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": email, "TILEDESK_PASSWORD": testPassword})
	code := a.run(append([]string{"incident", "--token-from", fileWith(t, tokens[1]), "--yes", "--rate", "0"}, strings.Fields(args)...))
	requests := n.Load()
	close(over)
	said := stderr.String()
	if all := server.Tokens(testEmail); len(all) > len(tokens) && !server.Revoked(all[len(all)-1]) {
		t.Error("the token of the run is left")
	}
	if code != exitInterrupted || !strings.Contains(said, "Stopping.") || requests < at {
		t.Errorf("exit code %d: %s", code, said)
	}
	out := a.stdout.(*bytes.Buffer)
	if gist == "" {
		if out.Len() > 0 {
			t.Errorf("%s", out)
		}
		return
	}
	var record incidentRecord
	if err := json.Unmarshal(out.Bytes(), &record); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, _, _ := strings.Cut(record.gist(), ", code")
	if rest := record.Rest; rest != nil {
		got, _, _ = strings.Cut(got, " rest ")
		revoked := 0
		for _, token := range []string{tokens[0], tokens[2]} {
			if server.Revoked(token) {
				revoked++
			}
		}
		if got += " rest"; rest.Revoked != revoked || rest.Failed+rest.NotFound+rest.AlreadyGone > 0 {
			t.Errorf("%d are revoked: %+v", revoked, rest)
		}
	}
	told := strings.Count(said, "Interrupted. What was done until here stands, and is told below.") == 1
	if record.Interrupted {
		got += ", interrupted"
	}
	if got != gist || told != record.Interrupted || record.ExitCode != code {
		t.Errorf("%s, want %s\n%s", got, gist, said)
	}
}
