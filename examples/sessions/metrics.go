package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/go-tiledesk/tiledesk"
)

// metrics counts the attempts of the client, as a metrics library would. Method, route
// and status are few, so that they serve as labels.
type metrics struct {
	mu      sync.Mutex
	count   map[string]int
	seconds map[string]float64
}

func newMetrics() *metrics { return &metrics{count: map[string]int{}, seconds: map[string]float64{}} }

// observe is called for each attempt, possibly in several goroutines at once.
func (m *metrics) observe(a tiledesk.Attempt) {
	labels := fmt.Sprintf("{method=%q,route=%q,status=\"%d\"}", a.Method, a.Route, a.StatusCode)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count[labels]++
	m.seconds[labels] += a.Duration.Seconds()
}

// ServeHTTP shows them in the text format of Prometheus.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, labels := range slices.Sorted(maps.Keys(m.count)) {
		fmt.Fprintf(w, "tiledesk_attempts_total%s %d\n", labels, m.count[labels])
		fmt.Fprintf(w, "tiledesk_attempt_seconds_total%s %g\n", labels, m.seconds[labels])
	}
}
