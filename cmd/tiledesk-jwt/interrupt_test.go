package main

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// interruptedRun is a list --sign-in on a clock and with signals of the test. Its
// sign-out waits for the test.
type interruptedRun struct {
	*app
	server   *tiledesktest.Server
	signals  chan os.Signal
	stderr   bytes.Buffer
	reached  chan struct{} // closed when the sign-out is at the server
	goOn     chan struct{} // closed to let the sign-out be answered
	answered sync.Once
	exitCode chan int // of the whole run, or of an end at once

	mu    sync.Mutex
	clock time.Time
}

func startInterrupted(t *testing.T) *interruptedRun {
	t.Helper()
	r := &interruptedRun{
		server:  newTestServer(t),
		signals: make(chan os.Signal), // unbuffered: once sent, it is being looked at
		reached: make(chan struct{}), goOn: make(chan struct{}), exitCode: make(chan int, 2),
		clock: time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC),
	}
	r.server.OnRequest(func(request tiledesktest.Request) {
		if request.Method == http.MethodDelete {
			close(r.reached)
			<-r.goOn
		}
	})
	t.Cleanup(r.answer)
	r.app, _ = testApp(&r.stderr)
	r.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": r.server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	r.now = func() time.Time {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.clock
	}
	r.interrupts, r.exit = r.signals, func(code int) { r.exitCode <- code }
	go func() { r.exitCode <- r.run([]string{"list", "--sign-in"}) }()
	<-r.reached
	return r
}

// answer lets the sign-out be answered.
func (r *interruptedRun) answer() { r.answered.Do(func() { close(r.goOn) }) }

func (r *interruptedRun) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

// signal sends a signal so much later than the one before. The SIGTERM behind it
// has no effect and is taken only when the run has looked at the signal.
func (r *interruptedRun) signal(t *testing.T, later time.Duration, signal os.Signal) {
	t.Helper()
	r.later(later)
	for _, next := range []os.Signal{signal, syscall.SIGTERM} {
		select {
		case r.signals <- next:
		case code := <-r.exitCode:
			t.Fatalf("%s ended the run with exit code %d, before its sign-out was answered", signal, code)
		}
	}
}

// timeout(1) sends SIGTERM twice within milliseconds, and service managers repeat
// it: the token that was signed in for is revoked all the same. A Ctrl-C that comes
// within a second of the first signal is the same one.
func TestApp_interruptible_letsTheSignOutEnd(t *testing.T) {
	t.Parallel()
	for name, later := range map[string][]struct {
		time.Duration
		os.Signal
	}{
		"twice at once":     {{0, syscall.SIGTERM}, {3 * time.Millisecond, syscall.SIGTERM}},
		"SIGTERM again":     {{0, syscall.SIGTERM}, {time.Hour, syscall.SIGTERM}},
		"SIGHUP again":      {{0, os.Interrupt}, {time.Hour, syscall.SIGHUP}},
		"Ctrl-C right away": {{0, os.Interrupt}, {999 * time.Millisecond, os.Interrupt}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startInterrupted(t)
			for _, s := range later {
				r.signal(t, s.Duration, s.Signal)
			}
			r.answer()
			code := <-r.exitCode
			tokens := r.server.Tokens(testEmail)
			if code == exitInterrupted && strings.Contains(r.stderr.String(), "Ended at once") || len(tokens) != 1 || !r.server.Revoked(tokens[0]) {
				t.Errorf("exit code %d, %d tokens: %s", code, len(tokens), r.stderr.String())
			}
		})
	}
}

// A second Ctrl-C, after a second, ends at once, and says what was left.
func TestApp_interruptible_endsAtOnce(t *testing.T) {
	t.Parallel()
	r := startInterrupted(t)
	r.signal(t, 0, os.Interrupt)
	r.later(time.Second)
	r.signals <- os.Interrupt
	code := <-r.exitCode
	text := r.stderr.String()
	r.answer()
	if code != exitInterrupted || !strings.Contains(text, "Ended at once") || !strings.Contains(text, "token that this run signed in for was left") {
		t.Errorf("exit code %d: %s", code, text)
	}
	<-r.exitCode // of the run that a process would not have finished
}

// What is said of an interrupt stands below the ^C that a terminal shows.
func TestApp_interruptible_saysThatItStops(t *testing.T) {
	t.Parallel()
	for terminal, want := range map[bool]string{true: "\nStopping. Press Ctrl-C again to end at once.\n", false: "Stopping. Press Ctrl-C again to end at once.\n"} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.onTerminal.stderr = terminal
		if a.sayStopping(); stderr.String() != want {
			t.Errorf("%q", stderr.String())
		}
	}
}
