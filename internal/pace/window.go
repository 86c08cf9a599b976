package pace

import "time"

const (
	slot  = 100 * time.Millisecond
	slots = 601 // a whole minute, and the slot that is not over

	// forgotten is how long an attempt may go on before it counts no more: nobody
	// may ever say what became of it.
	forgotten = 90 * time.Second
)

// window counts the attempts that a server may count against the minute: those that
// ended in the last one, and those that go on. That they count until a minute after
// their end, and not after their beginning, makes up for the time that requests take
// on their way.
type window struct {
	epoch  time.Time
	newest int64 // the number of the newest slot since the epoch
	ended  [slots]int
	total  int // of all slots

	begun []time.Time // when the attempts that go on began, oldest first
}

// used is how many count at a time.
func (w *window) used(now time.Time) int {
	w.advance(now)
	for len(w.begun) > 0 && now.Sub(w.begun[0]) > forgotten {
		w.begun = w.begun[1:]
	}
	return w.total + len(w.begun)
}

// begin notes an attempt that begins.
func (w *window) begin(now time.Time) { w.begun = append(w.begun, now) }

// end notes that an attempt has ended, and whether the server counts it. Which one it
// is does not matter: the oldest is taken.
func (w *window) end(now time.Time, counts bool) {
	w.advance(now)
	if len(w.begun) > 0 {
		w.begun = w.begun[1:]
	}
	if counts {
		w.ended[w.newest%slots]++
		w.total++
	}
}

// frees is when the count of used falls next, a slot from now at the latest where only
// attempts that go on are counted.
func (w *window) frees(now time.Time) time.Time {
	for i := w.newest - slots + 1; i <= w.newest; i++ {
		if i >= 0 && w.ended[i%slots] > 0 {
			return w.epoch.Add(time.Duration(i+slots) * slot)
		}
	}
	return now.Add(slot)
}

// advance drops what is older than a minute. A clock that went back, as that of a
// synctest bubble seems to have, begins again.
func (w *window) advance(now time.Time) {
	number := int64(now.Sub(w.epoch) / slot)
	if w.epoch.IsZero() || number < w.newest {
		*w = window{epoch: now}
		return
	}
	for n := max(w.newest+1, number-slots+1); n <= number; n++ {
		w.total -= w.ended[n%slots]
		w.ended[n%slots] = 0
	}
	w.newest = number
}
