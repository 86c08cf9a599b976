//go:build unix

package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Rows are shown before the next page is asked for, in the columns of the first, and
// below them how many there are and for what the list waits.
func TestList_showsRowsAsPagesCome(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t, tiledesktest.WithPageSize(2))
		jti, _ := identify(server.IssueAt(testEmail, time.Now().Add(-40*day), 3)[0])
		release := make(chan struct{})
		var once sync.Once
		t.Cleanup(func() { once.Do(func() { close(release) }) }) // before the server closes
		server.OnRequest(func(r tiledesktest.Request) {
			if r.Query.Get("page") == "1" {
				<-release
			}
		})
		term := onTerminal(t, server, columns, nil, "list", "--all")
		if columns == 40 {
			term.expect(`Waiting for the server \(\d+ s\)`)
		} else {
			term.expect(`(?s)ID .*ago.*ago.*2 tokens listed; waiting for the server \(\d+ s\)`)
		}
		if text, _ := term.text(); strings.Contains(text, jti) {
			t.Errorf("%d columns: a row of the next page: %q", columns, text)
		}
		once.Do(func() { close(release) })
		text := term.end(exitDone)
		checkWidth(t, text, columns)
		if !strings.Contains(text, jti) || !strings.Contains(text, "3 tokens.") || strings.Contains(text, "--all") {
			t.Errorf("%d columns: %q", columns, text)
		}
	}
}

// What does not fit beside the others stands below them.
func TestList_fitsFurtherFieldsIntoTheTerminal(t *testing.T) {
	t.Parallel()
	for columns, want := range map[uint16]string{
		120: `AGE .*CITY\s+  [0-9a-f]{24}  [0-9a-f-]{36}  .* UTC  1 month ago  Rome`,
		100: `CREATED +CITY\s+  [0-9a-f]{24}  [0-9a-f-]{36}  1 month ago  Rome`,
		40:  `  [0-9a-f]{24}\s+  [0-9a-f-]{36}\s+  1 month ago\s+  city: Rome`,
	} {
		server := newTestServer(t)
		token := server.IssueAt(testEmail, time.Now().Add(-40*day), 1)[0]
		server.SetField(token, "city", "Rome")
		term := onTerminal(t, server, columns, []string{"NO_COLOR=1"}, "list", "--fields", "city")
		term.expect(want)
		text := term.end(exitDone)
		checkWidth(t, text, columns)
		if strings.Contains(text, "--all") {
			t.Errorf("there is no other page: %q", text)
		}
	}
}

func TestList_tellsOfMorePagesWhereThereAre(t *testing.T) {
	t.Parallel()
	for _, kind := range []tiledesktest.Option{tiledesktest.WithPageSize(2), tiledesktest.WithBareArray()} {
		server := newTestServer(t, tiledesktest.WithPageSize(2), kind)
		server.Issue(testEmail, 3)
		text := onTerminal(t, server, 120, nil, "list").end(exitDone)
		if !strings.Contains(text, "Page 1: 2 tokens") || !strings.Contains(text, "Use --all to see every page.") {
			t.Errorf("%q", text)
		}
	}
}

func TestList_saysOnceThatThereIsNothing(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	for _, columns := range []uint16{120, 80, 40} {
		text := onTerminal(t, server, columns, nil, "list").end(exitDone)
		if !strings.Contains(text, "There are no tokens here.") || strings.Contains(text, "Page") {
			t.Errorf("%d columns: %q", columns, text)
		}
	}
}
