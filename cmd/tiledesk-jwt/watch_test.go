package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server that lists the oldest first is read to the end at each look, and an entry
// without a time is a sign-in when it was not there before.
func TestWatch_seesWhatComesLast(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var entries []string
	for i := range 3 * enoughKnown {
		entries = append(entries, fmt.Sprintf(`{"_id":"%d","jti":"old-%d","createdAt":"2026-11-22T10:%02d:%02dZ"}`, i, i, i/60, i%60))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		list := entries
		if r.URL.Query().Get("page") != "0" && r.URL.Query().Get("page") != "" {
			list = nil
		}
		_, _ = fmt.Fprintf(w, `{"jwts":[%s],"count":%d,"perPage":1000}`, strings.Join(list, ","), len(entries))
	}))
	t.Cleanup(server.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.flags.Timeout = patience
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
	looks := 0
	a.wait = func(d time.Duration) bool {
		if d != 10*time.Second {
			t.Errorf("the interval is %s", d)
		}
		mu.Lock()
		defer mu.Unlock()
		entries = append(entries, `{"_id":"new","jti":"new","createdAt":"2026-11-22T19:00:00Z"}`, `{"_id":"timeless","jti":"timeless"}`)
		looks++
		return looks < 4
	}
	if err := (&watchCommand{Interval: 10 * time.Second, Format: "text"}).Run(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	want := "at an unknown time  timeless  id:timeless\n2026-11-22 19:00:00 UTC  new  id:new\n"
	if got := a.stdout.(*bytes.Buffer).String(); got != want {
		t.Errorf("%q", got)
	}
}

// Entries that show no time, or all the same one, do not tell that the newest come
// first: the list is read to its end.
func TestWatch_readsToTheEndWhereNoTimeTellsTheOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there int
		time  string
	}{
		"no time":       {2 * enoughSeen, ""},
		"the same time": {2 * enoughSeen, `,"createdAt":"2026-11-22T10:00:00Z"`},
		"few at first":  {1, `,"createdAt":"2026-11-22T10:00:00Z"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var entries []string
			add := func(n int) {
				for range n {
					entries = append(entries, fmt.Sprintf(`{"_id":"%d","jti":"jti-%d"%s}`, len(entries), len(entries), c.time))
				}
			}
			add(c.there)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				list := entries
				if page := r.URL.Query().Get("page"); page != "0" && page != "" {
					list = nil
				}
				_, _ = fmt.Fprintf(w, `{"jwts":[%s],"count":%d,"perPage":1000}`, strings.Join(list, ","), len(entries))
			}))
			t.Cleanup(server.Close)
			a, _ := testApp(new(bytes.Buffer))
			a.flags.Timeout = patience
			a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
			looks := 0
			a.wait = func(time.Duration) bool {
				mu.Lock()
				defer mu.Unlock()
				add(enoughKnown)
				looks++
				return looks < 4
			}
			if err := (&watchCommand{Interval: 10 * time.Second, Format: "jsonl"}).Run(context.Background(), a); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(a.stdout.(*bytes.Buffer).String(), "\n"); got != 3*enoughKnown {
				t.Errorf("%d sign-ins were seen, of %d", got, 3*enoughKnown)
			}
		})
	}
}
