package tiledesk

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// listedToken is a listed token in as little memory as it takes, since a run
// over a hundred thousand holds them all.
type listedToken struct {
	id, jti          string // share one allocation
	created, updated int64  // microseconds since 1970
}

const unknownTime = math.MinInt64

func compact(token *Token) listedToken {
	both := token.ID + token.JTI // a copy, so that the page can be freed
	return listedToken{
		id:      both[:len(token.ID)],
		jti:     both[len(token.ID):],
		created: microseconds(token.CreatedAt),
		updated: microseconds(token.UpdatedAt),
	}
}

func (t listedToken) job() job {
	return job{
		target: Target{JTI: t.jti, ID: t.id},
		token:  &Token{ID: t.id, JTI: t.jti, CreatedAt: timeAt(t.created), UpdatedAt: timeAt(t.updated)},
		listed: true,
	}
}

func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return unknownTime
	}
	return t.UnixMicro()
}

func timeAt(us int64) time.Time {
	if us == unknownTime {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// seenTokens is what a run knows of the tokens that it has listed.
type seenTokens map[paging.Key]seenRow

type seenRow struct {
	alike   int32 // how many there are, which is more than one only where they name no token
	pass    uint8 // the newest listing that showed it
	revoked bool  // by this run
}

// key is that of a listed job that shows an identifier.
func (j job) key() paging.Key {
	key, _ := paging.KeyOf(j.target.ID, j.target.JTI, nil)
	return key
}

// see notes that a listing shows a row for the nth time, and reports whether it is
// new.
func (r *run) see(seen seenTokens, key paging.Key, nth int32) bool {
	row := seen[key]
	if row.revoked && int(row.pass) < r.report.Passes {
		r.revokedShown++
	}
	isNew := nth > row.alike
	row.alike, row.pass = max(row.alike, nth), uint8(r.report.Passes)
	seen[key] = row
	return isNew
}

// passes lists and revokes until a listing brings nothing new. One that may be
// incomplete is made again even then, once. It reports whether the last listing was
// complete and left nothing to do.
func (r *run) passes() (complete bool) {
	r.seen = make(seenTokens)
	for quiet := false; ; {
		chosen, anyNew, err := r.list(r.seen)
		r.report.Incomplete = err != nil
		if why := r.cannotTell(chosen); why != nil {
			r.stop(why)
		}
		r.work(func(give func(job)) {
			for _, token := range chosen {
				give(token.job())
			}
		})
		incomplete := errors.Is(err, ErrIncompleteHistory)
		again := anyNew || incomplete && !quiet
		quiet = incomplete && !anyNew
		switch {
		case r.stopReason() != nil:
			r.noteStop()
			return false
		case err != nil && !incomplete:
			r.note(err)
			return false
		case again && r.report.Passes < maxPasses:
			continue
		case anyNew:
			r.report.Incomplete = true
			r.note(errKeepAppearing)
		}
		if incomplete {
			r.note(err)
		}
		return !incomplete && !anyNew
	}
}

// list makes one listing and returns the tokens in it that are new and chosen;
// new ones that are not chosen are counted as skipped. Even with an error it
// returns what came. It has an end even where the history has none.
func (r *run) list(seen seenTokens) (chosen []listedToken, anyNew bool, err error) {
	r.report.Passes++
	r.revokedShown = 0
	service := &JWTService{client: &Client{settings: r.client.settings, authorization: r.own.authorization, accepted: r.client.accepted}}
	alike := make(map[paging.Key]int32) // entries without any identifier
	for entry, err := range service.entries(r.ctx, nil) {
		if err != nil {
			if v := verdictOf(err); v.forbidden {
				r.stop(r.named(v, err, ""))
			}
			return chosen, anyNew, err
		}
		token := entry.token
		r.own.accepted("")
		r.jtis = r.jtis || token.JTI != ""
		r.own.saw(token.JTI)
		nth := int32(1)
		if !entry.named {
			alike[entry.key]++
			nth = alike[entry.key]
		}
		if !r.see(seen, entry.key, nth) {
			continue
		}
		anyNew = true
		listed := compact(token)
		if r.opts.Match != nil && !r.opts.Match(token) {
			r.record(listed.job().result(Skipped, nil, 0))
			continue
		}
		chosen = append(chosen, listed)
	}
	r.own.accepted("")
	return chosen, anyNew, nil
}

var (
	errStillListed = fmt.Errorf("tiledesk: %w: the server says that the token is not there, and lists it still: treat it as still valid", ErrUnexpectedResponse)
	errUnconfirmed = fmt.Errorf("tiledesk: %w: the server says that the token is not there, and no complete listing has confirmed it: treat it as still valid", ErrUnexpectedResponse)
)

// goneJob is a listed token of which the server said, on every route, that it is
// not there. No result may change once it was handed over, so that it waits for a
// listing that confirms it.
type goneJob struct {
	job
	attempts int
	pass     int // the newest listing before
}

// await keeps a job until a listing confirms that it is gone.
func (r *run) await(j job, attempts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = append(r.gone, goneJob{job: j, attempts: attempts, pass: r.report.Passes})
}

// confirm records the tokens that the server calls gone, by what the last listing
// showed; complete reports whether that one is to be trusted. A server that still
// lists them contradicts itself, unless it lists as well all that this very run has
// revoked: then it keeps such rows.
func (r *run) confirm(complete bool) {
	stillListed := 0
	keepsRevoked := r.ended > 0 && r.revokedShown == r.ended
	for _, g := range r.gone {
		listedAgain := int(r.seen[g.key()].pass) > g.pass
		switch {
		case listedAgain && !keepsRevoked:
			stillListed++
			r.record(g.result(Failed, errStillListed, g.attempts))
		case listedAgain, complete && r.report.Passes > g.pass:
			r.record(g.result(AlreadyGone, nil, g.attempts))
		case r.stopReason() != nil:
			r.record(g.result(NotAttempted, errUnconfirmed, g.attempts))
		default:
			r.record(g.result(Failed, errUnconfirmed, g.attempts))
		}
	}
	r.gone = nil
	if stillListed > 0 {
		r.note(fmt.Errorf("tiledesk: %w: the server contradicts itself: it says of %d tokens that they are not there, and lists them still; "+
			"treat them as still valid and ask its administrator (where it keeps revoked tokens in the list, they may have been revoked before this run)",
			ErrUnexpectedResponse, stillListed))
	}
}

// noteWithoutJTI says that entries without a jti were called revoked before an
// entry that shows one appeared.
func (r *run) noteWithoutJTI() {
	if r.jtis && r.report.WithoutJTI > 0 {
		r.note(fmt.Errorf("tiledesk: %w: %d tokens whose entries show no jti were called revoked before an entry with a jti appeared: "+
			"the server still accepts them; only a new GLOBAL_SECRET on the server, or disabling the user, ends them",
			ErrUnexpectedResponse, r.report.WithoutJTI))
	}
}
