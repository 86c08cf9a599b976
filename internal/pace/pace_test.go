package pace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/pace"
)

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

// It waits as long as the server asks, up to a bound: beyond that it says so at once,
// until no more than the bound is left.
func TestLimiter_waitsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		longest, asked time.Duration
		waits          bool
	}{
		"a moment":              {0, time.Second, true},
		"a minute":              {0, time.Minute, true},
		"more":                  {0, time.Minute + 1, false},
		"an hour":               {0, time.Hour, false},
		"a century":             {0, 876_000 * time.Hour, false},
		"an hour, as it may":    {time.Hour, time.Hour, true},
		"more than that":        {time.Hour, 61 * time.Minute, false},
		"more than a short one": {time.Second, 2 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := pace.New(6000, 0).AskedAtMost(tt.longest)
				began := time.Now()
				if err := l.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				l.Refused(0, tt.asked)
				l.Refused(0, time.Millisecond) // another one, that asks for less
				if tt.asked > time.Millisecond {
					ctx, cancel := context.WithTimeout(t.Context(), tt.asked/2)
					defer cancel()
					if err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 0 {
						t.Errorf("under a deadline that comes before: %v after %s", err, time.Since(began))
					}
				}
				if !tt.waits {
					if err := l.Wait(t.Context()); err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "asked for a pause") || time.Since(began) != 0 {
						t.Errorf("%v after %s", err, time.Since(began))
					}
					time.Sleep(tt.asked - time.Second)
				}
				if err := l.Wait(t.Context()); err != nil || time.Since(began) != tt.asked {
					t.Errorf("%v after %s", err, time.Since(began))
				}
			})
		})
	}
}

// A pause of its own making has no such bound.
func TestLimiter_waitsForItsOwnPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(6000, 0).AskedAtMost(time.Millisecond)
		l.Refused(0, 0)
		if err := l.Wait(t.Context()); err != nil {
			t.Error(err)
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
		turns := 0
		for ; err == nil; turns++ {
			err = l.Wait(ctx)
		}
		if !errors.Is(err, context.Canceled) || time.Since(began) != time.Second || turns != 11 {
			t.Errorf("%v after %s and %d turns", err, time.Since(began), turns)
		}
		if err := pace.New(1, 0).Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v under a context that has ended", err)
		}
	})
}

func TestLimiter_waitsLongerEachTimeWhereTheServerDoesNotSay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(6000, 0)
		refusal := func() time.Duration {
			began := time.Now()
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			waited := time.Since(began)
			time.Sleep(latency)
			l.Refused(latency, 0)
			return waited
		}
		refusal()
		for i, want := range []time.Duration{1, 3, 4, 8, 16, 32, 60, 60} { // the lowest rate is one in 3 seconds
			if got := refusal().Round(time.Second); got != want*time.Second {
				t.Errorf("wait %d is %s, want %d s", i+1, got, want)
			}
		}
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.Took(0) // which ends the series
		time.Sleep(time.Minute)
		refusal()
		if got := refusal().Round(time.Second); got != 3*time.Second {
			t.Errorf("after a success it waited %s", got)
		}
	})
}

// Whoever asks and never says what became of it would block the others for ever.
func TestLimiter_forgetsWhatNobodyTellsOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(6000, 10)
		began := time.Now()
		for range 11 {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 90*time.Second || took > 2*time.Minute {
			t.Errorf("the eleventh left after %s", took)
		}
	})
}

// Another program may have used up what the server accepts: its limit is not that of one
// request a minute then.
func TestLimiter_doesNotBelieveInATinyLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pace.New(200, 0)
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(latency)
		l.Refused(latency, time.Second)
		began := time.Now()
		for range 19 {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Took(0)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("19 requests took %s", took)
		}
	})
}
