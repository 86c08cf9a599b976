package bulk_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// BenchmarkRevokeAllMemory measures the bytes that a run over a hundred thousand
// tokens holds for each, when it has listed and revoked them all. The goal is 250.
func BenchmarkRevokeAllMemory(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		b.StopTimer()
		server := tiledesktest.NewHandler(tiledesktest.WithoutRequestLog(), tiledesktest.WithPageSize(1000))
		server.AddUser(servertest.Email, servertest.Password)
		own := server.Issue(servertest.Email, n+1)[n]
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(own), tiledesk.WithBaseURL("http://localhost"), tiledesk.WithRateLimiter(nil), servertest.WithTransport(server.Transport()))
		if err != nil {
			b.Fatal(err)
		}
		heard, before, most := 0, liveHeap(), uint64(0)
		b.StartTimer()
		report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{OnResult: func(tiledesk.RevokeResult) {
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
	server.AddUser(servertest.Email, servertest.Password)
	tokens := server.Issue(servertest.Email, n+1)
	targets := make([]tiledesk.Target, n)
	for i := range targets {
		targets[i] = tokenName(tokens[i])
	}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[n]), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.CloseIdleConnections)
	b.Run("tiledesk", func(b *testing.B) {
		for b.Loop() {
			if report, err := client.JWT.RevokeEach(context.Background(), tiledesk.Targets(targets...), nil); err != nil || report.Revoked != n {
				b.Fatalf("got %+v, %v", report, err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		transport := &http.Transport{MaxIdleConnsPerHost: 4}
		b.Cleanup(transport.CloseIdleConnections)
		for b.Loop() {
			revokeByHand(b, &http.Client{Transport: transport}, server.URL(), "JWT "+tokens[n], targets)
		}
	})
}

func revokeByHand(b *testing.B, client *http.Client, url, authorization string, targets []tiledesk.Target) {
	jtis := make(chan string)
	var workers sync.WaitGroup
	for range 4 {
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
