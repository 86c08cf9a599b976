package pace_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
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

func TestLimiter_keepsToWhatTheServerTakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		counts  func(time.Time) time.Duration
		limit   int // a minute
		minutes int
		workers int
	}{
		"300 a minute":                      {sliding(300), 300, 5, 4},
		"300 a minute for an hour":          {sliding(300), 300, 60, 4},
		"300 a minute by many":              {sliding(300), 300, 5, 32},
		"300 in each minute of the clock":   {fixed(300), 300, 5, 4},
		"1,000 a minute":                    {sliding(1000), 1000, 5, 4},
		"1,000 in each minute of the clock": {fixed(1000), 1000, 5, 8},
		"6,000 a minute for two":            {sliding(6000), 6000, 2, 16},
		"6,000 a minute in 20,000 requests": {sliding(6000), 6000, 3, 16},
		"6,000 in each minute of the clock": {fixed(6000), 6000, 3, 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{counts: tt.counts}
				took := s.work(t, pace.New(200, 0), tt.limit*tt.minutes, tt.workers)
				share := float64(s.refused) / float64(s.took+s.refused)
				ratio := took.Minutes() / float64(tt.minutes)
				t.Logf("%d taken, %d refused (%.2f %%), %s: %.2f of the ideal time", s.took, s.refused, 100*share, took.Round(time.Second), ratio)
				if share > 0.02 || ratio > 1.2 {
					t.Errorf("%.2f %% refused and %.2f of the ideal time, want at most 2 and 1.2", 100*share, ratio)
				}
			})
		})
	}
}

// The first refusal of such a server says little of what it takes in a minute, so that
// the way up is a long one.
func TestLimiter_findsItsWayWhereTheServerCountsBySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{counts: each(10)}
		took := s.work(t, pace.New(200, 0), 20*600, 4)
		t.Logf("%d taken, %d refused, %s", s.took, s.refused, took.Round(time.Second))
		if s.refused > 100 || took > 40*time.Minute {
			t.Errorf("%d refused after %s, where 20 minutes are ideal", s.refused, took)
		}
	})
}

func TestLimiter_isNoBrakeOnceUpToSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := pace.New(200, 0), &server{counts: unlimited}
		for s.took < 20_000 {
			s.work(t, l, 1000, 8)
		}
		without := (&server{counts: unlimited}).work(t, nil, 20_000, 8)
		with := s.work(t, l, 20_000, 8)
		t.Logf("20,000 requests took %s, without a limiter %s", with, without)
		if float64(with) > 1.3*float64(without) {
			t.Errorf("20,000 requests took %s, without a limiter %s", with, without)
		}
	})
}

func TestLimiter_beginsAtTheRateGiven(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(60, 0) // which nobody tells anything
		for range 70 {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		for range 60 {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("60 requests took %s", took)
		}
	})
}

func TestLimiter_neverExceedsTheBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{counts: sliding(500)}
		took := s.work(t, pace.New(1000, 500), 5*500, 8)
		if s.refused != 0 || took > 5*time.Minute {
			t.Errorf("%d refused after %s", s.refused, took)
		}
	})
}

func TestLimiter_waitsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(6000, 0)
		began := time.Now()
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.Refused(0, time.Hour)
		l.Refused(0, time.Second) // another one, that asks for less
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 0 {
			t.Errorf("under a deadline that comes before: %v after %s", err, time.Since(began))
		}
		if err := l.Wait(t.Context()); err != nil || time.Since(began) != time.Hour {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestLimiter_findsRoomThatCameLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, s := pace.New(200, 0), &server{counts: sliding(300)}
		s.work(t, l, 900, 4)
		s.counts = sliding(3000)
		took := s.work(t, l, 30_000, 8)
		t.Logf("30,000 at 3,000 a minute took %s", took)
		if took > 20*time.Minute {
			t.Errorf("30,000 requests took %s where 10 minutes would do", took)
		}
	})
}

func TestLimiter_endsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(1, 0)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		var err error
		for err == nil {
			err = l.Wait(ctx)
		}
		if !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
