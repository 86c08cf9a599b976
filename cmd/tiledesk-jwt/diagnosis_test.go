package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// looked is an examination of a server like most, which has found out everything.
func looked() *examination {
	a, _ := testApp(new(bytes.Buffer))
	a.console.color, a.console.width = true, 2000
	text := func(s string) func() string { return func() string { return s } }
	return &examination{
		app: a, told: make(map[string]bool), base: new(session), own: &session{jti: "own-jti"},
		who: account{email: text(testEmail), password: text(testPassword)},
		findings: findings{
			BaseURL: "https://chat.example.com/api", Authorization: ptr("ok"), HistoryModule: ptr(true),
			Envelope: ptr("object"), ArrayName: ptr("jwts"), PerPage: ptr(40), Count: ptr(3), FirstPage: ptr(0),
			SortParameter: ptr("sortField"), RevokedStay: ptr(false), SecondRevoke: ptr(200), Enforced: ptr(true),
			paged: true, sorted: true, ownListed: ptr(true),
		},
	}
}

var labeled = regexp.MustCompile("(?m)^\x1b\\[(\\d+)m(\\S.*?) *\x1b\\[0m  ")

// said are the lines that were printed so far, each with a sign for its color in front:
// + for green, ~ for yellow and ! for red.
func (x *examination) said() []string {
	out := x.stdout.(*bytes.Buffer)
	text := labeled.ReplaceAllStringFunc(out.String(), func(found string) string {
		match := labeled.FindStringSubmatch(found)
		return map[string]string{green: "+ ", yellow: "~ ", red: "! "}[match[1]] + match[2] + ": "
	})
	out.Reset()
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// Each finding says what was found, how much it matters, and what to do about it.
func TestDoctor_saysWhatItFound(t *testing.T) {
	t.Parallel()
	refusal := &tiledesk.APIError{StatusCode: 403, Method: "DELETE"}
	unknown := fmt.Errorf("x: %w", tiledesk.ErrNotFound)
	for _, c := range []struct {
		found func(x *examination)
		lines []string // the beginnings of lines
	}{
		{func(*examination) {}, []string{
			"+ server: https://chat.example.com/api", "+ credentials: the server accepts them (email and password)",
			"+ history: the history module is there", "+ recording: the token that was signed in for is in the list",
			"+ enforcement: a revoked token is refused. ", "+ list: an object whose array is called jwts, 40 a page, 3 in all",
			"+ pages: count from 0", "+ sorting: the server reads sortField, as documented",
			"+ revoked tokens: leave the list", "+ second revoke: answered 200",
		}},
		{func(x *examination) { x.who.token = func() string { return sample } }, []string{"+ credentials: the server accepts them (the token)"}},
		{func(x *examination) { x.Authorization = ptr("refused") }, []string{"! credentials: PROBLEM: the server refuses them. Check email and password and the base URL"}},
		{func(x *examination) { x.HistoryModule = ptr(false) }, []string{"! history: PROBLEM: this server runs without the history module"}},

		{func(x *examination) { x.noRevoke, x.RevokedStay, x.SecondRevoke = unknown, nil, nil }, []string{
			"! recording: PROBLEM: NOTHING IS RECORDED", "~ enforcement: not known, since there is no revocation that could be enforced", "+ list: ",
		}},
		{func(x *examination) { x.ownListed, x.readOnly = nil, true }, []string{"~ recording: not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL"}},
		{func(x *examination) { x.ownListed, x.readOnly, x.base.jti = nil, true, "a" }, []string{"~ recording: not known, since the list was not read to its end"}},
		{func(x *examination) { x.ownListed = nil }, []string{"~ recording: not known, since the list was not read to its end"}},
		{func(x *examination) { x.readOnly = true }, []string{"+ recording: the token in use is in the list"}},
		{func(x *examination) { x.ownListed, x.readOnly = ptr(false), true }, []string{"! recording: PROBLEM: the token in use is not in the list, so no revocation ends it."}},
		{func(x *examination) { x.ownListed = ptr(false) }, []string{"! recording: PROBLEM: the token that was signed in for is not in the list, though the server says that it revoked it"}},

		{func(x *examination) { x.Enforced, x.readOnly = nil, true }, []string{"~ enforcement: not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL and a password, and without --read-only"}},
		{func(x *examination) { x.Enforced, x.noRevoke = nil, refusal }, []string{"! enforcement: PROBLEM: not known, since its own token could not be revoked. The server forbids this"}},
		{func(x *examination) { x.Enforced = nil }, []string{"~ enforcement: not known, since the examination was interrupted. Run it again."}},
		{func(x *examination) { x.late, x.waited = ptr(true), 9*time.Second }, []string{"~ enforcement: a revoked token is refused, but late: 9s after the revocation"}},
		{func(x *examination) { x.late, x.Enforced = ptr(true), nil }, []string{"! enforcement: PROBLEM: NOT REFUSED YET: 0s after the revocation the server still accepts a token"}},
		{func(x *examination) { x.Enforced = ptr(false) }, []string{"! enforcement: PROBLEM: NOT ENFORCED: the server notes a revocation and still accepts the token. "}},

		{func(x *examination) { x.Envelope, x.PerPage, x.Count = nil, nil, nil }, []string{"+ list: not known, since the examination was interrupted. Run it again."}},
		{func(x *examination) { x.Envelope, x.PerPage, x.Count = ptr("array"), nil, nil }, []string{"+ list: a bare array, without a count"}},
		{func(x *examination) { x.ArrayName, x.PerPage = nil, nil }, []string{"+ list: an object that holds an array, 3 in all"}},

		{func(x *examination) { x.pageIgnored, x.FirstPage = true, nil }, []string{"! pages: PROBLEM: the server gives the same page whatever is asked"}},
		{func(x *examination) { x.paged = false }, []string{"~ pages: not known, since the examination was interrupted."}},
		{func(x *examination) { x.FirstPage = nil }, []string{"~ pages: not known, since the list is empty."}},
		{func(x *examination) { x.FirstPage = ptr(1) }, []string{"~ pages: count from 1; list --all and revoke-all cope with that."}},

		{func(x *examination) { x.sorted = false }, []string{"~ sorting: not known, since the examination was interrupted."}},
		{func(x *examination) { x.SortParameter, x.fewTokens = nil, true }, []string{"~ sorting: not known, since there are too few tokens"}},
		{func(x *examination) { x.SortParameter = nil }, []string{"~ sorting: the server reads neither sortField nor sort."}},
		{func(x *examination) { x.SortParameter = ptr("sort") }, []string{"~ sorting: the server reads sort, not the documented sortField."}},

		{func(x *examination) { x.RevokedStay = ptr(true) }, []string{"~ revoked tokens: stay in the list", "+ second revoke: answered 200"}},
		{func(x *examination) { x.SecondRevoke = ptr(404) }, []string{`~ second revoke: answered 404: revoke calls a token that is gone "not found" and ends with 1`}},
	} {
		x := looked()
		c.found(x)
		x.reveal(true)
		lines := x.said()
		for _, want := range c.lines {
			if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) }) {
				t.Errorf("no %q in\n%s", want, strings.Join(lines, "\n"))
			}
		}
	}
}

// Nothing is said of what is not there: after a refusal there are no pages, and where a
// second 404 is harmless no run is told of.
func TestDoctor_saysNothingOfWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		found func(x *examination)
		names string // of the findings, in their order
		says  string // that must not be said
	}{
		{func(x *examination) { x.Authorization = ptr("refused") }, "server credentials", "history"},
		{func(x *examination) { x.HistoryModule = ptr(false) }, "server history", "credentials"},
		{func(x *examination) { x.noRevoke = tiledesk.ErrNotFound }, "server credentials history recording enforcement list", "pages"},
		{func(x *examination) { x.RevokedStay, x.SecondRevoke = nil, nil }, "server credentials history recording enforcement list pages sorting", "second"},
		{func(x *examination) { x.SecondRevoke = ptr(404) }, "server credentials history recording enforcement list pages sorting revoked tokens second revoke", "So does a revoke-all"},
		{func(x *examination) { x.asJSON = true }, "", "server"},
	} {
		x := looked()
		c.found(x)
		x.reveal(true)
		lines := x.said()
		var names []string
		for _, line := range lines {
			name, _, _ := strings.Cut(strings.TrimLeft(line, "+~! "), ":")
			names = append(names, name)
		}
		if got := strings.Join(names, " "); got != c.names || strings.Contains(strings.Join(lines, "\n"), c.says) {
			t.Errorf("%s\nwant %s", strings.Join(lines, "\n"), c.names)
		}
	}
}

// A finding is told once, as soon as it will not change any more.
func TestDoctor_tellsAFindingOnce(t *testing.T) {
	t.Parallel()
	x := looked()
	whole := x.findings
	x.findings = findings{BaseURL: whole.BaseURL, Authorization: whole.Authorization, HistoryModule: whole.HistoryModule}
	for _, step := range []struct {
		found func()
		names string
	}{
		{func() {}, "server credentials history"},
		{func() {}, ""},
		{func() { x.Envelope = whole.Envelope }, "list"},
		{func() { x.paged, x.sorted, x.empty = true, true, true }, ""},
		{func() { x.empty = false }, "pages sorting"},
		{func() { x.ownListed = ptr(false) }, ""},
		{func() { x.ownListed = ptr(true) }, "recording"},
		{func() { x.Enforced = ptr(true) }, "enforcement"},
		{func() { x.RevokedStay = ptr(true) }, "revoked tokens"},
	} {
		step.found()
		x.reveal(false)
		var names []string
		for _, line := range x.said() {
			name, _, _ := strings.Cut(strings.TrimLeft(line, "+~! "), ":")
			names = append(names, name)
		}
		if got := strings.Join(names, " "); got != step.names {
			t.Errorf("told %q, want %q", got, step.names)
		}
	}
	x = looked()
	x.findings = findings{HistoryModule: ptr(true), Enforced: ptr(true), ownListed: ptr(false)}
	x.reveal(false)
	if lines := strings.Join(x.said(), "\n"); !strings.Contains(lines, "recording") || strings.Contains(lines, "pages") {
		t.Errorf("%s", lines)
	}
}

// What is known is told before the next request.
func TestDoctor_tellsWhatItKnowsMeanwhile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method      string
		n           int
		told, later string
	}{
		{"POST", 1, "the history module is there", "in all"},
		{"GET", 3, "in all", "count from"},
		{"GET", 4, "count from", "sorting"},
		{"GET", 6, "sorting", "recording"},
		{"GET", 8, "recording", "enforcement"},
		{"DELETE", 2, "enforcement", "second revoke"},
	} {
		server := newTestServer(t)
		for _, jti := range []string{"c", "b", "a"} {
			server.IssueWithJTI(testEmail, jti)
		}
		a, _ := signingIn(server)
		told := ""
		atRequest(server, c.method, c.n, func() { told = a.stdout.(*bytes.Buffer).String() })
		if code := a.run([]string{"doctor", "--rate", "0"}); code != exitDone || !strings.Contains(told, c.told) || strings.Contains(told, c.later) {
			t.Errorf("%s %d: exit code %d: %s", c.method, c.n, code, told)
		}
	}
}
