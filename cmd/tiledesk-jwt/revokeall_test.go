package main

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// testApp is an app with a clock that only the test moves, and without terminals.
func testApp(stderr *bytes.Buffer) (*app, *time.Time) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	a := &app{
		stdin: strings.NewReader(""), stdout: new(bytes.Buffer), stderr: stderr,
		getenv: func(string) string { return "" }, now: func() time.Time { return now },
	}
	a.console = &console{stdout: a.stdout, stderr: stderr, width: defaultWidth}
	return a, &now
}

func TestProgressLines(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	p := a.newProgress(0)
	for range 30 {
		*now = now.Add(time.Second)
		p.listed(true)
	}
	for range 30 {
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Skipped})
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
		*now = now.Add(time.Second)
	}
	p.finish()
	want := "Listing the tokens.\n10 tokens listed so far\n20 tokens listed so far\n30 tokens listed so far\n" +
		"11 of 30 revoked, 17 s left\n21 of 30 revoked, 9 s left\n"
	if got := stderr.String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// A run whose report cannot be written stops: nothing is done that is not
// written down.
func TestReportThatTakesNoMore(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 5)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		t.Fatal(err)
	}
	file, err := openReport(filepath.Join(t.TempDir(), "report"), lockFile)
	if err != nil {
		t.Fatal(err)
	}
	file.close()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	c := &revokeAllCommand{running: running{Concurrency: 1}, Yes: true}
	err = c.revokeAll(context.Background(), a, &session{Client: client}, newSelection(&c.filter, &undertaking{app: a, file: file}, a.now()))
	if codeOf(err) != exitInterrupted || !strings.Contains(stderr.String(), "The report could not be written, so the run stopped") {
		t.Errorf("%v: %s", err, stderr.String())
	}
	if strings.Contains(stderr.String(), "Interrupted") {
		t.Errorf("nobody interrupted it: %s", stderr.String())
	}
	revoked := 0
	for _, token := range server.Tokens("agent@example.com") {
		if server.Revoked(token) {
			revoked++
		}
	}
	if revoked > 2 { // the one that could not be written, and one that was under way
		t.Errorf("%d were revoked without a report", revoked)
	}
}

// Where tokens appear faster than they go, the server is not said to be silent.
func TestTokensKeepAppearing(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodGet {
			server.Issue("agent@example.com", 1)
		}
	})
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	c := &revokeAllCommand{running: running{Concurrency: 1}, Yes: true}
	err = c.revokeAll(context.Background(), a, &session{Client: client}, newSelection(&c.filter, &undertaking{app: a, file: &reportFile{}}, a.now()))
	if codeOf(err) != exitUndone || !strings.Contains(stderr.String(), "New tokens keep appearing. ") || strings.Contains(stderr.String(), "did not answer") {
		t.Errorf("%v: %s", err, stderr.String())
	}
}

// A token without a known time is told apart in what people read.
func TestUnknownTime(t *testing.T) {
	t.Parallel()
	s := newSelection(&filter{CreatedBefore: moment(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}, &undertaking{file: &reportFile{}}, time.Now())
	for _, token := range []*tiledesk.Token{{JTI: "a"}, {JTI: "b", CreatedAt: s.before.Add(time.Hour)}, {JTI: "c", CreatedAt: s.before}} {
		if s.match(token) {
			t.Errorf("%s matches", token.JTI)
		}
		s.count(tiledesk.RevokeResult{Token: token, Outcome: tiledesk.Skipped})
	}
	want := "Left alone: 2 tokens created after 2026-01-01 00:00 UTC; 1 token whose time is unknown, which never matches an age."
	if got := s.tally.leftAlone(s.before); got != want {
		t.Errorf("%s", got)
	}
}

// What is asked about tells of tokens whose time is unknown.
func TestRevokeAll_tellsOfUnknownTimes(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	s := newSelection(&filter{}, &undertaking{file: &reportFile{}}, *now)
	for _, token := range []*tiledesk.Token{{JTI: "a"}, {JTI: "b", CreatedAt: *now}, {JTI: "c", CreatedAt: now.Add(-time.Hour)}} {
		s.count(tiledesk.RevokeResult{Token: token, Outcome: tiledesk.Planned})
	}
	a.showPlan(s, false)
	if want := "3 tokens would be revoked, created from 2026-11-22 19:00 UTC to 2026-11-22 20:00 UTC; 1 of them at an unknown time."; !strings.Contains(stderr.String(), want) {
		t.Errorf("%s", stderr.String())
	}
}
