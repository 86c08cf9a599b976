//go:build live

package live

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestMain ends the servers that tests shared. Where it does not come to that,
// they end with the process.
func TestMain(m *testing.M) {
	code := m.Run()
	pool.close()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// pool holds one server of each kind, since each takes seconds to boot. Tests
// that share one keep apart by their users.
var pool = servers{booted: make(map[Options]*pooled)}

type servers struct {
	mu     sync.Mutex
	booted map[Options]*pooled
}

type pooled struct {
	boot   sync.Once
	server *Server
	err    error
}

// shared returns the server of this kind, which the first who asks boots.
func shared(t *testing.T, opts Options) *Server {
	t.Helper()
	p := pool.of(opts)
	p.boot.Do(func() {
		began := time.Now()
		if p.server, p.err = Start(t.Context(), opts); p.err == nil {
			t.Logf("%s, up after %s", p.server, time.Since(began).Round(100*time.Millisecond))
		}
	})
	skipIfUnavailable(t, p.err)
	if p.err != nil {
		t.Fatal(p.err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last lines of the %s:\n%s", p.server, p.server.LogTail(30))
		}
	})
	return p.server
}

func (s *servers) of(opts Options) *pooled {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.booted[opts] == nil {
		s.booted[opts] = new(pooled)
	}
	return s.booted[opts]
}

func (s *servers) close() {
	var all sync.WaitGroup
	for _, p := range s.booted {
		if p.server != nil {
			all.Go(p.server.Close)
		}
	}
	all.Wait()
}

// password is that of every user.
const password = "Passw0rd!x"

var users atomic.Int64

// newUser signs up a user whom no other test knows.
func newUser(t testing.TB, s *Server) (email string) {
	t.Helper()
	email = fmt.Sprintf("user%d@example.com", users.Add(1))
	if err := s.AddUser(t.Context(), email, password); err != nil {
		t.Fatal(err)
	}
	return email
}

func signIn(t testing.TB, s *Server, email string) string {
	t.Helper()
	token, err := s.SignIn(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func issue(t testing.TB, s *Server, token string, n int) []string {
	t.Helper()
	tokens, err := s.Issue(t.Context(), token, n)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}
