package bulk

import (
	"cmp"
	"context"
	"sync"

	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// ownTokens are the tokens that the credentials have sent during a run. A run
// asks them for the authorization of each request before it looks at the target,
// so that credentials that change meanwhile cannot make it revoke itself.
type ownTokens struct {
	api API

	mu     sync.Mutex
	newest string              // the newest authorization
	took   string              // the newest that the server accepted
	turns  int                 // how often a token came
	tokens map[string]ownToken // all, by their jti in lower case; "" for those that show none
}

// ownToken is what a run knows of a token that it sent itself.
type ownToken struct {
	Sent
	turn   int // the newest one in which it was sent
	listed bool
}

// authorization asks the credentials and remembers the tokens they gave.
func (o *ownTokens) authorization(ctx context.Context) (string, error) {
	value, err := o.api.Authorization(ctx)
	if err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if value == o.newest {
		return value, nil
	}
	o.newest = value
	sent := o.api.Sent(value)
	if len(sent) == 0 {
		return value, nil
	}
	o.turns++
	if o.tokens == nil {
		o.tokens = make(map[string]ownToken)
	}
	for _, s := range sent {
		own := o.tokens[ident.FoldJTI(s.JTI)]
		own.turn, own.JTI = o.turns, s.JTI
		if !s.IssuedAt.IsZero() {
			own.IssuedAt = s.IssuedAt
		}
		o.tokens[ident.FoldJTI(s.JTI)] = own
	}
	return value, nil
}

// accepted notes that the server accepted an authorization; "" means the newest.
func (o *ownTokens) accepted(authorization string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.took = cmp.Or(authorization, o.newest)
}

// tookBefore reports whether the server accepted an authorization that holds a token
// before, in this run or before it; "" means the newest.
func (o *ownTokens) tookBefore(authorization string) bool {
	o.mu.Lock()
	newest, took, turns := o.newest, o.took, o.turns
	o.mu.Unlock()
	asked := cmp.Or(authorization, newest)
	if turns > 0 && asked != "" && took == asked {
		return true
	}
	return len(o.api.Sent(authorization)) > 0 && o.api.TookBefore(authorization)
}

// named finds the own token that an identifier names: by its jti, or by a whole token
// in the place of the jti, that has it inside.
func (o *ownTokens) named(id string) (key string, own ownToken) {
	if id == "" || len(o.tokens) == 0 {
		return "", own
	}
	if own, known := o.tokens[ident.FoldJTI(id)]; known || !redact.HasToken(id) {
		return ident.FoldJTI(id), own
	}
	for _, s := range o.api.Sent(id) {
		if other := o.tokens[ident.FoldJTI(s.JTI)]; s.JTI != "" && other.turn > own.turn {
			key, own = ident.FoldJTI(s.JTI), other
		}
	}
	return key, own
}

// saw notes that a listing shows a jti.
func (o *ownTokens) saw(jti string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if key, own := o.named(jti); own.turn > 0 {
		own.listed = true
		o.tokens[key] = own
	}
}

// unlisted are the own tokens whose jti no listing shows, in any order.
func (o *ownTokens) unlisted() (unlisted []ownToken) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, own := range o.tokens {
		if !own.listed {
			unlisted = append(unlisted, own)
		}
	}
	return unlisted
}

// has reports whether the job is, or may be, a token that the run itself uses: an
// entry without a jti may be one as long as the entry of any is not found. A target
// given by id alone cannot be recognized.
func (o *ownTokens) has(j job) bool {
	return o.turn(j) > 0 || j.nameless() && len(o.unlisted()) > 0
}

// turn is the order in which the own tokens are revoked: the one in use last.
// It is 0 for a token that is not known to be one. A server can put a jti into the id.
func (o *ownTokens) turn(j job) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, byJTI := o.named(j.target.JTI)
	_, byID := o.named(j.target.ID)
	return max(byJTI.turn, byID.turn)
}
