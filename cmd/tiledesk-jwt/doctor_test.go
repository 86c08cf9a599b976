package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// doctor runs the command as the test's user, or with a token in its place, and returns
// the exit code and what was printed.
func doctor(server *tiledesktest.Server, token string, args ...string) (code int, stdout, stderr string) {
	a, errors := signingIn(server)
	if token != "" {
		a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": token})
	}
	code = a.run(append([]string{"doctor", "--rate", "0", "--retries", "0"}, args...))
	return code, a.stdout.(*bytes.Buffer).String(), errors.String()
}

// sent counts the requests of a method.
func sent(server *tiledesktest.Server, method string) (n int) {
	for _, r := range server.Requests() {
		if r.Method == method {
			n++
		}
	}
	return n
}

// What ends an examination early is said once, its exit code is the worst of all, and
// what it signed in for is revoked.
func TestDoctor_endsWith(t *testing.T) {
	t.Parallel()
	const notKnown = `"revokedStay":null,"secondRevoke":null,"enforced":null}`
	for name, c := range map[string]struct {
		opts         []tiledesktest.Option
		fault        tiledesktest.Fault
		from         int // the request of the fault's method that meets it
		code         int
		found, said  string
		never        string // on stderr
		leavesTokens bool
	}{
		"a refusal of the list": {
			fault: tiledesktest.Fault{Method: "GET", Status: 403}, from: 1,
			code: exitRefused, found: `"authorization":"refused","historyModule":null`, never: "forbids",
		},
		"no history module": {
			opts: []tiledesktest.Option{tiledesktest.WithoutHistoryModule()},
			code: exitNoHistory, found: `"authorization":null,"historyModule":false`, never: "module",
		},
		"a failure before the sign-in": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 1,
			code: exitUndone, found: `"authorization":null,"historyModule":null`, said: "The server failed.",
		},
		"a sign-in that is refused": {
			fault: tiledesktest.Fault{Method: "POST", Status: 401, Body: `{"success":false}`}, from: 1,
			code: exitRefused, found: `"historyModule":true,"envelope":null`, said: "The server refused the credentials.",
		},
		"a failure in the first page": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 2,
			code: exitUndone, found: `"envelope":null`, said: "The server failed.",
		},
		"a failure in the second page": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 3,
			code: exitUndone, found: `"envelope":"object","arrayName":"jwts","perPage":40,"count":4,"firstPage":null`, said: "The server failed.",
		},
		"a failure in the third page": {
			opts: []tiledesktest.Option{tiledesktest.WithOneBasedPages()}, fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 4,
			code: exitUndone, found: `"firstPage":null,"sortParameter":null,`, said: "The server failed.",
		},
		"a failure where the order is looked at": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 4,
			code: exitUndone, found: `"firstPage":0,"sortParameter":null,` + notKnown, said: "The server failed.",
		},
		"a failure under another order": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 5,
			code: exitUndone, found: `"firstPage":0,"sortParameter":null,` + notKnown, said: "The server failed.",
		},
		"a failure of the list with its token": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 6,
			code: exitUndone, found: `"sortParameter":"sortField",` + notKnown, said: "The server failed.",
		},
		"a failure of the token before its revocation": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 7,
			code: exitUndone, found: notKnown, said: "The server failed.",
		},
		"a failure of the token after its revocation": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 8,
			code: exitUndone, found: notKnown, said: "The server failed.",
		},
		"a failure of the list after the revocation": {
			fault: tiledesktest.Fault{Method: "GET", Status: 500}, from: 9,
			code: exitUndone, found: `"revokedStay":null,"secondRevoke":null,"enforced":true}`, said: "The server failed.",
		},
		"a second revocation that is not answered": {
			fault: tiledesktest.Fault{Method: "DELETE", Drop: tiledesktest.DropBefore}, from: 2,
			code: exitUndone, found: `"revokedStay":true,"secondRevoke":null,"enforced":true}`, said: "The server did not answer.",
		},
		"a second revocation that fails": {
			fault: tiledesktest.Fault{Method: "DELETE", Status: 500}, from: 2,
			code: exitDone, found: `"revokedStay":true,"secondRevoke":500,"enforced":true}`, never: "failed",
		},
		"a revocation that is refused": {
			fault: tiledesktest.Fault{Method: "DELETE", Status: 403, Times: -1}, from: 1,
			code: exitRefused, found: notKnown, said: "was left and never expires. To end it, run: tiledesk-jwt revoke ", leavesTokens: true,
		},
		"a revocation that fails once": {
			fault: tiledesktest.Fault{Method: "DELETE", Status: 500}, from: 1,
			code: exitDone, found: notKnown, never: "was left",
		},
		"a server that enforces nothing": {
			opts: []tiledesktest.Option{tiledesktest.WithoutEnforcement()},
			code: exitUndone, found: `"revokedStay":true,"secondRevoke":200,"enforced":false}`, never: "was left",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			for _, jti := range []string{"c", "b", "a"} { // in another order than they came
				server.IssueWithJTI(testEmail, jti)
			}
			atRequest(server, c.fault.Method, c.from, func() { server.Inject(c.fault) })
			code, found, said := doctor(server, "", "--format", "json")
			if code != c.code || !strings.Contains(found, c.found) || !strings.Contains(said, c.said) || c.never != "" && strings.Contains(said, c.never) {
				t.Errorf("exit code %d: %s%s", code, found, said)
			}
			if c.said != "" && strings.Count(said, c.said) != 1 {
				t.Errorf("said more than once: %s", said)
			}
			for i, token := range server.Tokens(testEmail) {
				if server.Revoked(token) != (i >= 3 && !c.leavesTokens) {
					t.Errorf("token %d: revoked is %v", i, server.Revoked(token))
				}
			}
		})
	}
}

// atRequest calls a function when the n-th request of a method comes; before the first
// for 0.
func atRequest(server *tiledesktest.Server, method string, n int, do func()) {
	if n == 0 {
		return
	}
	seen := 0
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method != method {
			return
		}
		if seen++; seen == n {
			do()
		}
	})
}

// With a token, or with --read-only, nothing is signed in for and nothing is revoked.
func TestDoctor_onlyLooks(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	with, without := server.IssueWithJTI(testEmail, "a"), server.IssueWithoutJTI(testEmail, 1)[0]
	for _, c := range []struct {
		token, says string
		args        []string
		lists       int
	}{
		{with, "the token in use is in the list", nil, 6},
		{without, "not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL", nil, 5},
		{"", "not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL", []string{"--read-only"}, 5},
	} {
		before := sent(server, "GET")
		code, found, said := doctor(server, c.token, c.args...)
		if got := sent(server, "GET") - before; code != exitDone || !strings.Contains(plainText(found), c.says) || said != "" || got != c.lists {
			t.Errorf("exit code %d, %d lists: %s%s", code, got, found, said)
		}
	}
	if sent(server, "POST")+sent(server, "DELETE") > 0 {
		t.Error("something was done")
	}
	if code, found, said := doctor(server, with, "--sign-in"); code != exitUsage || found != "" || !strings.Contains(said, "--sign-in needs an email and a password") {
		t.Errorf("exit code %d: %s%s", code, found, said)
	}
	if code, _, said := doctor(server, "", "--sign-in"); code != exitDone || !strings.Contains(said, "this signs in for one token and revokes it") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// Without --sign-in as well an error ends it, with what was found before.
func TestDoctor_failsWhereItOnlyLooks(t *testing.T) {
	t.Parallel()
	for _, request := range []int{2, 5} { // the first page, and where it looks for its token
		server := newTestServer(t)
		token := server.Issue(testEmail, 1)[0]
		atRequest(server, "GET", request, func() { server.Inject(tiledesktest.Fault{Method: "GET", Status: 500}) })
		code, found, said := doctor(server, token)
		if code != exitUndone || !strings.Contains(said, "The server failed.") || !strings.Contains(found, "the history module is there") {
			t.Errorf("request %d: exit code %d: %s%s", request, code, found, said)
		}
	}
	server := newTestServer(t)
	if code, found, said := doctor(server, "", "--base-url", "ftp://example.com"); code != exitUsage || found != "" || !strings.Contains(said, "use https") {
		t.Errorf("exit code %d: %s%s", code, found, said)
	}
	a, stderr := signingIn(server)
	a.getenv = testEnv(nil)
	if code := a.run([]string{"doctor"}); code != exitUsage || !strings.Contains(stderr.String(), "There are no credentials.") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if len(server.Requests()) > 0 {
		t.Error("something was sent")
	}
}

// Where its token cannot be found in the list, whether revoked ones stay is not known,
// and it is revoked all the same.
func TestDoctor_doesWithoutTheEndOfTheList(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	for _, jti := range []string{"c", "b", "a"} {
		server.IssueWithJTI(testEmail, jti)
	}
	atRequest(server, "GET", 6, func() { // the look for its token
		server.Inject(tiledesktest.Fault{Method: "GET", Body: `{"count":5,"perPage":2,"jwts":[]}`, Times: 3})
	})
	code, found, said := doctor(server, "", "--format", "json")
	if code != exitDone || !strings.Contains(found, `"revokedStay":null,"secondRevoke":200,"enforced":true}`) {
		t.Errorf("exit code %d: %s%s", code, found, said)
	}
	if !server.Revoked(server.Tokens(testEmail)[3]) {
		t.Error("its token was left")
	}
}

// plainText is a text without its line breaks and indents.
func plainText(text string) string { return strings.Join(strings.Fields(text), " ") }

// What was said among the findings is not said again, an interrupt is, and the exit code
// is the worst of all.
func TestDoctor_verdict(t *testing.T) {
	t.Parallel()
	failed := &tiledesk.APIError{StatusCode: 500, Method: "GET"}
	refusal := &tiledesk.APIError{StatusCode: 403, Method: "DELETE"}
	for _, c := range []struct {
		found       func(x *examination)
		err         error
		interrupted bool
		code        int
		said        string
	}{
		{func(*examination) {}, nil, false, exitDone, ""},
		{func(*examination) {}, nil, true, exitInterrupted, "Interrupted.\n"},
		{func(*examination) {}, context.Canceled, true, exitInterrupted, "Interrupted.\n"},
		{func(*examination) {}, failed, true, exitInterrupted, "The server failed."},
		{func(x *examination) { x.Authorization = ptr("refused") }, refusal, false, exitRefused, ""},
		{func(x *examination) { x.Authorization = ptr("refused") }, refusal, true, exitRefused, "Interrupted.\n"},
		{func(x *examination) { x.noRevoke = refusal }, nil, false, exitRefused, ""},
		{func(x *examination) { x.noRevoke = fmt.Errorf("x: %w", tiledesk.ErrHistoryUnavailable) }, nil, false, exitNoHistory, ""},
		{func(x *examination) { x.noRevoke = errors.New("any") }, nil, false, exitDone, ""},
		{func(x *examination) { x.left = undone("The token was left.") }, nil, false, exitUndone, "The token was left.\n"},
		{func(x *examination) { x.Enforced = ptr(false) }, nil, false, exitUndone, ""},
		{func(x *examination) { x.Enforced = nil }, nil, false, exitDone, ""},
	} {
		x := looked()
		c.found(x)
		ctx, cancel := context.WithCancelCause(t.Context())
		if c.interrupted {
			cancel(errInterrupted)
		}
		code := x.verdict(ctx, c.err)
		cancel(nil)
		if said := x.stderr.(*bytes.Buffer).String(); code != c.code || !strings.HasPrefix(said, c.said) || c.said == "" && said != "" {
			t.Errorf("%v: exit code %d, want %d: %q, want %q", c.err, code, c.code, said, c.said)
		}
	}
}

// Findings that cannot be written are an error, also where all is well.
func TestDoctor_saysThatTheFindingsWereNotWritten(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, stderr := signingIn(server)
	a.stdout = full{}
	if code := a.run([]string{"doctor", "--rate", "0", "--format", "json"}); code != exitUndone || !strings.Contains(stderr.String(), "The findings could not be written: no space left. Make room") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	allRevoked(t, server)
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
