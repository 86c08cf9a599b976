package bulk_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// manyTargets are n targets.
func manyTargets(n int) []tiledesk.Target {
	targets := make([]tiledesk.Target, n)
	for i := range targets {
		targets[i].JTI = fmt.Sprintf("jti-%d", i)
	}
	return targets
}

func TestRevokeEach_concurrencyIsABoundThatHoldsAndIsUsed(t *testing.T) {
	t.Parallel()
	for concurrency, want := range map[int]int{0: 4, 1: 1, 7: 7, 100: 60} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &meter{next: servertest.Step(func(r *http.Request) (*http.Response, error) {
					return slowly(r, time.Second, servertest.Answer(200, ""))
				})}
				client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), m.RoundTrip)
				begin := time.Now()
				report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(60)...), &tiledesk.RevokeOptions{Concurrency: concurrency})
				if err != nil || report.Revoked != 60 || m.most != want {
					t.Errorf("%d at once for %+v, %v", m.most, report, err)
				}
				if took, ideal := time.Since(begin), time.Duration((60+want-1)/want)*time.Second; took != ideal {
					t.Errorf("it took %v where %v would do", took, ideal)
				}
			})
		})
	}
}

func TestRevokeEach_limiterAppliesToAllWorkersTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), okToAll, tiledesk.WithRateLimiter(rate.NewLimiter(2, 1)))
		begin := time.Now()
		if _, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(21)...), &tiledesk.RevokeOptions{Concurrency: 10}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("21 requests at 2 a second took %v", took)
		}
	})
}

func TestRevokeEach_defaultLimiterLetsNoMoreThan200LeaveInAnyMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &meter{next: servertest.Step(okToAll)}
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithBaseURL("http://localhost"), servertest.WithTransport(m))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(700)...), &tiledesk.RevokeOptions{Concurrency: 50}); err != nil {
			t.Fatal(err)
		}
		for i := 200; i < len(m.deletes); i++ {
			if m.deletes[i].Sub(m.deletes[i-200]) < time.Minute {
				t.Fatalf("201 requests left within %v", m.deletes[i].Sub(m.deletes[i-200]))
			}
		}
	})
}

func TestRevokeEach_connectionsAreReused(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jwt/history/jti-7" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte(`{"success":true}`))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := servertest.NewClient(t, server.URL)
	for range 3 { // workers of a new run find the connections of the one before
		report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(200)...), &tiledesk.RevokeOptions{Concurrency: 8})
		if report.Revoked != 199 || !errors.Is(err, tiledesk.ErrServer) {
			t.Fatalf("got %+v, %v", report, err)
		}
	}
	if n := opened.Load(); n > 16 {
		t.Errorf("%d connections for 600 requests of 8 workers", n)
	}
}

func TestRevokeEach_onResultIsNeverCalledConcurrently(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), okToAll)
		var one sync.Mutex
		heard := 0
		_, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(100)...), &tiledesk.RevokeOptions{Concurrency: 20, OnResult: func(tiledesk.RevokeResult) {
			if !one.TryLock() {
				t.Error("OnResult was called while it ran")
			}
			defer one.Unlock()
			time.Sleep(time.Millisecond)
			heard++
		}})
		if err != nil || heard != 100 {
			t.Errorf("heard %d, %v", heard, err)
		}
	})
}
