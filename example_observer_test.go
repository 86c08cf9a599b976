package tiledesk_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// metrics stands for the counters and histograms of a metrics library.
type metrics struct {
	mu      sync.Mutex
	count   map[string]int
	seconds time.Duration
	limited time.Duration
}

// observe hears of an attempt, possibly at the same time as of another.
func (m *metrics) observe(a tiledesk.Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count[fmt.Sprint(a.Method, " ", a.Route, " ", a.StatusCode)]++ // status 0: no answer
	m.seconds += a.Duration
	m.limited += a.Limited
}

// Method, route and status are few, so that they serve as labels. The first answer
// is a failure, and the call is tried again.
func ExampleWithObserver() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})

	m := metrics{count: map[string]int{}}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithObserver(m.observe))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.RevokeByJTI(context.Background(), "phone"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked:", m.count["DELETE /jwt/history/:jti 200"])
	fmt.Println("busy:", m.count["DELETE /jwt/history/:jti 503"])
	// Output:
	// revoked: 1
	// busy: 1
}
