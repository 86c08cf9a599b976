//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// kills is how often TestRevokeAll_killed kills a run; 250 at night:
// go test ./cmd/tiledesk-jwt -run killed -kills 250
var kills = flag.Int("kills", 8, "how many runs TestRevokeAll_killed kills")

// A run that is killed when some of its DELETEs have arrived leaves a report that says
// nothing false, and the next run ends what it left. Only KILL can leave more revoked
// than the report says, and the token that was signed in for.
func TestRevokeAll_killed(t *testing.T) {
	t.Parallel()
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL}
	for i := range *kills {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		k := &killed{t: t, signal: signals[i%len(signals)], after: int64(1 + random.IntN(30)), report: filepath.Join(t.TempDir(), "report.jsonl")}
		k.start(random)
		code := k.run(true)
		k.check(code)
		if code := k.run(false); code != exitDone {
			t.Errorf("%s after %d: the next run ended with %d", k.signal, k.after, code)
		}
		k.checkReport()
		for _, token := range k.tokens {
			if !k.server.Revoked(token) {
				t.Errorf("%s after %d: a token was left by both runs", k.signal, k.after)
			}
		}
	}
}

// killed is a run that is killed, on a server of its own.
type killed struct {
	t      *testing.T
	signal syscall.Signal
	after  int64 // the DELETE at which it is killed
	report string

	server  *tiledesktest.Server
	tokens  map[string]string // by their jti
	deletes atomic.Int64
	process atomic.Pointer[os.Process] // to be killed; nil: let it run
	known   chan struct{}              // closed when the first one is; no request is served before
}

func (k *killed) start(random *rand.Rand) {
	opts := [][]tiledesktest.Option{nil, {tiledesktest.WithRevokedHidden()}, {tiledesktest.WithRevokedHidden(), tiledesktest.WithSecondRevokeNotFound()}}
	k.server = newTestServer(k.t, opts[random.IntN(len(opts))]...)
	k.tokens = make(map[string]string)
	for _, token := range k.server.IssueAt(testEmail, time.Now().Add(-time.Hour), 40) {
		claims, err := tiledesk.ParseClaims(token)
		if err != nil {
			k.t.Fatal(err)
		}
		k.tokens[claims.JTI] = token
	}
	k.known = make(chan struct{})
	k.server.OnRequest(func(r tiledesktest.Request) {
		<-k.known
		if r.Method == "DELETE" && k.deletes.Add(1) == k.after {
			if process := k.process.Swap(nil); process != nil {
				_ = process.Signal(k.signal)
			}
		}
	})
}

// run is the command, to be killed or not.
func (k *killed) run(toBeKilled bool) (code int) {
	c := exec.Command("tiledesk-jwt", "revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "3", "--report", k.report)
	c.Env = append(os.Environ(), "TILEDESK_BASE_URL="+k.server.URL(), "TILEDESK_EMAIL="+testEmail, "TILEDESK_PASSWORD="+testPassword)
	var said strings.Builder
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	if toBeKilled {
		k.process.Store(c.Process)
		close(k.known)
	}
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	k.t.Logf("%s after %d: exit %d: %s", k.signal, k.after, c.ProcessState.ExitCode(), said.String())
	return c.ProcessState.ExitCode()
}

// check compares the report of the killed run with the server.
func (k *killed) check(code int) {
	reported := k.checkReport()
	if k.signal == syscall.SIGKILL {
		return
	}
	if code != exitInterrupted && code != exitDone {
		k.t.Errorf("%s after %d: exit code %d", k.signal, k.after, code)
	}
	for jti, token := range k.tokens {
		if k.server.Revoked(token) != reported[jti] {
			k.t.Errorf("%s after %d: %s is revoked: %t, reported: %t", k.signal, k.after, jti, k.server.Revoked(token), reported[jti])
		}
	}
	for _, token := range k.server.Tokens(testEmail) {
		claims, err := tiledesk.ParseClaims(token)
		if err == nil && k.tokens[claims.JTI] == "" && !k.server.Revoked(token) {
			k.t.Errorf("%s after %d: the token of the run was left", k.signal, k.after)
		}
	}
}

// checkReport returns which tokens the report calls revoked or gone. None of them works.
func (k *killed) checkReport() map[string]bool {
	file, err := os.Open(k.report)
	if err != nil {
		k.t.Fatal(err)
	}
	defer file.Close()
	reported := make(map[string]bool)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct{ JTI, Outcome string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			if k.signal != syscall.SIGKILL {
				k.t.Errorf("%s after %d: a torn line: %s", k.signal, k.after, lines.Text())
			}
			continue
		}
		if line.Outcome != "revoked" && line.Outcome != "already gone" {
			continue
		}
		reported[line.JTI] = true
		if token := k.tokens[line.JTI]; token != "" && !k.server.Revoked(token) {
			k.t.Errorf("%s after %d: %s is reported as %s, and works", k.signal, k.after, line.JTI, line.Outcome)
		}
	}
	return reported
}
