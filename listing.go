package tiledesk

import (
	"crypto/sha256"
	"math"
	"time"
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

// seenTokens are the tokens that a run has dealt with, by half a hash of what
// tells them apart.
type seenTokens map[[sha256.Size / 2]byte]struct{}

// isNew reports whether the token comes for the first time.
func (s seenTokens) isNew(token *Token) bool {
	key, _ := keyOf(token)
	sum := sha256.Sum256([]byte(key))
	half := [sha256.Size / 2]byte(sum[:])
	if _, seen := s[half]; seen {
		return false
	}
	s[half] = struct{}{}
	return true
}

// list makes one listing and returns the tokens in it that are new and chosen;
// new ones that are not chosen are counted as skipped. Even with an error it
// returns what came.
func (r *run) list(seen seenTokens) (chosen []listedToken, anyNew bool, err error) {
	r.report.Passes++
	service := &JWTService{client: &Client{settings: r.client.settings, authorization: r.own.authorization}}
	for token, err := range service.History(r.ctx, nil) {
		if err != nil {
			r.stopOn(err)
			return chosen, anyNew, err
		}
		if !seen.isNew(token) {
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
	return chosen, anyNew, nil
}
