package pace_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/pace"
)

// changing takes what one server takes until a time, and then what another does.
func changing(before, after func(time.Time) time.Duration, at time.Duration) func(time.Time) time.Duration {
	var first time.Time
	return func(now time.Time) time.Duration {
		if first.IsZero() {
			first = now
		}
		if now.Sub(first) < at {
			return before(now)
		}
		return after(now)
	}
}

// A single worker is told exactly when to go, so that each rule of the limiter shows in
// these figures: how many requests were taken and refused, and in what time. Whoever
// changes a rule looks at what it does to them.
func TestLimiter_ofASingleWorker(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		counts      func(time.Time) time.Duration
		start, most int
		requests    int
		want        string
	}{
		"no limit":                     {unlimited, 200, 0, 5000, "5000 and 0 in 1m51.336s"},
		"a bound":                      {unlimited, 200, 100, 1000, "1000 and 0 in 9m50.62s"},
		"a bound below the start":      {unlimited, 500, 60, 200, "200 and 0 in 3m10.42s"},
		"a bound of one":               {unlimited, 500, 1, 5, "5 and 0 in 4m0.42s"},
		"a limit below the bound":      {sliding(100), 300, 200, 1000, "1000 and 4 in 10m11.32s"},
		"a limit and a bound below it": {changing(sliding(150), unlimited, 2*time.Minute), 300, 120, 1200, "1200 and 0 in 9m51.42s"},
		"300 a minute":                 {sliding(300), 200, 0, 6000, "6000 and 5 in 20m23.92s"},
		"a low limit":                  {sliding(30), 200, 0, 900, "900 and 8 in 30m42.72s"},
		"30 in each minute":            {fixed(30), 200, 0, 900, "900 and 7 in 30m25.32s"},
		"a tiny limit":                 {sliding(5), 200, 0, 100, "100 and 19 in 19m14.641s"},
		"10 a second":                  {each(10), 200, 0, 6000, "6000 and 4 in 19m8.02s"},
		"a limit that rises":           {changing(sliding(100), sliding(1000), 5*time.Minute), 200, 0, 12_000, "12000 and 6 in 26m47.52s"},
		"a limit that falls":           {changing(sliding(1000), sliding(100), 5*time.Minute), 200, 0, 6000, "6000 and 5 in 16m7.07s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{counts: tt.counts}
				took := s.work(t, pace.New(tt.start, tt.most), tt.requests, 1)
				if got := fmt.Sprintf("%d and %d in %s", s.took, s.refused, took.Round(time.Millisecond)); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// script has a limiter do as it says: "w" waits for a turn, "t" tells of an attempt that
// was taken, "r" of one that was refused, "s" is a second. It returns when the
// last six were let through.
func script(t *testing.T, l *pace.Limiter, steps string) string {
	t.Helper()
	var turns []string
	began := time.Now()
	for _, step := range steps {
		switch step {
		case 'w':
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			turns = append(turns, time.Since(began).Round(time.Millisecond).String())
		case 't':
			l.Took(latency)
		case 'r':
			l.Refused(latency, 2*time.Second)
		case 's':
			time.Sleep(time.Second)
		}
	}
	return strings.Join(turns[max(0, len(turns)-6):], " ")
}

// What is on its way when a refusal comes counts, and so does what nobody tells of, for
// a while.
func TestLimiter_ofAScript(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		start, most int
		steps, want string
	}{
		"taken on their way when a refusal came": {6000, 0, strings.Repeat("wt", 30) + strings.Repeat("w", 10) + "r" + strings.Repeat("t", 9) + strings.Repeat("wt", 9), "1m4.847s 1m6.246s 1m7.644s 1m8.763s 1m9.882s 1m11.001s"},
		"taken after a refusal, and not before":  {6000, 0, strings.Repeat("wt", 30) + "wrs" + strings.Repeat("t", 9) + strings.Repeat("wt", 9), "1m5.686s 1m7.505s 1m8.959s 1m10.414s 1m11.868s 1m13.323s"},
		"nobody tells of one":                    {6000, 1, "ww", "0s 1m30.1s"},
		"taken on their way to a tiny limit":     {6000, 0, "wwwwww" + "r" + "ttttt" + "sss" + strings.Repeat("wt", 16), "30.768s 33.495s 36.223s 38.95s 1m0.1s 1m2.777s"},
		"nobody tells of two":                    {6000, 2, "wwwww", "0s 0s 1m30.1s 1m30.1s 3m0.2s"},
		"two end, and two more":                  {6000, 2, "wsswttwwtw", "0s 2s 1m2.1s 1m2.1s 2m2.2s"},
		"three refusals of one moment":           {6000, 0, "wwwrrrwrwt", "0s 0s 0s 2s 4.95s"},
		"a minute without anybody":               {6000, 3, "wtwt" + strings.Repeat("s", 61) + "wtwtwtwt", "0s 0s 1m1s 1m1s 1m1s 2m1.1s"},
		"ends that come late":                    {600, 0, "w" + strings.Repeat("wt", 20) + "rssst" + strings.Repeat("wt", 3), "1s 1.05s 1.1s 1m0.1s 1m3.05s 1m5.777s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if got := script(t, pace.New(tt.start, tt.most), tt.steps); got != tt.want {
					t.Errorf("got %q,\nwant %q", got, tt.want)
				}
			})
		})
	}
}

// Nothing of a minute is left after the next one, however long it was quiet.
func TestLimiter_forgetsAMinuteWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for pause := time.Minute + time.Second; pause < 3*time.Minute; pause += 100 * time.Millisecond {
			limiter := pace.New(200, 1)
			for range 2 {
				began := time.Now()
				if err := limiter.Wait(t.Context()); err != nil || time.Since(began) != 0 {
					t.Fatalf("after %s: it took %s, %v", pause, time.Since(began), err)
				}
				limiter.Took(0)
				time.Sleep(pause)
			}
		}
	})
}
