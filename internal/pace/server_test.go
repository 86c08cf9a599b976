package pace_test

import (
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/pace"
)

// server counts requests as it is told to.
type server struct {
	mu      sync.Mutex
	counts  func(now time.Time) (wait time.Duration) // 0: it is taken
	took    int
	refused int
}

// sliding takes at most n requests in any minute.
func sliding(n int) func(time.Time) time.Duration {
	var recent []time.Time
	return func(now time.Time) time.Duration {
		for len(recent) > 0 && now.Sub(recent[0]) >= time.Minute {
			recent = recent[1:]
		}
		if len(recent) >= n {
			return recent[0].Add(time.Minute).Sub(now)
		}
		recent = append(recent, now)
		return 0
	}
}

// fixed takes at most n requests in each minute of the clock.
func fixed(n int) func(time.Time) time.Duration {
	var began time.Time
	count := 0
	return func(now time.Time) time.Duration {
		if minute := now.Truncate(time.Minute); minute != began {
			began, count = minute, 0
		}
		if count >= n {
			return began.Add(time.Minute).Sub(now)
		}
		count++
		return 0
	}
}

// each takes at most n requests in any second, and does not say when to come again.
func each(n int) func(time.Time) time.Duration {
	var recent []time.Time
	return func(now time.Time) time.Duration {
		for len(recent) > 0 && now.Sub(recent[0]) >= time.Second {
			recent = recent[1:]
		}
		if len(recent) >= n {
			return -1
		}
		recent = append(recent, now)
		return 0
	}
}

func unlimited(time.Time) time.Duration { return 0 }

const latency = 20 * time.Millisecond

// work sends requests until so many were taken, by so many workers, each again as
// long as it is refused.
func (s *server) work(t *testing.T, l *pace.Limiter, requests, workers int) time.Duration {
	began := time.Now()
	jobs := make(chan struct{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range jobs {
				for !s.send(t, l) {
				}
			}
		})
	}
	for range requests {
		jobs <- struct{}{}
	}
	close(jobs)
	all.Wait()
	return time.Since(began)
}

func (s *server) send(t *testing.T, l *pace.Limiter) bool {
	if l != nil {
		if err := l.Wait(t.Context()); err != nil {
			t.Error(err)
			return true
		}
	}
	time.Sleep(latency / 2)
	s.mu.Lock()
	wait := s.counts(time.Now())
	if wait == 0 {
		s.took++
	} else {
		s.refused++
	}
	s.mu.Unlock()
	time.Sleep(latency / 2)
	switch {
	case l == nil:
	case wait == 0:
		l.Took(latency)
	default:
		seconds := (wait + time.Second - 1) / time.Second * time.Second // as Retry-After has it
		l.Refused(latency, max(seconds, 0))
	}
	return wait == 0
}
