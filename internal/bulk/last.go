package bulk

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

var (
	errKeptForLast   = errors.New("tiledesk: the client's own token was kept, because others were not revoked")
	errOwnWithoutJTI = errors.New("the client's own token shows no jti, so that no revocation ends it: only a new GLOBAL_SECRET on the server, or disabling the user, does")
)

// ErrOwnUnknown is why a run revokes nothing where it could revoke its own token.
var ErrOwnUnknown = errors.New("no entry of the list shows a jti, so that the client's own token cannot be told from the others")

// cannotTell is why nothing that was chosen may be revoked: the client's own token
// is somewhere among entries that do not show which one it is.
func (r *run) cannotTell(chosen []listedToken) error {
	couldBeOwn := func(t listedToken) bool { return t.id != "" }
	if r.jtis || len(r.own.unlisted()) == 0 || !slices.ContainsFunc(chosen, couldBeOwn) {
		return nil
	}
	return fmt.Errorf("tiledesk: %w: %w: name the tokens to revoke by their ids with RevokeEach, or use BasicAuth, under which all may be revoked",
		r.options.Kinds.InvalidArgument, ErrOwnUnknown)
}

// hold keeps a token of the run itself for the end.
func (r *run) hold(j job) {
	if !r.options.IncludeCurrent {
		r.record(j.result(Skipped, nil, 0))
		return
	}
	r.mu.Lock()
	r.held = append(r.held, j)
	r.mu.Unlock()
}

// holdUnlisted adds the own tokens that no listing shows to those that are kept for
// the end. Match is asked with what their claims say.
func (r *run) holdUnlisted() {
	for _, own := range r.own.unlisted() {
		isHeld := slices.ContainsFunc(r.held, func(j job) bool { return ident.SameJTI(own.JTI, j.target.JTI) })
		if isHeld || own.JTI == "" {
			continue
		}
		j := job{target: Target{JTI: own.JTI}, token: &Token{JTI: own.JTI, CreatedAt: own.IssuedAt}}
		if r.ctx.Err() == nil && !r.matches(&Token{JTI: own.JTI, CreatedAt: own.IssuedAt}) && r.halted == nil {
			r.record(j.result(Skipped, nil, 0))
			continue
		}
		r.held = append(r.held, j)
	}
}

// revokeOwn deals with the client's own tokens when everything before went well:
// else the caller could not try again. All are revoked under one authorization,
// so that its own can be the last; with unlisted also where no listing shows them.
func (r *run) revokeOwn(unlisted bool) {
	if !r.options.IncludeCurrent || len(r.held) == 0 && !unlisted {
		return
	}
	authorization, refused := r.own.authorization(r.ctx) // which can be a new token
	if unlisted {
		r.holdUnlisted()
	}
	slices.SortStableFunc(r.held, func(a, b job) int { return cmp.Compare(r.own.turn(a), r.own.turn(b)) })
	for _, j := range r.held {
		req := j.request()
		req.Authorization, req.Final = authorization, true
		err := r.check(j, req)
		switch {
		case r.ctx.Err() != nil:
			r.notAttempted(j)
		case r.undone || len(r.summary.Whole) > 0 || len(r.gone) > 0:
			r.record(j.result(NotAttempted, errKeptForLast, 0))
		case err != nil || refused != nil:
			r.record(j.result(Failed, cmp.Or(err, refused), 0))
		default:
			r.revoke(j, req)
		}
	}
}

// noteOwnWithoutJTI says that the client's own token cannot be ended, where that was
// asked for and no entry stands for it.
func (r *run) noteOwnWithoutJTI() {
	isHeld := slices.ContainsFunc(r.held, job.nameless)
	showsNone := func(own ownToken) bool { return own.JTI == "" }
	if r.options.IncludeCurrent && !isHeld && slices.ContainsFunc(r.own.unlisted(), showsNone) {
		r.note(errOwnWithoutJTI)
	}
}
