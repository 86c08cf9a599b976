package tiledesk

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// listedToken is a listed token in as little memory as it takes, since a run
// over a hundred thousand holds them all.
type listedToken struct {
	id, jti          string // share one allocation
	created, updated int64  // microseconds since 1970
}

// maxListed is the memory that the tokens of one listing may take: more than a
// million of them, and an end for a server that lists without one.
const maxListed = 256 << 20

var errEndlessListing = fmt.Errorf("tiledesk: %w: the history goes on after %d MiB of tokens; what was listed until then was dealt with", ErrResponseTooLarge, maxListed>>20)

// size is the memory that the token takes, what else a run knows of it included.
func (t listedToken) size() int { return 128 + len(t.id) + len(t.jti) }

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

// seenTokens is what a run knows of the tokens that it has listed, by half a hash
// of what tells them apart.
type seenTokens map[seenKey]seenRow

type seenKey [sha256.Size / 2]byte

type seenRow struct {
	pass    uint8 // the newest listing that showed it
	revoked bool  // by this run
}

func seenKeyOf(key string) seenKey {
	sum := sha256.Sum256([]byte(key))
	return seenKey(sum[:])
}

// seenKey is the key of a listed job that shows an identifier.
func (j job) seenKey() seenKey {
	key, _ := keyOf(&Token{ID: j.target.ID, JTI: j.target.JTI})
	return seenKeyOf(key)
}

// see notes that a listing shows a row, and reports whether it is new.
func (r *run) see(seen seenTokens, key string) bool {
	at := seenKeyOf(key)
	row, known := seen[at]
	r.showsRevoked = r.showsRevoked || row.revoked
	row.pass = uint8(r.report.Passes)
	seen[at] = row
	return !known
}

// passes lists and revokes until a listing brings nothing new. One that may be
// incomplete is made again even then, once. It reports whether the last listing was
// complete and left nothing to do.
func (r *run) passes() (complete bool) {
	r.seen = make(seenTokens)
	for quiet := false; ; {
		chosen, anyNew, err := r.list(r.seen)
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
	r.showsRevoked = false
	service := &JWTService{client: &Client{settings: r.client.settings, authorization: r.own.authorization}}
	alike := make(map[string]int) // entries without any identifier
	size := 0
	for token, err := range service.History(r.ctx, nil) {
		if err != nil {
			if v := verdictOf(err); v.forbidden {
				r.stop(r.named(v, err, ""))
			}
			return chosen, anyNew, err
		}
		r.own.accepted("")
		if token.JTI != "" {
			r.jtis = true
			r.own.saw(token.JTI)
		}
		key, identified := keyOf(token)
		if !identified {
			alike[key]++
			key += strconv.Itoa(alike[key])
		}
		if !r.see(seen, key) {
			continue
		}
		anyNew = true
		listed := compact(token)
		if size += listed.size(); size > r.room {
			return chosen, anyNew, errEndlessListing
		}
		if r.opts.Match != nil && !r.opts.Match(token) {
			r.record(listed.job().result(Skipped, nil, 0))
			continue
		}
		chosen = append(chosen, listed)
	}
	r.own.accepted("")
	return chosen, anyNew, nil
}
