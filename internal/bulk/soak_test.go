package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// go test ./internal/bulk -run soak -soak 5m
var soakFor = flag.Duration("soak", 0, "how long TestClient_soak runs; 0 skips it")

const (
	soakEmail    = "soak@example.com"
	soakPassword = "never-in-a-log"
)

// TestClient_soak lets many clients list, revoke, sign in and out at once over real
// connections while the server misbehaves in every way it can, and then compares
// what was reported with what is.
func TestClient_soak(t *testing.T) {
	if *soakFor == 0 {
		t.Skip("give -soak 20s, for example")
	}
	goroutines := runtime.NumGoroutine()
	s := newSoak(t)
	s.run(t, *soakFor)
	s.check(t)
	s.server.Close()
	s.client.CloseIdleConnections()
	s.front.Close()
	s.off.front.Close()
	waitUntil(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

// soak is the server, its chaos and what was reported of it.
type soak struct {
	server *tiledesktest.Server
	chaos  *servertest.Chaos
	front  *httptest.Server
	off    *unrecorded
	client *tiledesk.Client // Basic, so that no revocation locks it out
	logs   *watchedLog

	mu      sync.Mutex
	revoked map[string]bool // jtis that some call said are revoked or gone
	calls   map[string]int
	unsure  int // sign-outs whose outcome the client does not know
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	server := tiledesktest.NewHandler(tiledesktest.WithoutRequestLog())
	server.AddUser(soakEmail, soakPassword)
	s := &soak{
		server: server, off: newUnrecorded(), logs: new(watchedLog),
		revoked: make(map[string]bool), calls: make(map[string]int),
	}
	s.chaos = servertest.NewChaos(server, soakEmail, soakPassword)
	s.front = httptest.NewServer(s.chaos)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth(soakEmail, soakPassword), s.options()...)
	if err != nil {
		t.Fatal(err)
	}
	s.client = client
	return s
}

func (s *soak) options() []tiledesk.Option {
	return []tiledesk.Option{
		tiledesk.WithBaseURL(s.front.URL),
		tiledesk.WithRateLimiter(nil),
		tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 4, MinWait: time.Millisecond, MaxWait: 5 * time.Millisecond}),
		tiledesk.WithHTTPClient(&http.Client{Timeout: 300 * time.Millisecond}), // which a hang meets soon
		tiledesk.WithLogger(slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
}

// run lets the workers loose for a while, and looks at the memory on the way.
func (s *soak) run(t *testing.T, d time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var workers sync.WaitGroup
	for _, work := range []func(context.Context){s.list, s.list, s.revokeOne, s.revokeOne, s.revokeEach, s.revokeAll, s.signInAndOut, s.signInAndOut, s.rotate, s.signInUnrecorded} {
		workers.Go(func() {
			for ctx.Err() == nil {
				if len(s.server.Tokens(soakEmail)) < 5000 {
					s.server.Issue(soakEmail, 20)
				}
				work(ctx)
			}
		})
	}
	levels := make(chan uint64, 2)
	for _, at := range []time.Duration{d / 3, d * 9 / 10} {
		timer := time.AfterFunc(at, func() { levels <- liveHeap() })
		defer timer.Stop()
	}
	workers.Wait()
	if early, late := <-levels, <-levels; late > 2*early+32<<20 {
		t.Errorf("the live heap grew from %d to %d MiB", early>>20, late>>20)
	}
}

// check compares the reports with the server, and then revokes the rest in peace.
func (s *soak) check(t *testing.T) {
	s.chaos.Calm()
	alive := make(map[string]bool)
	for _, server := range []*tiledesktest.Server{s.server, s.off.server} {
		for _, token := range server.Tokens(soakEmail) {
			if !server.Revoked(token) {
				alive[jti(t, token)] = true
			}
		}
	}
	for name := range s.revoked {
		if alive[name] {
			t.Errorf("a token is alive that was reported as revoked")
		}
	}
	report, err := s.client.JWT.RevokeAll(t.Context(), nil)
	if err != nil {
		t.Errorf("in peace: %v", err)
	}
	for _, token := range s.server.Tokens(soakEmail) {
		if !s.server.Revoked(token) {
			t.Error("a token outlived the last run")
		}
	}
	s.logs.check(t)
	t.Logf("calls %v; %d tokens reported as revoked, %d sign-outs with an unknown end, %d revoked in peace",
		s.calls, len(s.revoked), s.unsure, report.Revoked)
	t.Logf("faults survived: %v", s.chaos.Survived())
}

func (s *soak) list(ctx context.Context) {
	n := 0
	for token, err := range s.client.JWT.History(ctx, nil) {
		if err != nil {
			break
		}
		if n++; token.JTI == "" && len(token.Raw) == 0 || n > 2000 {
			break
		}
	}
	s.did("list")
}

func (s *soak) revokeOne(ctx context.Context) {
	tokens := s.server.Tokens(soakEmail)
	token := tokens[rand.IntN(len(tokens))]
	if _, err := s.client.JWT.RevokeToken(ctx, token); err == nil {
		s.reported(token)
	}
	s.did("revoke one")
}

func (s *soak) revokeEach(ctx context.Context) {
	tokens := s.server.Tokens(soakEmail)
	given, heard := 0, 0
	targets := func(yield func(tiledesk.Target, error) bool) {
		for _, token := range tokens[max(0, len(tokens)-50):] {
			claims, _ := tiledesk.ParseClaims(token)
			given++
			if !yield(tiledesk.Target{JTI: claims.JTI}, nil) {
				return
			}
		}
	}
	report, _ := s.client.JWT.RevokeEach(ctx, targets, &tiledesk.RevokeOptions{Concurrency: 8, OnResult: s.hear(&heard)})
	s.balance(report, heard)
	if given != heard {
		panic("a target that was read has no outcome")
	}
	s.did("revoke each")
}

func (s *soak) revokeAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // also cut off, now and then
	defer cancel()
	heard := 0
	report, _ := s.client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{OnResult: s.hear(&heard)})
	s.balance(report, heard)
	s.did("revoke all")
}

func (s *soak) signInAndOut(ctx context.Context) {
	client, err := tiledesk.SignIn(ctx, soakEmail, soakPassword, s.options()...)
	if err != nil {
		return
	}
	defer client.CloseIdleConnections()
	s.did("sign in and out")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := client.SignOut(ctx); err != nil && !errors.Is(err, tiledesk.ErrUnauthorized) {
		s.mu.Lock()
		s.unsure++
		s.mu.Unlock()
	}
}

// hear remembers what a run reports as revoked.
func (s *soak) hear(heard *int) func(tiledesk.RevokeResult) {
	return func(result tiledesk.RevokeResult) {
		*heard++ // never two at a time: the race detector would tell
		if result.Outcome == tiledesk.Revoked || result.Outcome == tiledesk.AlreadyGone {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.revoked[result.Target.JTI] = true
		}
	}
}

// balance panics when a report lost a target, which no test would survive.
func (s *soak) balance(r *tiledesk.RevokeReport, heard int) {
	if sum := r.Revoked + r.AlreadyGone + r.NotFound + r.Skipped + r.Planned + r.Failed + r.NotAttempted; sum != heard {
		panic("a report does not add up")
	}
}

func (s *soak) reported(token string) {
	claims, _ := tiledesk.ParseClaims(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked[claims.JTI] = true
}

func (s *soak) did(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[what]++
}

func jti(t *testing.T, token string) string {
	t.Helper()
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	return claims.JTI
}

// watchedLog counts what is logged and remembers the first secret in it.
type watchedLog struct {
	mu     sync.Mutex
	lines  int
	secret string
}

func (l *watchedLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines++
	for _, secret := range []string{soakPassword, "eyJ", "c2lnbmF0dXJl", "Authorization", "/jwt/history/id/6"} {
		if bytes.Contains(line, []byte(secret)) && l.secret == "" {
			l.secret = string(line)
		}
	}
	return len(line), nil
}

func (l *watchedLog) check(t *testing.T) {
	t.Helper()
	if l.lines == 0 || l.secret != "" {
		t.Errorf("%d log lines; one with a secret: %q", l.lines, strings.TrimSpace(l.secret))
	}
}

func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); {
		if time.Now().After(deadline) {
			buf := make([]byte, 64<<10)
			t.Fatalf("not within a minute: %s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}
