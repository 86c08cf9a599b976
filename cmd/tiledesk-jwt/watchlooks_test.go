package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// changingList is a server whose list a test changes between two looks.
type changingList struct {
	mu       sync.Mutex
	entries  []string
	perPage  int
	status   int  // of the answer, in the place of a list; 0: none
	stuck    bool // every page is the first one
	requests int
}

func (l *changingList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	if l.status != 0 {
		w.WriteHeader(l.status)
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if l.stuck {
		page = 0
	}
	from := min(page*l.perPage, len(l.entries))
	to := min(from+l.perPage, len(l.entries))
	_, _ = fmt.Fprintf(w, `{"jwts":[%s],"count":%d,"perPage":%d}`, strings.Join(l.entries[from:to], ","), len(l.entries), l.perPage)
}

// add puts so many entries in front, the newest first, a minute apart.
func (l *changingList) add(name string, n int, newest time.Time) {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"_id":"%s-%d","jti":"jti-%s-%d","createdAt":"%s","city":"Rome"}`, name, i, name, i, stamp(newest.Add(-time.Duration(i)*time.Minute))))
	}
	l.entries = append(list, l.entries...)
}

// watching runs a watch, which calls between with the number of each look to come,
// from 1, until that says no. It returns what was said, and the exit code.
func watching(t *testing.T, list *changingList, columns int, between func(look int) bool, flags ...string) (code int, out, said string) {
	t.Helper()
	if list.perPage == 0 {
		list.perPage = 100
	}
	server := httptest.NewServer(list)
	t.Cleanup(server.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.onTerminal.stdout = columns > 0
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword, "TILEDESK_BASE_URL": server.URL})
	look := 0
	a.wait = func(time.Duration) bool {
		list.mu.Lock()
		defer list.mu.Unlock()
		look++
		return between(look)
	}
	code = a.run(append([]string{"watch", "--rate", "0", "--retries", "0"}, flags...))
	return code, a.stdout.(*bytes.Buffer).String(), strings.ReplaceAll(stderr.String(), server.URL, "URL")
}

var watched2026 = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// Of a list that begins with the newest no more is read than is needed: enough to know
// what was there, then one page a look.
func TestWatch_readsNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	for there, c := range map[int]struct {
		says     string
		requests int // before the first look
	}{
		0:              {"; 0 tokens are there now.", 1},
		1:              {"; 1 token is there now.", 2}, // the page behind the last one says so
		enoughSeen - 1: {"; 199 tokens are there now.", 3},
		enoughSeen:     {"; at least 200 tokens are there now.", 2},
		450:            {"; at least 200 tokens are there now.", 2},
	} {
		list := new(changingList)
		list.add("old", there, watched2026)
		var requests []int
		code, out, said := watching(t, list, 0, func(look int) bool {
			requests = append(requests, list.requests)
			switch look {
			case 1:
				list.add("new", 2, watched2026.Add(time.Hour))
			case 2:
				list.add("newer", 1, watched2026.Add(2*time.Hour))
			}
			return look < 4
		})
		if want := "Watching for sign-ins at URL, account " + testEmail + c.says + " Press Ctrl-C to end.\n"; code != exitDone || said != want {
			t.Errorf("%d there: exit code %d: %q, want %q", there, code, said, want)
		}
		want := "2026-11-22 10:59:00 UTC  jti-new-1  id:new-1\n2026-11-22 11:00:00 UTC  jti-new-0  id:new-0\n2026-11-22 12:00:00 UTC  jti-newer-0  id:newer-0\n"
		if out != want {
			t.Errorf("%d there: %q", there, out)
		}
		for look, n := range requests {
			allowed := c.requests + look // one for each
			if there < enoughKnown {
				allowed = c.requests + 2*look // to the end
			}
			if n > allowed || look == 0 && n != c.requests {
				t.Errorf("%d there: %v requests before the looks", there, requests)
				break
			}
		}
	}
}

// What is new in the list and older than what was there is no sign-in: it was there
// before. The clocks of the machines behind a server may differ by a minute.
func TestWatch_takesNothingOldForASignIn(t *testing.T) {
	t.Parallel()
	list := new(changingList)
	list.add("old", 2, watched2026)
	_, out, _ := watching(t, list, 0, func(look int) bool {
		list.add("before", 1, watched2026.Add(-clockSkew-time.Second))
		list.add("skewed", 1, watched2026.Add(-clockSkew))
		return look < 2
	})
	if want := "2026-11-22 09:59:00 UTC  jti-skewed-0  id:skewed-0\n"; out != want {
		t.Errorf("%q", out)
	}
}

// A server that fails is asked again; that it does is said once, and that it answers.
func TestWatch_saysOnceThatTheServerFails(t *testing.T) {
	t.Parallel()
	list := new(changingList)
	list.add("old", 2, watched2026)
	code, out, said := watching(t, list, 0, func(look int) bool {
		list.status = map[int]int{2: 503, 3: 503, 4: 429}[look]
		if look == 5 {
			list.add("new", 1, watched2026)
		}
		return look < 7
	}, "--interval", "20s")
	if code != exitDone || !strings.Contains(out, "new-0") || strings.Count(out, "\n") != 1 {
		t.Errorf("exit code %d: %q", code, out)
	}
	if strings.Count(said, "The server failed.") != 1 || strings.Count(said, "The next look is in 20 s.") != 1 || strings.Count(said, "The server answers again.\n") != 1 {
		t.Errorf("%s", said)
	}
}

// What no look could better ends the watch, and so does a first look that fails.
func TestWatch_endsWhereNoLookCouldDoBetter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, later, code int
	}{
		"refused later":   {0, http.StatusForbidden, exitRefused},
		"refused":         {http.StatusForbidden, 0, exitRefused},
		"failed at first": {http.StatusInternalServerError, 0, exitUndone},
	} {
		list := &changingList{status: c.first}
		looks := 0
		code, out, said := watching(t, list, 0, func(look int) bool {
			list.status, looks = c.later, look
			return look < 5
		})
		if code != c.code || out != "" || said == "" || looks > 1 || (c.first != 0) != (looks == 0) {
			t.Errorf("%s: exit code %d after %d looks: %q%q", name, code, looks, out, said)
		}
	}
}

// A list that may lack tokens does not end the watch: the next look has another chance.
func TestWatch_goesOnWithAListThatMayLackTokens(t *testing.T) {
	t.Parallel()
	list := &changingList{perPage: 2, stuck: true}
	list.add("old", 4, watched2026)
	code, out, said := watching(t, list, 0, func(look int) bool {
		list.add("new"+strconv.Itoa(look), 1, watched2026.Add(time.Duration(look)*time.Minute))
		return look < 3
	})
	want := "2026-11-22 10:01:00 UTC  jti-new1-0  id:new1-0\n2026-11-22 10:02:00 UTC  jti-new2-0  id:new2-0\n"
	if code != exitDone || out != want || !strings.Contains(said, "; 2 tokens are there now.") {
		t.Errorf("exit code %d: %q%q", code, out, said)
	}
}

// A sign-in is a line, or a few below each other where the terminal has no room for it.
func TestWatch_printsWhatFitsIntoTheTerminal(t *testing.T) {
	t.Parallel()
	const fields = "--fields=city,jti,nothing"
	for city, want := range map[string]string{
		strings.Repeat("x", 12): "2026-11-22 10:05:00 UTC  jti-a  id:a  city=xxxxxxxxxxxx  nothing=-\n",
		strings.Repeat("x", 26): "2026-11-22 10:05:00 UTC  jti-a  id:a  city=xxxxxxxxxxxxxxxxxxxxxxxxxx  nothing=-\n",
		strings.Repeat("x", 27): "2026-11-22 10:05:00 UTC\n  jti-a\n  id:a\n  city=xxxxxxxxxxxxxxxxxxxxxxxxxxx\n  nothing=-\n",
	} {
		list := new(changingList)
		_, out, _ := watching(t, list, 80, func(look int) bool {
			list.entries = []string{`{"_id":"a","jti":"jti-a","createdAt":"2026-11-22T10:05:00Z","city":"` + city + `"}`}
			return look < 3
		}, fields)
		if out != want {
			t.Errorf("%q, want %q", out, want)
		}
	}
	list := new(changingList)
	_, out, _ := watching(t, list, 0, func(look int) bool {
		list.entries = []string{`{"_id":"a","jti":"jti-a","createdAt":"2026-11-22T10:05:00Z","city":"Rome"}`}
		return look < 3
	}, fields, "--format", "jsonl")
	if want := `{"id":"a","jti":"jti-a","createdAt":"2026-11-22T10:05:00Z","updatedAt":null,"current":false,"city":"Rome","nothing":null}` + "\n"; out != want {
		t.Errorf("%s", out)
	}
}

// A sign-in that cannot be shown ends the watch.
func TestWatch_endsWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "jsonl"} {
		list := &changingList{perPage: 10}
		server := httptest.NewServer(list)
		t.Cleanup(server.Close)
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.stdout = full{}
		a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword, "TILEDESK_BASE_URL": server.URL})
		looks := 0
		a.wait = func(time.Duration) bool {
			list.mu.Lock()
			defer list.mu.Unlock()
			list.add("new", 1, watched2026)
			looks++
			return looks < 3
		}
		code := a.run([]string{"watch", "--format", format, "--exec", "touch " + t.TempDir() + "/ran"})
		if code != exitUndone || looks != 1 || !strings.Contains(stderr.String(), "The sign-in could not be written: no space left.") {
			t.Errorf("exit code %d after %d looks: %s", code, looks, stderr.String())
		}
	}
}

// An interrupt is how a watch ends: the sign-ins are counted, and all is well.
func TestWatch_countsTheSignInsAtItsEnd(t *testing.T) {
	t.Parallel()
	list := &changingList{perPage: 10}
	server := httptest.NewServer(list)
	t.Cleanup(server.Close)
	a, shown, _ := statusApp(80)
	a.flags.Timeout = patience
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword, "TILEDESK_BASE_URL": server.URL})
	ctx, interrupt := context.WithCancelCause(t.Context())
	looks := 0
	a.wait = func(time.Duration) bool {
		list.mu.Lock()
		defer list.mu.Unlock()
		if looks++; looks == 1 {
			list.add("new", 2, watched2026)
			return true
		}
		interrupt(errInterrupted)
		return false
	}
	if err := (&watchCommand{Interval: time.Second, Format: "text"}).Run(ctx, a); err != nil {
		t.Errorf("%v", err)
	}
	if got := shown(); got != "" || !strings.HasSuffix(saidBy(a), "\n2 sign-ins since the watch began.\n") {
		t.Errorf("%q, and still %q", a.stderr, got)
	}
}
