package tiledesk

import (
	"context"
	"sync"
)

// ownTokens are the tokens that the credentials have sent during a run. A run
// asks them for the authorization of each request before it looks at the target,
// so that credentials that change meanwhile cannot make it revoke itself.
type ownTokens struct {
	ask func(context.Context) (string, error)

	mu      sync.Mutex
	newest  string         // the newest authorization
	jtis    map[string]int // of all, with the order in which they came
	unnamed bool           // one of them showed no jti
}

// authorization asks the credentials and remembers the token they gave.
func (o *ownTokens) authorization(ctx context.Context) (string, error) {
	value, err := o.ask(ctx)
	if err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if value == o.newest || !hasScheme(value, "JWT") {
		return value, nil
	}
	o.newest = value
	claims, err := ParseClaims(value)
	if err != nil || claims.JTI == "" {
		o.unnamed = true
		return value, nil
	}
	if o.jtis == nil {
		o.jtis = make(map[string]int)
	}
	o.jtis[claims.JTI] = len(o.jtis) + 1
	return value, nil
}

// has reports whether the job is, or may be, a token that the run itself uses.
func (o *ownTokens) has(j job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if j.target.JTI == "" {
		return j.token != nil && o.unnamed
	}
	return o.jtis[j.target.JTI] > 0
}

// turn is the order in which the own tokens are revoked: the one in use last.
func (o *ownTokens) turn(j job) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.jtis[j.target.JTI]
}
