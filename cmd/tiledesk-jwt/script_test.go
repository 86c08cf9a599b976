package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// patience is how long a test waits for what must come, on a busy machine too.
const patience = 3 * time.Minute

// quickExit keeps a command that is built with the race detector from waiting a
// second at its end.
const quickExit = "GORACE=atexit_sleep_ms=0"

// world is what a script works with.
type world struct {
	server    *tiledesktest.Server
	tokens    []string // raw, in the order they were issued
	passwords []string
	running   *command

	mu       sync.Mutex
	arrivals map[string]int // requests by method
	arrived  chan struct{}  // closed and replaced at each request
	holding  string         // the method of requests that have to wait
	release  chan struct{}  // closed to let them go on
}

// arrive counts a request, and keeps it waiting if it is one of those.
func (w *world) arrive(r tiledesktest.Request) {
	w.mu.Lock()
	w.arrivals[r.Method]++
	close(w.arrived)
	w.arrived = make(chan struct{})
	release := w.release
	if r.Method != w.holding {
		release = nil
	}
	w.mu.Unlock()
	if release != nil {
		<-release
	}
}

// letGo ends the waiting.
func (w *world) letGo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holding != "" {
		w.holding = ""
		close(w.release)
	}
}

// holdRequests is: hold METHOD
func holdRequests(w *world, _ *testscript.TestScript, _ bool, args []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding, w.release = args[0], make(chan struct{})
}

// releaseRequests is: release
func releaseRequests(w *world, _ *testscript.TestScript, _ bool, _ []string) { w.letGo() }

type worldKey struct{}

func setUpScript(env *testscript.Env) error {
	env.Vars = append(env.Vars, quickExit)
	env.Values[worldKey{}] = &world{arrivals: make(map[string]int), arrived: make(chan struct{})}
	return nil
}

// in gives a script command its world.
func in(f func(*world, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		f(ts.Value(worldKey{}).(*world), ts, neg, args)
	}
}

// startServer is: server [option]...
func startServer(w *world, ts *testscript.TestScript, _ bool, args []string) {
	kinds := map[string]tiledesktest.Option{
		"small-pages":    tiledesktest.WithPageSize(2),
		"bare-array":     tiledesktest.WithBareArray(),
		"revoked-hidden": tiledesktest.WithRevokedHidden(),
		"no-module":      tiledesktest.WithoutHistoryModule(),
		"not-enforced":   tiledesktest.WithoutEnforcement(),
		"not-recorded":   tiledesktest.WithoutRecording(),
		"one-based":      tiledesktest.WithOneBasedPages(),
		"page-ignored":   tiledesktest.WithPageIgnored(),
		"sort":           tiledesktest.WithSortParam("sort"),
		"sort-ignored":   tiledesktest.WithSortParam("none"),
		"second-404":     tiledesktest.WithSecondRevokeNotFound(),
	}
	var opts []tiledesktest.Option
	for _, arg := range args {
		if kinds[arg] == nil {
			ts.Fatalf("there is no server option %s", arg)
		}
		opts = append(opts, kinds[arg])
	}
	server, err := tiledesktest.Start(opts...)
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Defer(w.letGo) // runs before Close, which waits for the requests
	server.OnRequest(w.arrive)
	w.server = server
	ts.Setenv("TILEDESK_BASE_URL", server.URL())
	ts.Defer(func() { checkFiles(w, ts) })
}

// addUser is: user EMAIL PASSWORD. It also sets the environment for that user.
func addUser(w *world, ts *testscript.TestScript, _ bool, args []string) {
	w.server.AddUser(args[0], args[1])
	w.passwords = append(w.passwords, args[1])
	ts.Setenv("TILEDESK_EMAIL", args[0])
	ts.Setenv("TILEDESK_PASSWORD", args[1])
}

// issueTokens is: issue EMAIL N [AGE|nojti|jti=TEXT]. The n-th token of a script
// is in the file token<n>, without its last byte in tokencut<n>, its jti in $JTI<n> and, in capitals, $UPPER<n>.
func issueTokens(w *world, ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var tokens []string
	switch {
	case len(args) == 2:
		tokens = w.server.Issue(args[0], n)
	case args[2] == "nojti":
		tokens = w.server.IssueWithoutJTI(args[0], n)
	case strings.HasPrefix(args[2], "jti="):
		tokens = []string{w.server.IssueWithJTI(args[0], strings.TrimPrefix(args[2], "jti="))}
	default:
		var old age
		ts.Check(old.UnmarshalText([]byte(args[2])))
		tokens = w.server.IssueAt(args[0], time.Now().Add(-time.Duration(old)), n)
	}
	for _, token := range tokens {
		w.tokens = append(w.tokens, token)
		number := strconv.Itoa(len(w.tokens))
		ts.Check(os.WriteFile(ts.MkAbs("token"+number), []byte(token+"\n"), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs("tokencut"+number), []byte(token[:len(token)-1]), 0o600))
		jti, user := identify(token)
		ts.Setenv("JTI"+number, jti)
		ts.Setenv("UPPER"+number, strings.ToUpper(jti))
		ts.Setenv("USER"+number, user)
	}
}

// learnIDs is: ids EMAIL PASSWORD. The id of the n-th token's entry is $ID<n>.
func learnIDs(w *world, ts *testscript.TestScript, _ bool, args []string) {
	client, err := tiledesk.NewClient(tiledesk.BasicAuth(args[0], args[1]), tiledesk.WithBaseURL(w.server.URL()))
	ts.Check(err)
	for entry, err := range client.JWT.History(context.Background(), nil) {
		ts.Check(err)
		for i, token := range w.tokens {
			if jti, _ := identify(token); jti == entry.JTI {
				ts.Setenv("ID"+strconv.Itoa(i+1), entry.ID)
			}
		}
	}
}

// injectFault is: fault METHOD [status=N] [delay=D] [times=N] [drop=before|after]
// [body=TEXT] [path=PREFIX] [retry-after=SECONDS].
func injectFault(w *world, ts *testscript.TestScript, _ bool, args []string) {
	fault := tiledesktest.Fault{Method: args[0]}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		var err error
		switch name {
		case "status":
			fault.Status, err = strconv.Atoi(value)
		case "delay":
			fault.Delay, err = time.ParseDuration(value)
		case "times":
			fault.Times, err = strconv.Atoi(value)
		case "body":
			fault.Body = value
		case "path":
			fault.Path = value
		case "retry-after":
			fault.Header = http.Header{"Retry-After": {value}}
		case "drop":
			fault.Drop = map[string]tiledesktest.Drop{"before": tiledesktest.DropBefore, "after": tiledesktest.DropAfter}[value]
		default:
			err = errors.New("there is no such part of a fault: " + name)
		}
		ts.Check(err)
	}
	w.server.Inject(fault)
}

// checkAlive is: [!] alive N... for tokens by their numbers.
func checkAlive(w *world, ts *testscript.TestScript, neg bool, args []string) {
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		ts.Check(err)
		if w.server.Revoked(w.tokens[n-1]) != neg {
			ts.Fatalf("token %d: revoked is %v", n, !neg)
		}
	}
}

// checkRequests is: requests METHOD PREFIX N.
func checkRequests(w *world, ts *testscript.TestScript, _ bool, args []string) {
	n := 0
	for _, r := range w.server.Requests() {
		if (args[0] == "any" || r.Method == args[0]) && strings.HasPrefix(r.Path, args[1]) {
			n++
		}
	}
	if strconv.Itoa(n) != args[2] {
		ts.Fatalf("%d requests %s %s", n, args[0], args[1])
	}
}

// runCommand is: tiledesk CODE arg... It checks the exit code, and that no output
// shows a secret.
func runCommand(w *world, ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("tiledesk-jwt", args[1:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	checkSecrets(w, ts, ts.ReadFile("stdout")+ts.ReadFile("stderr"))
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d", code)
	}
}

// appendCut is: append FILE FROM, without the line break at the end.
func appendCut(_ *world, ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0]) + strings.TrimSuffix(ts.ReadFile(args[1]), "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// checkMode is: mode FILE OCTAL
func checkMode(_ *world, ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[1] && filesHaveModes {
		ts.Fatalf("the mode of %s is %s", args[0], got)
	}
}

func checkSecrets(w *world, ts *testscript.TestScript, text string) {
	if leak := text; redact.HasToken(leak) {
		ts.Fatalf("a token was printed: %s", leak)
	}
	for _, secret := range slices.Concat(w.tokens, w.passwords) {
		if strings.Contains(text, secret) {
			ts.Fatalf("a secret was printed: %s", secret)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7F }) {
		ts.Fatalf("a control character was printed: %q", text)
	}
}

// checkFiles looks for secrets in every file but those that a script made.
func checkFiles(w *world, ts *testscript.TestScript) {
	_ = filepath.WalkDir(ts.MkAbs("."), func(path string, entry os.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "token") || strings.HasPrefix(name, "secret") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && (redact.HasToken(string(text)) || slices.ContainsFunc(w.passwords, func(p string) bool { return bytes.Contains(text, []byte(p)) })) {
			ts.Logf("the file %s holds a secret", name)
			panic("a secret was written to " + name)
		}
		return err
	})
}
