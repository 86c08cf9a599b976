package tiledesk

import (
	"errors"
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

// seenTokens are the tokens that a run has dealt with: how many of each key, which
// is more than one only where entries that name no token are alike.
type seenTokens map[paging.Key]int32

// isNew reports whether the key comes for the first time as the nth of a listing.
func (s seenTokens) isNew(key paging.Key, nth int32) bool {
	if nth <= s[key] {
		return false
	}
	s[key] = nth
	return true
}

// passes lists and revokes until a listing brings nothing new. One that may be
// incomplete is made again even then, once.
func (r *run) passes() {
	seen := make(seenTokens)
	for quiet := false; ; {
		chosen, anyNew, err := r.list(seen)
		r.report.Incomplete = err != nil
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
			return
		case err != nil && !incomplete:
			r.note(err)
			return
		case again && r.report.Passes < maxPasses:
			continue
		case anyNew:
			r.report.Incomplete = true
			r.note(errKeepAppearing)
		}
		if incomplete {
			r.note(err)
		}
		return
	}
}

// list makes one listing and returns the tokens in it that are new and chosen;
// new ones that are not chosen are counted as skipped. Even with an error it
// returns what came. It has an end even where the history has none.
func (r *run) list(seen seenTokens) (chosen []listedToken, anyNew bool, err error) {
	r.report.Passes++
	service := &JWTService{client: &Client{settings: r.client.settings, authorization: r.own.authorization, accepted: r.client.accepted}}
	alike := make(map[paging.Key]int32) // entries without any identifier
	for entry, err := range service.entries(r.ctx, nil) {
		if err != nil {
			if r.forbids(err) {
				r.cancel()
			}
			return chosen, anyNew, err
		}
		nth := int32(1)
		if !entry.named {
			alike[entry.key]++
			nth = alike[entry.key]
		}
		if !seen.isNew(entry.key, nth) {
			continue
		}
		anyNew = true
		listed := compact(entry.token)
		if r.opts.Match != nil && !r.opts.Match(entry.token) {
			r.record(listed.job().result(Skipped, nil, 0))
			continue
		}
		chosen = append(chosen, listed)
	}
	return chosen, anyNew, nil
}
