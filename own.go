package tiledesk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

var errKeptForLast = errors.New("tiledesk: the client's own token was kept, because others are left undone")

// ownTokens are the tokens that the credentials have sent during a run. A run
// asks them for the authorization of each request before it looks at the target,
// so that credentials that change meanwhile cannot make it revoke itself.
type ownTokens struct {
	ask func(context.Context) (string, error)

	mu     sync.Mutex
	newest string         // the newest authorization
	turns  int            // how often it changed
	jtis   map[string]int // of all, with their newest turn; "" for those that show none
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
	o.turns++
	if o.jtis == nil {
		o.jtis = make(map[string]int)
	}
	jti := ""
	if claims, err := ParseClaims(value); err == nil {
		jti = claims.JTI
	}
	o.jtis[jti] = o.turns
	return value, nil
}

// has reports whether the job is, or may be, a token that the run itself uses. A
// target given by id alone cannot be recognised.
func (o *ownTokens) has(j job) bool {
	return o.turn(j) > 0 && (j.target.JTI != "" || j.token != nil)
}

// turn is the order in which the own tokens are revoked: the one in use last.
func (o *ownTokens) turn(j job) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.jtis[j.target.JTI]
}

// hold keeps a token of the run itself for the end.
func (r *run) hold(j job) {
	if !r.opts.IncludeCurrent {
		r.record(j.result(Skipped, nil, 0))
		return
	}
	r.mu.Lock()
	r.held = append(r.held, j)
	r.mu.Unlock()
}

// revokeOwn deals with the client's own tokens when everything before went well:
// else the caller could not try again. All are revoked under one authorization,
// so that its own can be the last.
func (r *run) revokeOwn() {
	if len(r.held) == 0 {
		return
	}
	authorization, refused := r.own.authorization(r.ctx)
	slices.SortStableFunc(r.held, func(a, b job) int { return cmp.Compare(r.own.turn(a), r.own.turn(b)) })
	for _, j := range r.held {
		req, err := j.request()
		req.authorization = authorization
		switch {
		case r.ctx.Err() != nil:
			r.notAttempted(j)
		case r.report.Failed > 0 || r.report.NotAttempted > 0 || len(r.report.whole) > 0:
			r.record(j.result(NotAttempted, errKeptForLast, 0))
		case err != nil || refused != nil:
			r.record(j.result(Failed, cmp.Or(err, refused), 0))
		default:
			r.revoke(j, req)
		}
	}
}
