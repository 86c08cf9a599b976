package tiledesk

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// liveHeap is what is in use after a garbage collection.
func liveHeap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkRevokeAllMemory measures the bytes that a run over a hundred thousand
// tokens holds for each, when it has listed and revoked them all. The goal is 250.
func BenchmarkRevokeAllMemory(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		b.StopTimer()
		server := tiledesktest.NewHandler(tiledesktest.WithoutRequestLog(), tiledesktest.WithPageSize(1000))
		server.AddUser(testEmail, testPassword)
		own := server.Issue(testEmail, n+1)[n]
		client, err := NewClient(JWTAuth(own), WithBaseURL("http://localhost"), WithRateLimiter(nil), withTransport(inProcess{server}))
		if err != nil {
			b.Fatal(err)
		}
		heard, before, most := 0, liveHeap(), uint64(0)
		b.StartTimer()
		report, err := client.JWT.RevokeAll(context.Background(), &RevokeOptions{OnResult: func(RevokeResult) {
			if heard++; heard == 1 || heard == n/2 || heard == n {
				most = max(most, liveHeap())
			}
		}})
		if err != nil || report.Revoked != n {
			b.Fatalf("got %+v, %v", report, err)
		}
		b.ReportMetric(float64(most-before)/n, "B/token")
	}
}

// BenchmarkRevokeEach compares a run over 4,000 targets with a pool of workers
// that a program might write over net/http. The goal is 1.15 times its time.
func BenchmarkRevokeEach(b *testing.B) {
	const n = 4000
	server, err := tiledesktest.Start(tiledesktest.WithoutRequestLog())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	server.AddUser(testEmail, testPassword)
	tokens := server.Issue(testEmail, n+1)
	targets := make([]Target, n)
	for i := range targets {
		targets[i] = tokenName(tokens[i])
	}
	client, err := NewClient(JWTAuth(tokens[n]), WithBaseURL(server.URL()), WithRateLimiter(nil))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.CloseIdleConnections)
	b.Run("tiledesk", func(b *testing.B) {
		for b.Loop() {
			if report, err := client.JWT.RevokeEach(context.Background(), Targets(targets...), nil); err != nil || report.Revoked != n {
				b.Fatalf("got %+v, %v", report, err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		transport := &http.Transport{MaxIdleConnsPerHost: defaultConcurrency}
		b.Cleanup(transport.CloseIdleConnections)
		for b.Loop() {
			revokeByHand(b, &http.Client{Transport: transport}, server.URL(), "JWT "+tokens[n], targets)
		}
	})
}

func revokeByHand(b *testing.B, client *http.Client, url, authorization string, targets []Target) {
	jtis := make(chan string)
	var workers sync.WaitGroup
	for range defaultConcurrency {
		workers.Go(func() {
			for jti := range jtis {
				request, _ := http.NewRequest("DELETE", url+"/jwt/history/"+jti, nil)
				request.Header.Set("Authorization", authorization)
				resp, err := client.Do(request)
				if err != nil {
					b.Error(err)
					continue
				}
				if _, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 {
					b.Errorf("got %d, %v", resp.StatusCode, err)
				}
			}
		})
	}
	for _, target := range targets {
		jtis <- target.JTI
	}
	close(jtis)
	workers.Wait()
}
