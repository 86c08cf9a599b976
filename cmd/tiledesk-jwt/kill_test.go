//go:build unix

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

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
		k := newKilled(t, random, signals[i%len(signals)])
		k.check(k.run(true))
		if code := k.run(false); code != exitDone {
			t.Errorf("%s: the next run ended with %d", k, code)
		}
		_, lies := k.reported(k.report, k.signal == syscall.SIGKILL)
		k.complain(k.String(), lies)
		if left := k.left(); len(left) > 0 {
			t.Errorf("%s: left by both runs: %v", k, left)
		}
		k.front.Close()
	}
}

// killed is a run that is killed, on a server of its own.
type killed struct {
	*ordeal
	signal syscall.Signal
	after  int64 // the DELETE at which it is killed

	deletes atomic.Int64
	process atomic.Pointer[os.Process] // to be killed; nil: let it run
	known   chan struct{}              // closed when the first one is; no request is served before
	said    strings.Builder
}

func newKilled(t *testing.T, random *rand.Rand, signal syscall.Signal) *killed {
	k := &killed{signal: signal, after: int64(1 + random.IntN(30)), known: make(chan struct{})}
	opts := [][]tiledesktest.Option{nil, {tiledesktest.WithRevokedHidden()}, {tiledesktest.WithRevokedHidden(), tiledesktest.WithSecondRevokeNotFound()}}
	k.ordeal = newOrdeal(t, 40, func(server http.Handler) http.Handler { return server }, opts[random.IntN(len(opts))]...)
	k.server.OnRequest(func(r tiledesktest.Request) {
		<-k.known
		if r.Method == "DELETE" && k.deletes.Add(1) == k.after {
			if process := k.process.Swap(nil); process != nil {
				_ = process.Signal(k.signal)
			}
		}
	})
	return k
}

// String says at what point the run is killed, and what it and the next one said.
func (k *killed) String() string { return fmt.Sprintf("%s after %d: %s", k.signal, k.after, &k.said) }

// run is the command, to be killed or not.
func (k *killed) run(toBeKilled bool) (code int) {
	c := k.command("revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "3", "--report", k.report)
	c.Stdout, c.Stderr = &k.said, &k.said
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	if toBeKilled {
		k.process.Store(c.Process)
		close(k.known)
	}
	code = k.wait(c)
	fmt.Fprintf(&k.said, "exit %d\n", code)
	return code
}

// check compares the report of the killed run with the server.
func (k *killed) check(code int) {
	reported, lies := k.reported(k.report, k.signal == syscall.SIGKILL)
	k.complain(k.String(), lies)
	if k.signal == syscall.SIGKILL {
		return
	}
	if code != exitInterrupted && code != exitDone {
		k.t.Errorf("%s: exit code %d", k, code)
	}
	for jti, token := range k.tokens {
		if k.server.Revoked(token) != reported[jti] {
			k.t.Errorf("%s: %s is revoked: %t, reported: %t", k, jti, k.server.Revoked(token), reported[jti])
		}
	}
	if left := k.signedIn(); len(left) > 0 {
		k.t.Errorf("%s: the token of the run was left", k)
	}
}
