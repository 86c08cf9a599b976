package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const (
	walked  = 200_000
	revoked = 100_000
)

func printMemory(ctx context.Context, w io.Writer) error {
	live, err := historyHeap(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nHistory over %d entries: at most %.1f MB of live heap more than before, server and connections included\n", walked, float64(live)/1e6)
	bytes, err := revokeAllHeap(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "RevokeAll over %d tokens: at most %.0f bytes a token\n", revoked, float64(bytes)/revoked)
	return nil
}

// historyHeap walks through all entries and returns the most live heap that it
// saw on the way, less that of before.
func historyHeap(ctx context.Context) (int64, error) {
	s := httptest.NewServer(http.HandlerFunc(endlessPages))
	defer s.Close()
	client := newOurs(s.URL)
	before, most, n := liveHeap(), int64(0), 0
	for _, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			return 0, err
		}
		if n++; n%5000 == 0 {
			most = max(most, liveHeap()-before)
		}
	}
	if n != walked {
		return 0, fmt.Errorf("%d entries came, want %d", n, walked)
	}
	return most, nil
}

// endlessPages answers pages of made-up entries, without holding any.
func endlessPages(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	body := fmt.Appendf(nil, `{"perPage":%d,"count":%d,"jwts":[`, entries, walked)
	for i := page * entries; i < min(walked, (page+1)*entries); i++ {
		if i > page*entries {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"_id":"%024x","status":100,"jti":"%s%08x","id_user":"6b02c254b4f8164bc2ae64b3","ip":"::ffff:127.0.0.1","createdAt":"%s","updatedAt":"%s","__v":0}`,
			i, someJTI[:28], i, someTime, someTime)
	}
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(append(body, "]}"...))
}

// revokeAllHeap revokes all tokens of an account and returns the most live heap
// that it saw on the way, less that of before. What the server needs is there
// before, since it keeps revoked tokens in its list.
func revokeAllHeap(ctx context.Context) (int64, error) {
	s, err := tiledesktest.Start(tiledesktest.WithoutRequestLog(), tiledesktest.WithPageSize(1000))
	if err != nil {
		return 0, err
	}
	defer s.Close()
	const email, password = "agent@example.com", "secret-of-nobody"
	s.AddUser(email, password)
	s.Issue(email, revoked)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth(email, password), tiledesk.WithBaseURL(s.URL()), tiledesk.WithRateLimiter(nil))
	if err != nil {
		return 0, err
	}
	before, most, n := liveHeap(), int64(0), 0
	report, err := client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{
		Concurrency: bulkWorkers,
		OnResult: func(tiledesk.RevokeResult) {
			if n%10_000 == 0 {
				most = max(most, liveHeap()-before)
			}
			n++
		},
	})
	if err == nil && report.Revoked != revoked {
		err = errors.New("not every token was revoked")
	}
	return most, err
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // what the first one found in pools goes with the second
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
