package bulk

import (
	"fmt"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// maxPasses is how many listings a run makes at most.
const maxPasses = 10

// listedToken is a listed token in as little memory as it takes, since a run
// over a hundred thousand holds them all.
type listedToken struct {
	id, jti          string // share one allocation
	created, updated int64  // microseconds since 1970
}

func compact(token *Token) listedToken {
	both := token.ID + token.JTI // a copy, so that the page can be freed
	return listedToken{
		id:      both[:len(token.ID)],
		jti:     both[len(token.ID):],
		created: token.CreatedAt.UnixMicro(), // that of the zero time is the zero time again
		updated: token.UpdatedAt.UnixMicro(),
	}
}

func (t listedToken) job() job {
	created, updated := time.UnixMicro(t.created).UTC(), time.UnixMicro(t.updated).UTC()
	return job{
		target: Target{JTI: t.jti, ID: t.id},
		token:  &Token{ID: t.id, JTI: t.jti, CreatedAt: created, UpdatedAt: updated},
		listed: true,
	}
}

// seenTokens is what a run knows of the tokens that it has listed.
type seenTokens map[paging.Key]seenRow

type seenRow struct {
	alike   int32 // how many there are, which is more than one only where they name no token
	pass    uint8 // the newest listing that showed it
	revoked bool  // by this run
}

// see notes that a listing shows a row for the nth time, and reports whether it is
// new.
func (r *run) see(key paging.Key, nth int32) bool {
	row := r.seen[key]
	if row.revoked && int(row.pass) < r.summary.Passes {
		r.revokedShown++
	}
	isNew := nth > row.alike
	row.alike, row.pass = max(row.alike, nth), uint8(r.summary.Passes)
	r.seen[key] = row
	return isNew
}

// passes lists and revokes until a listing brings nothing new. One that may be
// incomplete is made again even then, once. It reports whether the last listing was
// complete and left nothing to do.
func (r *run) passes() (complete bool) {
	r.seen = make(seenTokens)
	for quiet := false; ; {
		chosen, anyNew, answer := r.list()
		r.summary.Incomplete = answer.Err != nil || r.halted != nil
		if why := r.cannotTell(chosen); why != nil {
			r.stop(why)
		}
		r.ask(chosen, answer)
		r.work(func(give func(job)) {
			for _, token := range chosen {
				give(token.job())
			}
		})
		again := anyNew || answer.Incomplete && !quiet
		quiet = answer.Incomplete && !anyNew
		switch {
		case r.stopReason() != nil:
			r.noteStop()
			return false
		case answer.Err != nil && !answer.Incomplete:
			r.note(answer.Err)
			return false
		case again && r.summary.Passes < maxPasses:
			continue
		case anyNew:
			r.summary.Incomplete = true
			r.note(fmt.Errorf("tiledesk: %w: the last of %d listings still brought some; someone signs in faster than they are revoked, "+
				"or the server lists only a part of them at a time", r.options.Kinds.TokensKeepAppearing, maxPasses))
		}
		if answer.Incomplete {
			r.note(answer.Err)
		}
		return !answer.Incomplete && !anyNew
	}
}

// ask lets the caller decide whether what the first listing brought is revoked. Where
// that listing failed there is nothing to decide on.
func (r *run) ask(chosen []listedToken, answer Answer) {
	failed := answer.Err != nil && !answer.Incomplete
	switch {
	case r.options.Confirm == nil, r.options.DryRun, r.summary.Passes > 1, r.stopReason() != nil:
		return
	case failed:
		r.stop(answer.Err)
		return
	}
	var planned []*Token
	for _, token := range chosen {
		j := token.job()
		if r.check(j, j.request()) == nil && (r.options.IncludeCurrent || !r.own.has(j)) {
			planned = append(planned, j.result(Planned, nil, 0).Token)
		}
	}
	if err := r.options.Confirm(planned, answer.Incomplete); err != nil {
		r.halt(err)
	}
}

// list makes one listing and returns the tokens in it that are new and chosen;
// new ones that are not chosen are counted as skipped. Even with an error it
// returns what came. It has an end even where the history has none.
func (r *run) list() (chosen []listedToken, anyNew bool, answer Answer) {
	r.summary.Passes++
	r.revokedShown = 0
	alike := make(map[paging.Key]int32) // entries without any identifier
	answer = r.api.List(r.ctx, r.own.authorization, func(entry Entry) bool {
		r.own.accepted("")
		r.jtis = r.jtis || entry.Token.JTI != ""
		r.own.saw(entry.Token.JTI)
		nth := int32(1)
		if !entry.Named {
			alike[entry.Key]++
			nth = alike[entry.Key]
		}
		if !r.see(entry.Key, nth) {
			return true
		}
		anyNew = true
		listed := compact(entry.Token)
		if r.matches(entry.Token) {
			chosen = append(chosen, listed)
		} else if r.halted == nil {
			r.record(listed.job().result(Skipped, nil, 0))
		} else {
			r.notAttempted(listed.job())
		}
		return r.halted == nil
	})
	switch {
	case answer.Err == nil && r.halted == nil:
		r.own.accepted("")
	case answer.Forbidden:
		r.stop(r.named(answer, answer.Err, ""))
	}
	return chosen, anyNew, answer
}

// matches asks whether a token is chosen.
func (r *run) matches(token *Token) bool {
	if r.options.Match == nil {
		return true
	}
	chosen, err := r.options.Match(token)
	if err != nil {
		r.halt(err)
	}
	return chosen && err == nil
}
