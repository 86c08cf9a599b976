package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The counts of a run are one line, on stdout but for a dry run that is piped on.
func TestSummarize(t *testing.T) {
	t.Parallel()
	all := tiledesk.RevokeReport{Revoked: 1200, AlreadyGone: 2, Skipped: 3, NotFound: 4, Failed: 5, NotAttempted: 6}
	for _, c := range []struct {
		report         tiledesk.RevokeReport
		quiet, term    bool
		stdout, stderr string
	}{
		{report: all, stdout: "1,200 revoked, 2 already gone, 3 left alone, 4 not found, 5 failed, 6 not attempted.\n"},
		{report: all, quiet: true, stdout: "1,200 revoked, 2 already gone, 3 left alone, 4 not found, 5 failed, 6 not attempted.\n"},
		{report: tiledesk.RevokeReport{Revoked: 1}, stdout: "1 revoked.\n"},
		{report: tiledesk.RevokeReport{Revoked: 1}, quiet: true},
		{report: tiledesk.RevokeReport{}, stdout: "There was nothing to revoke.\n"},
		{report: tiledesk.RevokeReport{NotAttempted: 1}, quiet: true, stdout: "1 not attempted.\n"},
		{report: tiledesk.RevokeReport{Planned: 1}, stderr: "1 would be revoked.\n"},
		{report: tiledesk.RevokeReport{Planned: 2}, term: true, stdout: "2 would be revoked.\n"},
		{report: tiledesk.RevokeReport{Revoked: 2}, term: true, stdout: "2 revoked.\n"},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.flags.Quiet, a.onTerminal.stdout = c.quiet, c.term
		a.summarize(&c.report)
		if stdout := a.stdout.(*bytes.Buffer).String(); stdout != c.stdout || stderr.String() != c.stderr {
			t.Errorf("%+v: %q, %q", c.report, stdout, stderr.String())
		}
	}
}

// After a failed listing the command does not say that there is nothing to revoke.
func TestSummarize_ofARunThatFailed(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, stderr := signingIn(server)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": "wrong"})
	code := a.run([]string{"revoke-all", "--yes", "--rate", "0"})
	if out := a.stdout.(*bytes.Buffer).String(); code != exitRefused || out != "Nothing was revoked.\n" {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}

// Why a run stopped is said once: with its token, or of the run.
func TestConclude_saysOnceWhyARunStopped(t *testing.T) {
	t.Parallel()
	cause := &tiledesk.APIError{StatusCode: 403, Method: "DELETE", Message: "no"}
	failed := func(n int, err error) (list []tiledesk.RevokeResult) {
		for range n {
			list = append(list, tiledesk.RevokeResult{Outcome: tiledesk.Failed, Err: err})
		}
		return list
	}
	left := tiledesk.RevokeResult{Outcome: tiledesk.NotAttempted, Err: fmt.Errorf("not attempted: %w", cause)}
	other := tiledesk.RevokeResult{Outcome: tiledesk.NotFound, Err: errors.New("another")}
	for name, c := range map[string]struct {
		failures []tiledesk.RevokeResult
		told     bool
	}{
		"the only one":                    {failed(1, cause), true},
		"the first of many":               {append(failed(1, cause), left), true},
		"behind others that failed":       {append(append(failed(9, errors.New("x")), failed(1, cause)...), left), true},
		"behind more than are shown":      {append(append(failed(10, errors.New("x")), failed(1, cause)...), left), false},
		"not the only one, and none left": {append(failed(1, cause), other), false},
		"without a cause":                 {append(failed(1, nil), left), false},
		"another cause":                   {append(failed(1, errors.New("x")), left), false},
		"left for another cause":          {append(failed(1, cause), tiledesk.RevokeResult{Outcome: tiledesk.NotAttempted, Err: errors.New("x")}), false},
		"not failed but left":             {[]tiledesk.RevokeResult{left}, false},
		"behind one that was not found":   {append([]tiledesk.RevokeResult{other}, append(failed(1, cause), left)...), true},
		"failed for the cause as well":    {append(failed(1, cause), failed(1, cause)...), false},
		"none":                            {nil, false},
		"the only one, for another cause": {failed(1, errors.New("x")), false},
	} {
		if got := wasTold(&tiledesk.RevokeReport{Failures: c.failures}, cause); got != c.told {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What the server is taken at its word for is said, on a terminal.
func TestConclude_saysWhoseWordItIs(t *testing.T) {
	t.Parallel()
	const word = "The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.\n"
	for _, c := range []struct {
		revoked      int
		term, proves bool
		want         string
	}{
		{1, true, false, word}, {1, true, true, ""}, {1, false, false, ""}, {0, true, false, ""},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.onTerminal.stderr = c.term
		code := a.conclude(context.Background(), &tiledesk.RevokeReport{Revoked: c.revoked}, c.proves)
		if code != exitDone || stderr.String() != c.want {
			t.Errorf("%+v: %d, %s", c, code, stderr.String())
		}
	}
}

// What the counts do not say is said below them.
func TestConclude_saysWhatTheCountsDoNot(t *testing.T) {
	t.Parallel()
	const (
		stopped = "The run stopped there, since no other token would have done better."
		unread  = "The list was not read to its end, so there may be tokens that this run has not seen. Treat them as still valid."
	)
	no := func(method string, status int) tiledesktest.Fault {
		return tiledesktest.Fault{Method: method, Status: status, Body: `{"success":false,"msg":"no"}`}
	}
	first := tiledesktest.Fault{Method: http.MethodGet}
	for name, c := range map[string]struct {
		opts     []tiledesktest.Option
		tokens   int
		faults   []tiledesktest.Fault
		code     int
		out      string
		says     string
		saysNone string
	}{
		"a list that breaks off":       {tokens: 3, faults: []tiledesktest.Fault{first, no(http.MethodGet, 500)}, code: exitUndone, out: "2 revoked.\n", says: "The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no) The server asked was URL. " + unread, saysNone: stopped},
		"a list that may lack tokens":  {opts: []tiledesktest.Option{tiledesktest.WithPageIgnored()}, tokens: 3, code: exitUndone, out: "2 revoked.\n", says: incompleteList, saysNone: unread},
		"a run that stopped":           {tokens: 2, faults: []tiledesktest.Fault{no(http.MethodDelete, 403)}, code: exitRefused, out: "1 failed, 1 not attempted.\n", says: stopped, saysNone: unread},
		"a run that had no other":      {tokens: 1, faults: []tiledesktest.Fault{no(http.MethodDelete, 403)}, code: exitRefused, out: "1 failed.\n", says: "failed: ", saysNone: stopped},
		"a run in which one failed":    {tokens: 3, faults: []tiledesktest.Fault{no(http.MethodDelete, 400)}, code: exitUndone, out: "2 revoked, 1 failed.\n", says: "failed: ", saysNone: stopped},
		"a list that is refused":       {tokens: 1, faults: []tiledesktest.Fault{no(http.MethodGet, 403)}, code: exitRefused, out: "Nothing was revoked.\n", says: "The server forbids this", saysNone: stopped},
		"a server without the history": {opts: []tiledesktest.Option{tiledesktest.WithoutHistoryModule()}, code: exitNoHistory, out: "Nothing was revoked.\n", says: "This server has no history module", saysNone: stopped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, append([]tiledesktest.Option{tiledesktest.WithPageSize(2)}, c.opts...)...)
			server.Issue(testEmail, c.tokens)
			for _, fault := range c.faults {
				server.Inject(fault)
			}
			a, stderr := signingIn(server)
			code := a.run([]string{"revoke-all", "--yes", "--rate", "0", "--retries", "0", "--concurrency", "1"})
			out, said := a.stdout.(*bytes.Buffer).String(), strings.ReplaceAll(flat(stderr), server.URL(), "URL")
			if !strings.HasSuffix(out, c.out) || code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, c.saysNone) {
				t.Errorf("exit code %d: %s%s", code, out, said)
			}
		})
	}
}

// An interrupt is said, and what it means for what is left.
func TestConclude_saysThatARunWasInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for _, c := range []struct {
		ctx    context.Context
		report tiledesk.RevokeReport
		code   int
		want   string
	}{
		{ctx, tiledesk.RevokeReport{}, exitDone, "Interrupted. Treat what was not attempted as still valid, and run the same command again to resume.\n"},
		{ctx, tiledesk.RevokeReport{Failed: 1}, exitInterrupted, "Interrupted. Treat what was not attempted as still valid, and run the same command again to resume.\n"},
		{t.Context(), tiledesk.RevokeReport{NotAttempted: 1}, exitInterrupted, ""},
		{t.Context(), tiledesk.RevokeReport{NotFound: 1}, exitUndone, ""},
		{t.Context(), tiledesk.RevokeReport{Revoked: 1, WithoutJTI: 1}, exitDone, "warning: the entries of 1 revoked token show no jti, by which the server looks for revoked tokens: it may still accept them. " + whatEndsIt + "\n"},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		if code := a.conclude(c.ctx, &c.report, false); code != c.code || stderr.String() != c.want {
			t.Errorf("%+v: %d, %s", c.report, code, stderr.String())
		}
	}
}
