package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// TestAll_smallServers goes through all small servers, and all placements of up to two
// faults among the first DELETEs of a run: nothing that counts as revoked works any
// more, each token has one result, nobody is locked out, and the run ends. `go test`
// takes every eleventh case, and with MODEL=all every one.
func TestAll_smallServers(t *testing.T) {
	t.Parallel()
	cases, step := 0, 11
	if os.Getenv("MODEL") == "all" {
		step = 1
	}
	for server := range smallWorlds {
		for faults := range placements {
			if cases++; cases%step != 0 {
				continue
			}
			w := server
			w.faults = faults
			if lies := w.play(t.Context()); lies != nil {
				t.Fatalf("%s\n%s", w.String(), strings.Join(lies, "\n"))
			}
		}
	}
	t.Logf("one of %d of %d cases", step, cases)
}

// A fault is what becomes of one DELETE instead of its answer.
type fault int

const (
	none    fault = iota
	broken        // a 500, and nothing was revoked
	lost          // revoked, and the reply is lost
	stray         // a 404 of a proxy
	revoked       // the run's own token, by somebody else: a 401 of the server from then on
	gateway       // a 401 of a proxy
	full          // the limiter lets nothing through
	nothing       // no answer at all
	lastFault
)

// row is a token of the model, and its entry.
type row struct {
	id, jti, listed string // listed is the jti that the entry shows
	own             bool
	ended           bool // its entry was revoked
	sent            bool // a DELETE named it
	lost            bool // by an answer that got lost, or by somebody else
}

// works reports whether the server still accepts the token: it asks for the jti alone.
func (r row) works() bool { return !r.ended || r.jti == "" }

// world is a server in one of the many ways in which the closed module may work.
type world struct {
	keeps      bool // revoked rows in the list
	twiceGone  bool // it calls a revoked one gone
	withoutIDs bool // it lacks the route by id
	include    bool // the run revokes its own token too
	first      int  // rows of the first listing
	faults     [4]fault
	rows       [4]row

	passes, deletes int
	results         map[string][]bulk.Result
}

// smallWorlds have the own token in the list, without its jti or not at all, tokens with
// and without a jti, and one that appears after the first listing.
func smallWorlds(yield func(world) bool) {
	for kind := range 1 << 4 {
		for own := range 3 {
			for names := range 1 << 3 {
				w := world{keeps: kind&1 != 0, twiceGone: kind&2 != 0, withoutIDs: kind&4 != 0, include: kind&8 != 0, first: 3}
				w.rows[0] = row{id: "id-own", jti: "own", listed: "own", own: true}
				switch own {
				case 1:
					w.rows[0].listed = ""
				case 2:
					w.rows[0].id, w.rows[0].listed = "", ""
				}
				for i := 1; i < len(w.rows); i++ {
					w.rows[i] = row{id: fmt.Sprint("id-", i), jti: fmt.Sprint("jti-", i), listed: fmt.Sprint("jti-", i)}
					if names&(1<<(i-1)) != 0 {
						w.rows[i].jti, w.rows[i].listed = "", ""
					}
				}
				if !yield(w) {
					return
				}
			}
		}
	}
}

// placements are all of up to two faults.
func placements(yield func([4]fault) bool) {
	for one := range 4 * int(lastFault) {
		for other := range 4 * int(lastFault) {
			var placed [4]fault
			placed[one/int(lastFault)] = fault(one % int(lastFault))
			placed[other/int(lastFault)] = fault(other % int(lastFault))
			if one <= other && !yield(placed) {
				return
			}
		}
	}
}

// play lets a run loose on the world, and returns what was not true.
func (w *world) play(ctx context.Context) (lies []string) {
	w.results = make(map[string][]bulk.Result)
	summary := bulk.All(ctx, w, bulk.Options{
		Kinds: kinds, Concurrency: 1, IncludeCurrent: w.include,
		Record: func(r bulk.Result) error {
			key := r.Target.ID
			if key == "" {
				key = r.Target.JTI
			}
			w.results[key] = append(w.results[key], r)
			return nil
		},
	})
	undone := len(summary.Whole) > 0
	for _, results := range w.results {
		undone = undone || results[0].Outcome >= bulk.Failed
	}
	for i, r := range w.rows {
		if i == w.first && w.passes == 1 {
			continue // it never appeared
		}
		lies = append(lies, w.judge(r, undone)...)
	}
	if w.deletes > 12 || w.passes > 10 {
		lies = append(lies, fmt.Sprintf("%d DELETEs, %d listings", w.deletes, w.passes))
	}
	return lies
}

// judge compares what the run says of one token with what is true.
func (w *world) judge(r row, undone bool) (lies []string) {
	say := func(format string, args ...any) {
		lies = append(lies, fmt.Sprintf("%+v: ", r)+fmt.Sprintf(format, args...))
	}
	key := r.id
	if key == "" {
		key = r.jti
	}
	results := w.results[key]
	if isUnlisted := r.own && r.id == ""; len(results) != 1 && !(isUnlisted && len(results) == 0) {
		say("%d results", len(results))
	}
	if r.own && !w.include && (r.ended && !r.lost || r.sent) {
		say("the run locked itself out")
	}
	// An entry without a jti that turns out to be its own comes last all the same.
	if r.own && r.ended && undone && !r.lost && (r.id == "" || r.listed == r.jti) {
		say("its own token was revoked though something was left")
	}
	if len(results) != 1 {
		return lies
	}
	switch outcome := results[0].Outcome; {
	case outcome == bulk.Revoked && r.works() && (r.jti != "" || w.showsJTI() && !undone):
		say("reported as revoked, and it works")
	case outcome == bulk.AlreadyGone && r.works():
		say("reported as gone, and it works")
	case outcome == bulk.Skipped && r.sent:
		say("reported as skipped, and a DELETE named it")
	case outcome == bulk.NotAttempted && r.ended && !r.lost && !w.twiceGone:
		say("reported as not attempted, and it was revoked")
	case outcome == bulk.Revoked && !r.ended:
		say("reported as revoked without any revocation")
	}
	return lies
}

func (w *world) showsJTI() bool {
	for i, r := range w.rows {
		if r.listed != "" && (i < w.first || w.passes > 1) {
			return true
		}
	}
	return false
}

func (w *world) String() string {
	return fmt.Sprintf("keeps %t, calls revoked ones gone %t, without ids %t, include %t, faults %v, rows %+v, %d listings",
		w.keeps, w.twiceGone, w.withoutIDs, w.include, w.faults, w.rows, w.passes)
}

func (w *world) Authorization(context.Context) (string, error) { return "own", nil }
func (w *world) Sent(authorization string) []bulk.Sent {
	return new(fake).Sent(authorization)
}
func (w *world) TookBefore(string) bool          { return false }
func (w *world) Check(bool, string) error        { return nil }
func (w *world) Ended(ctx context.Context) error { return ctx.Err() }
func (w *world) Hide(err error) error            { return err }

func (w *world) List(ctx context.Context, authorize bulk.Authorize, each func(bulk.Entry) bool) bulk.Answer {
	w.passes++
	if _, err := authorize(ctx); err != nil {
		return bulk.Answer{Err: err}
	}
	if w.rows[0].ended {
		return refused
	}
	for i, r := range w.rows {
		if r.id == "" || i >= w.first && w.passes == 1 || r.ended && !w.keeps {
			continue
		}
		key, named := paging.KeyOf(r.id, r.listed, nil)
		if !each(bulk.Entry{Token: &bulk.Token{ID: r.id, JTI: r.listed}, Key: key, Named: named}) {
			break
		}
	}
	return bulk.Answer{}
}

func (w *world) Delete(_ context.Context, _ bulk.Authorize, request bulk.Request) bulk.Answer {
	fault := none
	if w.deletes < len(w.faults) {
		fault = w.faults[w.deletes]
	}
	w.deletes++
	answer := w.answer(request, fault)
	answer.Authorization = request.Authorization
	return answer
}

func (w *world) answer(request bulk.Request, fault fault) bulk.Answer {
	failed := bulk.Answer{Err: errors.New("500"), Attempts: 1, Answered: true}
	var r *row
	for i := range w.rows {
		if request.ByJTI && w.rows[i].jti == request.Identifier || !request.ByJTI && !w.withoutIDs && w.rows[i].id == request.Identifier {
			r = &w.rows[i]
			r.sent = true
		}
	}
	switch {
	case w.rows[0].ended:
		return refused
	case fault == broken:
		return failed
	case fault == stray:
		failed.NotFound = true
		return failed
	case fault == revoked:
		w.rows[0].ended, w.rows[0].lost = true, true
		return refused
	case fault == gateway:
		failed.Forbidden = true
		return failed
	case fault == full:
		return bulk.Answer{Err: errors.New("full"), Limited: true, Forbidden: true}
	case fault == nothing:
		return silence
	case r == nil, r.ended && w.twiceGone:
		return gone
	}
	r.ended = true
	if fault == lost {
		r.lost = true
		return bulk.Answer{Err: errors.New("reset"), Attempts: 1, ReplyLost: true}
	}
	return bulk.Answer{Attempts: 1, Answered: true}
}
