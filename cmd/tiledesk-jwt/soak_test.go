//go:build unix

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// soakFor is how long TestRevokeAll_soak runs; ten minutes at night:
// go test ./cmd/tiledesk-jwt -run soak -soak 10m
var soakFor = flag.Duration("soak", 0, "how long TestRevokeAll_soak runs; 0 skips it")

const (
	soakers = 12 // runs at once, which wait most of the time

	// A run that is left alone is interrupted after soakPatience, and has to end
	// within soakEnd then.
	soakPatience, soakEnd = 20 * time.Second, 3 * time.Minute
)

// The command revokes at the pace of --rate auto, over and over, while the server
// misbehaves in every way it can, other runs and other people revoke the tokens that it
// signs in for, and it is interrupted now and then. What it says is compared with what
// is, and its exit code with what it says; a last run, in peace, ends what was left.
func TestRevokeAll_soak(t *testing.T) {
	t.Parallel()
	if *soakFor == 0 {
		t.Skip("give -soak 20s, for example")
	}
	s := &commandSoak{t: t, counts: make(map[string]int)}
	end := time.Now().Add(*soakFor)
	var workers sync.WaitGroup
	for range soakers {
		workers.Go(func() {
			for time.Now().Before(end) && !t.Failed() {
				s.play()
			}
		})
	}
	workers.Wait()
	t.Logf("%v", s.counts)
}

// commandSoak counts what happened.
type commandSoak struct {
	t *testing.T

	mu     sync.Mutex
	counts map[string]int
}

func (s *commandSoak) did(what string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what] += n
}

// soaked is a server of one of the kinds that there may be, with chaos before it.
type soaked struct {
	*ordeal
	chaos *servertest.Chaos

	hidden, second404 bool // revoked tokens are not listed; to revoke them again is a 404
	unrecorded        bool
}

func (s *commandSoak) newSoaked() *soaked {
	var opts []tiledesktest.Option
	chosen := func(oneIn int, opt tiledesktest.Option) bool {
		if rand.IntN(oneIn) > 0 {
			return false
		}
		opts = append(opts, opt)
		return true
	}
	var o soaked
	o.hidden, o.second404 = chosen(2, tiledesktest.WithRevokedHidden()), chosen(2, tiledesktest.WithSecondRevokeNotFound())
	o.unrecorded = chosen(8, tiledesktest.WithoutRecording())
	chosen(2, tiledesktest.WithoutIDRoute())
	chosen(2, tiledesktest.WithPageSize(7))
	if *soakFor > time.Minute { // since it can cost one
		chosen(4, tiledesktest.WithRateLimit(40+rand.IntN(100)))
	}
	o.ordeal = newOrdeal(s.t, 1+rand.IntN(20), func(server http.Handler) http.Handler {
		// With a few 429 that mean nothing, --rate auto would find a pace of minutes.
		o.chaos = servertest.NewChaos(server, testEmail, testPassword, "429", "a list that a cache remembers")
		o.chaos.OneIn = []int{5, 10, 40, 200}[rand.IntN(4)]
		return o.chaos
	}, opts...)
	return &o
}

// play lets one run or two loose on a server, and then one in peace.
func (s *commandSoak) play() {
	o := s.newSoaked()
	defer o.front.Close()
	s.disturb(o)
	runs := make([]*soakRun, 1+rand.IntN(2))
	var both sync.WaitGroup
	for i := range runs {
		runs[i] = newSoakRun(o, fmt.Sprint(o.report, i))
		both.Go(runs[i].play)
	}
	both.Wait()
	wrong := false
	for _, run := range runs {
		lies := run.judge()
		o.complain(run.String(), lies)
		wrong = wrong || run.code != exitDone
		s.did(fmt.Sprint("exit ", run.code), 1)
	}
	if left := o.signedIn(); !wrong && len(left) > 0 {
		s.t.Errorf("%s\nended well, and the tokens they signed in for were left: %v", runs, left)
	}
	for name, n := range o.chaos.Survived() {
		s.did(name, n)
	}
	if !o.unrecorded {
		s.inPeace(o, runs)
	}
}

// disturb has others revoke some of the tokens that are signed in for.
func (s *commandSoak) disturb(o *soaked) {
	var mu sync.Mutex
	times := rand.IntN(4)
	o.server.OnRequest(func(tiledesktest.Request) {
		signedIn := o.signedIn()
		mu.Lock()
		now := times > 0 && len(signedIn) > 0 && rand.IntN(20) == 0
		if now {
			times--
		}
		mu.Unlock()
		if !now {
			return
		}
		r, err := http.NewRequest(http.MethodDelete, "http://localhost/jwt/history/"+signedIn[rand.IntN(len(signedIn))], nil)
		if err != nil {
			s.t.Error(err)
			return
		}
		r.SetBasicAuth(testEmail, testPassword)
		resp, err := o.server.Transport().RoundTrip(r)
		if err != nil {
			s.t.Error(err)
			return
		}
		_ = resp.Body.Close()
		s.did("a sign-in was revoked by others", 1)
	})
}

// inPeace makes a run over what the others left. One that finds nothing else to revoke
// on a server that keeps revoked tokens and denies them cannot know that they are.
func (s *commandSoak) inPeace(o *soaked, runs []*soakRun) {
	o.chaos.Calm()
	o.server.OnRequest(nil)
	report := runs[0].report
	if runs[0].args[0] == "revoke" {
		report += ".all" // by jtis alone, it does not tell the entries of a list
	}
	last := newSoakRun(o, report)
	last.args = []string{"revoke-all", "--sign-in", "--yes", "--rate", "auto", "--report", last.report, "--format", "json"}
	last.signal, last.after = nil, soakEnd
	last.play()
	o.complain("in peace: "+last.String(), last.judge())
	if last.code != exitDone && (o.hidden || !o.second404) {
		s.t.Errorf("in peace: %s", last)
	}
	if left := slices.Concat(o.left(), o.signedIn()); len(left) > 0 {
		s.t.Errorf("%s\nin peace: %s\nwere left: %v", runs, last, left)
	}
}

// soakRun is one run of the command.
type soakRun struct {
	o      *soaked
	args   []string
	own    string // the token in use; empty with email and password
	report string
	signal os.Signal     // to interrupt it; nil: it is interrupted only where it does not end
	after  time.Duration // when

	code        int
	said, trace strings.Builder
	late        bool
}

func newSoakRun(o *soaked, report string) *soakRun {
	r := &soakRun{o: o, report: report, signal: syscall.SIGINT, after: soakPatience}
	switch rand.IntN(6) {
	case 0:
		r.args = []string{"revoke-all"}
	case 1:
		r.args = []string{"revoke-all", "--include-current"}
		for _, r.own = range o.tokens {
			break
		}
	case 2:
		r.args = []string{"revoke", "--sign-in", "--from", r.list()}
	case 3:
		r.args = []string{"revoke-all", "--sign-in", "--verify"}
	default:
		r.args = []string{"revoke-all", "--sign-in"}
	}
	r.args = append(r.args, "--yes", "--rate", "auto", "--timeout", "2s", "--format", "json", "--report", report, "--concurrency", fmt.Sprint(1+rand.IntN(6)))
	if rand.IntN(3) == 0 {
		r.signal, r.after = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[rand.IntN(3)], time.Duration(rand.IntN(5000))*time.Millisecond
	}
	return r
}

// list is a file with the jtis of all tokens.
func (r *soakRun) list() string {
	var text strings.Builder
	for jti := range r.o.tokens {
		text.WriteString(jti + "\n")
	}
	name := r.report + ".list"
	if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
		r.o.t.Error(err)
	}
	return name
}

// play runs the command to its end.
func (r *soakRun) play() {
	c := r.o.command(r.args...)
	if r.own != "" {
		c.Env = append(c.Env, "TILEDESK_TOKEN="+r.own)
	}
	c.Stdout, c.Stderr = &r.said, &r.trace
	if err := c.Start(); err != nil {
		r.o.t.Error(err)
		return
	}
	if r.signal != nil {
		defer time.AfterFunc(r.after, func() { _ = c.Process.Signal(r.signal) }).Stop()
	}
	defer time.AfterFunc(r.after+soakEnd, func() {
		r.late = true
		_ = c.Process.Kill()
	}).Stop()
	r.code = r.o.wait(c)
}

func (r *soakRun) String() string {
	return fmt.Sprintf("%s, %v after %s: exit %d\n%s%s", r.args, r.signal, r.after, r.code, r.said.String(), r.trace.String())
}
