// Package pace finds out how many requests a minute a server accepts. It begins slowly,
// doubles its rate while the server refuses nothing, and learns from the first
// refusal, a 429, how many the server accepted in the minute before: it waits as long as
// the server asks for, halves its rate, and then keeps a little below that number.
// From time to time it tries whether there is room for more.
package pace

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	growEvery = 5 * time.Second

	// What an untried limiter lets through at once, and what one does that has met a
	// refusal: some servers count by the second too.
	firstBurst = 10
	burstTime  = 50 * time.Millisecond

	// room is left below the number that the server was seen to accept.
	room = 0.98
	// catchUp is how much faster than the limit requests may leave: the minute as a
	// whole keeps to it.
	catchUp = 1.1
	// leastLimit is the lowest limit that is believed, since others may have used it
	// up, and the lowest rate after refusals.
	leastLimit = 20

	firstStep, leastStep, mostStep = 0.25, 0.02, 0.5
	firstPatience, mostPatience    = time.Minute, 16 * time.Minute

	firstHold, mostHold = time.Second, time.Minute

	// LongestAsked is the longest wait that a server may ask for, unless a limiter is
	// told otherwise.
	LongestAsked = time.Minute
)

// Limiter is one pace for all who share it.
type Limiter struct {
	mu   sync.Mutex
	most float64 // a minute; 0: no bound

	rate  float64   // a minute, at which attempts leave
	next  time.Time // when one would leave at exactly this rate
	grown time.Time // when the rate last grew
	bound bool      // since then somebody had to wait for the rate

	limit    float64       // a minute, that the server was seen to accept; 0: it never refused
	tried    time.Time     // when a higher limit was last tried, or the limit learned
	step     float64       // by which the next trial is higher
	patience time.Duration // before it
	trials   int           // since the last refusal

	refused time.Time     // when the refusal came that the hold is about
	held    time.Time     // until when nothing leaves
	asked   bool          // by the server
	longest time.Duration // that is waited for when the server asks
	again   time.Duration

	window window
}

// New is a limiter that begins at so many requests a minute and never lets more than
// most of them leave in one; 0: no bound.
func New(start, most int) *Limiter {
	if most > 0 {
		start = min(start, most)
	}
	return &Limiter{most: float64(most), rate: float64(start), step: firstStep, patience: firstPatience, again: firstHold, longest: LongestAsked}
}

// AskedAtMost makes a new limiter wait for what a server asks up to so long; 0 leaves it
// as it is.
func (l *Limiter) AskedAtMost(longest time.Duration) *Limiter {
	if longest > 0 {
		l.longest = longest
	}
	return l
}

// Wait returns when the next attempt may leave, or an error when the context ends
// before that, or is known to, or when the server asked for a longer pause than is
// waited for.
func (l *Limiter) Wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		now := time.Now()
		at, asked := l.take(now)
		wait := at.Sub(now)
		switch deadline, ok := ctx.Deadline(); {
		case wait <= 0:
			return nil
		case ok && deadline.Before(at):
			return fmt.Errorf("the next request may leave in %s only, after the deadline: %w", wait.Round(slot), context.DeadlineExceeded)
		case asked && wait > l.longest:
			return fmt.Errorf("the server asked for a pause, and the next request may leave in %s only: no more than %s are waited for", wait.Round(slot), l.longest)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// take lets an attempt leave at the time given, or tells when to ask again.
func (l *Limiter) take(now time.Time) (at time.Time, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := l.window.used(now) // first, since it notices a clock that went back
	if now.Before(l.held) {
		return l.held, l.asked
	}
	if allowed := l.allowed(); allowed > 0 && used >= allowed {
		l.bound = true
		return l.window.frees(now), false
	}
	interval := time.Duration(float64(time.Minute) / l.pace())
	burst := burstTime
	if l.limit == 0 {
		burst = max(2*burstTime, (firstBurst-1)*interval)
	}
	if at := l.next.Add(-burst); at.After(now) {
		l.bound = true
		return at, false
	}
	if l.next.Before(now) {
		l.next = now
	}
	l.next = l.next.Add(interval)
	l.window.begin(now)
	return now, false
}

// allowed is how many the server may count in a minute; 0: no bound is known.
func (l *Limiter) allowed() int {
	allowed := 0
	if l.limit > 0 {
		allowed = int(min(l.limit*room, l.limit-1))
	}
	if most := int(l.most); most > 0 && (allowed == 0 || most < allowed) {
		return most
	}
	return allowed
}

// pace is the rate at which attempts leave now.
func (l *Limiter) pace() float64 {
	pace := l.rate
	if l.most > 0 {
		pace = min(pace, l.most*catchUp)
	}
	return pace
}

// Took notes an attempt that the server did not refuse, and how long it took.
func (l *Limiter) Took(took time.Duration) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.window.end(now, true)
	if now.Before(l.held) {
		if l.limit > leastLimit && !now.Add(-took).After(l.refused) {
			l.limit++ // it was on its way when the limit was learned
		}
		return
	}
	l.again = firstHold
	if !l.bound {
		return
	}
	if l.limit > 0 && now.Sub(l.tried) >= l.patience {
		l.limit *= 1 + l.step
		l.tried, l.step = now, min(2*l.step, mostStep)
		if l.trials++; l.trials > 1 { // the one before was not a mistake
			l.patience = firstPatience
		}
	}
	if now.Sub(l.grown) >= growEvery {
		l.rate, l.grown, l.bound = 2*l.rate, now, false
		if l.limit > 0 {
			l.rate = min(l.rate, l.limit*catchUp)
		}
	}
}

// Refused notes an attempt that the server answered with 429, how long it took, and
// how long the server asked to wait; 0: it did not say.
func (l *Limiter) Refused(took, wait time.Duration) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.window.end(now, false)
	news := now.Add(-took).After(l.refused) // or else it left before that one came
	if news {
		l.learn(now)
	}
	asked := wait > 0
	if !asked {
		wait = l.again
		if news {
			l.again = min(2*l.again, mostHold)
		}
	}
	if until := now.Add(wait); until.After(l.held) {
		l.held, l.asked = until, asked
	}
}

// learn takes what the window shows as the limit of the server.
func (l *Limiter) learn(now time.Time) {
	if l.limit > 0 { // a higher one was tried, or somebody else uses the server too
		l.step, l.patience = max(l.step/4, leastStep), min(2*l.patience, mostPatience)
	}
	l.limit = max(float64(l.window.total), leastLimit)
	l.rate = max(min(l.rate/2, l.limit), leastLimit)
	l.refused, l.grown, l.tried = now, now, now
	l.bound, l.trials = false, 0
}
