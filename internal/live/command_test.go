//go:build live

package live

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// These drive the command as a user runs it, against the real server.

var (
	binary      = flag.String("command", "", "the tiledesk-jwt to drive, in place of that of the tree")
	basicTokens = flag.Int("basic-tokens", 20, "how many tokens to revoke with a password, of which each costs the server a bcrypt")
	rate        = flag.String("rate", "0", "how many requests a minute the command may send when it revokes all; 0: no limit")
)

// jwtTokens is how many are revoked with a token, which costs none.
const jwtTokens = 300

// builtIn is the folder of the command, once it is built.
var builtIn string

// built is the command of the tree.
var built = sync.OnceValues(func() (string, error) {
	if *binary != "" {
		return filepath.Abs(*binary)
	}
	dir, err := os.MkdirTemp("", "tiledesk-jwt-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/tiledesk-jwt")
	build.Dir = filepath.Join("..", "..")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return filepath.Join(dir, "tiledesk-jwt"), nil
})

// A run is what came of a command.
type run struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// command runs tiledesk-jwt as a user of a server, who has a password.
func command(t *testing.T, s *Server, email, stdin string, args ...string) run {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "TILEDESK_BASE_URL="+s.URL(), "TILEDESK_EMAIL="+email, "TILEDESK_PASSWORD="+password,
		"TILEDESK_TOKEN=", "TILEDESK_TOKEN_FILE=", "TILEDESK_PASSWORD_FILE=")
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	done := run{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(began)}
	if strings.Contains(done.stdout+done.stderr, password) {
		t.Errorf("%v shows the password", args)
	}
	return done
}

func (r run) want(t *testing.T, code int) run {
	t.Helper()
	if r.code != code {
		t.Errorf("ended with %d, want %d:\n%s%s", r.code, code, r.stdout, r.stderr)
	}
	return r
}

func TestCommandDoctorFindsOutWhatIsKnownOfEachServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts Options
		code int
		want string
	}{
		"as it is": {asItIs, 0, `"historyModule":true,"envelope":"object","arrayName":"jwts","perPage":40,"count":43,
			"firstPage":0,"sortParameter":"sortField","revokedStay":true,"secondRevoke":200,"enforced":true`},
		"most switches turned": {turned, 0, `"historyModule":true,"envelope":"array","arrayName":null,"perPage":5,"count":null,
			"firstPage":0,"sortParameter":"sort","revokedStay":false,"secondRevoke":404,"enforced":true`},
		"revocation not enforced": {notEnforced, 1, `"historyModule":true,"envelope":"object","arrayName":"jwts","perPage":4,"count":43,
			"firstPage":1,"sortParameter":"sortField","revokedStay":true,"secondRevoke":200,"enforced":false`},
		"without a history module": {withoutIt, 5, `"historyModule":false,"envelope":null,"arrayName":null,"perPage":null,"count":null,
			"firstPage":null,"sortParameter":null,"revokedStay":null,"secondRevoke":null,"enforced":null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shared(t, c.opts)
			email := newUser(t, s)
			authorization := "null" // without the module nobody asks for one
			if !c.opts.WithoutHistory {
				issue(t, s, signIn(t, s, email), 41)
				authorization = `"ok"`
			}
			done := command(t, s, email, "", "doctor", "--format", "json", "--rate", "0").want(t, c.code)
			want := `{"baseURL":"` + s.URL() + `","authorization":` + authorization + `,` + c.want + `}`
			if !sameJSON(t, done.stdout, want) {
				t.Errorf("the findings are %s\nwant %s", done.stdout, want)
			}
		})
	}
}

// A server that records nothing can be told from a wrong address, and never counts
// as one that enforces.
func TestCommandDoctorOfAServerThatRecordsNothing(t *testing.T) {
	t.Parallel()
	s := shared(t, notRecorded)
	done := command(t, s, newUser(t, s), "", "doctor", "--format", "json", "--rate", "0").want(t, 1)
	var found struct {
		Authorization string
		HistoryModule bool
		Count         *int
		Enforced      *bool
	}
	decode(t, []byte(done.stdout), &found)
	if found.Authorization != "ok" || !found.HistoryModule || found.Count == nil || *found.Count != 0 || found.Enforced != nil && *found.Enforced {
		t.Errorf("the findings are %s", done.stdout)
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y map[string]any
	decode(t, []byte(a), &x)
	decode(t, []byte(b), &y)
	return reflect.DeepEqual(x, y)
}

func TestCommandListsAndRevokes(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	own := signIn(t, s, email)
	leaked := issue(t, s, own, 50)[7]

	listed := command(t, s, email, "", "list", "--all", "--format", "jsonl").want(t, 0)
	if n := strings.Count(listed.stdout, "\n"); n != 51 || !strings.Contains(listed.stdout, jtiOf(t, leaked)) {
		t.Errorf("%d tokens are listed, want 51, the leaked one among them", n)
	}
	dry := command(t, s, email, listed.stdout, "revoke", "--from", "-", "--dry-run").want(t, 0)
	if answer := call(t, s, "GET", "/testauth", leaked); answer.Status != 200 {
		t.Errorf("after a dry run the token is answered %s:\n%s", answer, dry.stderr)
	}

	done := command(t, s, email, strings.TrimPrefix(leaked, "JWT "), "revoke", "--token-from", "-", "--verify", "--yes").want(t, 0)
	if answer := call(t, s, "GET", "/testauth", leaked); answer.Status != 401 {
		t.Errorf("the revoked token is answered %s", answer)
	}
	if strings.Contains(done.stdout+done.stderr, leaked[strings.LastIndexByte(leaked, '.'):]) {
		t.Error("the output shows the token")
	}
	command(t, s, email, "", "revoke", "00000000-0000-4000-8000-000000000000", "--yes").want(t, 1)
}

func TestCommandToldByVerifyThatRevocationIsNotEnforced(t *testing.T) {
	t.Parallel()
	s := shared(t, notEnforced)
	email := newUser(t, s)
	leaked := signIn(t, s, email)
	command(t, s, email, leaked, "revoke", "--token-from", "-", "--verify", "--yes").want(t, 1)
}

// TestCommandRevokesAll measures what a password costs: the server makes a
// bcrypt of it, on its only thread, for each request. So that nothing else is
// measured, no other test runs beside it.
func TestCommandRevokesAll(t *testing.T) {
	s := shared(t, asItIs)
	for name, c := range map[string]struct {
		tokens int
		args   []string
	}{
		"with --sign-in":    {jwtTokens, []string{"--sign-in"}},
		"without --sign-in": {*basicTokens, nil},
	} {
		t.Run(name, func(t *testing.T) {
			email := newUser(t, s)
			first := signIn(t, s, email)
			tokens := append(issue(t, s, first, c.tokens-1), first)
			report := filepath.Join(t.TempDir(), "report")
			args := append([]string{"revoke-all", "--yes", "--rate", *rate, "--report", report}, c.args...)

			done := command(t, s, email, "", args...).want(t, 0)

			t.Logf("measured: revoke-all %s --rate %s took %s for %d tokens, %s each [%s]", name, *rate,
				done.took.Round(10*time.Millisecond), c.tokens, (done.took / time.Duration(c.tokens)).Round(100*time.Microsecond), s)
			for _, token := range []string{tokens[0], first} {
				if answer := call(t, s, "GET", "/testauth", token); answer.Status != 401 {
					t.Errorf("a token is answered %s after all were revoked", answer)
				}
			}
			if n := revokedIn(t, report); n != c.tokens {
				t.Errorf("the report tells of %d revoked tokens, want %d", n, c.tokens)
			}
		})
	}
}

func revokedIn(t *testing.T, report string) int {
	t.Helper()
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(text) {
		var entry struct{ Outcome string }
		if json.Unmarshal(line, &entry) == nil && entry.Outcome == "revoked" {
			n++
		}
	}
	return n
}
