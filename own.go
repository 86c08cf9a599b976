package tiledesk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

var (
	errKeptForLast   = errors.New("tiledesk: the client's own token was kept, because others were not revoked")
	errOwnWithoutJTI = errors.New("the client's own token shows no jti, so that no revocation ends it: only a new GLOBAL_SECRET on the server, or disabling the user, does")

	errNoJTIListed = invalidArgument("no entry of the list shows a jti, so that the client's own token cannot be told from the others: " +
		"name the tokens to revoke by their ids with RevokeEach, or use BasicAuth, under which all may be revoked")
)

// ownTokens are the tokens that the credentials have sent during a run. A run
// asks them for the authorization of each request before it looks at the target,
// so that credentials that change meanwhile cannot make it revoke itself.
type ownTokens struct {
	ask func(context.Context) (string, error)

	mu     sync.Mutex
	newest string              // the newest authorization
	took   string              // the newest that the server took
	turns  int                 // how often a token came
	tokens map[string]ownToken // all, by their jti in lower case; "" for those that show none
}

// ownToken is what a run knows of a token that it sent itself.
type ownToken struct {
	jti    string
	issued time.Time // zero when unknown
	turn   int       // the newest one in which it was sent
	listed bool
}

// foldJTI is what a jti is known by, since a server may write it in another case.
func foldJTI(jti string) string { return strings.ToLower(jti) }

// sentClaims are the claims of the tokens in an Authorization value, under
// whatever scheme. One that cannot be read stands there without claims. Basic
// authorization sends none.
func sentClaims(value string) (sent []*Claims) {
	if hasScheme(value, "Basic") {
		return nil
	}
	for _, between := range []string{"", "="} { // key=value, or a part that is padded
		for field := range strings.FieldsFuncSeq(value, func(c rune) bool {
			return strings.ContainsRune(between, c) || strings.ContainsRune(" \t\"',;:()<>[]{}", c)
		}) {
			claims, err := ParseClaims(field)
			if err == nil {
				sent = append(sent, claims)
			}
		}
	}
	if sent == nil && (hasScheme(value, "JWT") || redact.HasToken(value)) {
		sent = append(sent, new(Claims))
	}
	return sent
}

// authorization asks the credentials and remembers the tokens they gave.
func (o *ownTokens) authorization(ctx context.Context) (string, error) {
	value, err := o.ask(ctx)
	if err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if value == o.newest {
		return value, nil
	}
	o.newest = value
	sent := sentClaims(value)
	if len(sent) == 0 {
		return value, nil
	}
	o.turns++
	if o.tokens == nil {
		o.tokens = make(map[string]ownToken)
	}
	for _, claims := range sent {
		own := o.tokens[foldJTI(claims.JTI)]
		own.jti, own.turn = claims.JTI, o.turns
		if claims.IssuedAt != nil {
			own.issued = *claims.IssuedAt
		}
		o.tokens[foldJTI(claims.JTI)] = own
	}
	return value, nil
}

// accepted notes that the server took an authorization; "" means the newest.
func (o *ownTokens) accepted(authorization string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.took = cmp.Or(authorization, o.newest)
}

// tookBefore reports whether the server took an authorization that holds a token
// before; "" means the newest.
func (o *ownTokens) tookBefore(authorization string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	authorization = cmp.Or(authorization, o.newest)
	return o.turns > 0 && authorization != "" && o.took == authorization
}

// named finds the own token that an identifier names: by its jti, or by a whole token
// in the place of the jti, that has it inside.
func (o *ownTokens) named(id string) (key string, own ownToken) {
	if id == "" || len(o.tokens) == 0 {
		return "", own
	}
	if own, known := o.tokens[foldJTI(id)]; known || !redact.HasToken(id) {
		return foldJTI(id), own
	}
	for _, claims := range sentClaims(id) {
		if other := o.tokens[foldJTI(claims.JTI)]; claims.JTI != "" && other.turn > own.turn {
			key, own = foldJTI(claims.JTI), other
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

// unlisted are the own tokens whose jti no listing shows, in the order of their
// turns.
func (o *ownTokens) unlisted() (unlisted []ownToken) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, own := range o.tokens {
		if !own.listed {
			unlisted = append(unlisted, own)
		}
	}
	slices.SortFunc(unlisted, func(a, b ownToken) int { return cmp.Compare(a.turn, b.turn) })
	return unlisted
}

// has reports whether the job is, or may be, a token that the run itself uses: an
// entry without a jti may be one as long as the entry of any is not found. A target
// given by id alone cannot be recognized.
func (o *ownTokens) has(j job) bool {
	return o.turn(j) > 0 || j.nameless() && len(o.unlisted()) > 0
}

// turn is the order in which the own tokens are revoked: the one in use last.
// It is 0 for a token that is not known to be one.
// It is 0 for a token that is not known to be one. A server can put a jti into the id.
func (o *ownTokens) turn(j job) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, byJTI := o.named(j.target.JTI)
	_, byID := o.named(j.target.ID)
	return max(byJTI.turn, byID.turn)
}

// cannotTell is why nothing that was chosen may be revoked: the client's own token
// is somewhere among entries that do not show which one it is.
func (r *run) cannotTell(chosen []listedToken) error {
	couldBeOwn := func(t listedToken) bool { return t.id != "" }
	if r.jtis || len(r.own.unlisted()) == 0 || !slices.ContainsFunc(chosen, couldBeOwn) {
		return nil
	}
	return errNoJTIListed
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

// holdUnlisted adds the own tokens that no listing shows to those that are kept for
// the end. Match is asked with what their claims say.
func (r *run) holdUnlisted() {
	for _, own := range r.own.unlisted() {
		isHeld := slices.ContainsFunc(r.held, func(j job) bool { return foldJTI(j.target.JTI) == foldJTI(own.jti) })
		if isHeld || own.jti == "" {
			continue
		}
		token := &Token{JTI: own.jti, CreatedAt: own.issued}
		j := job{target: Target{JTI: own.jti}, token: token}
		if r.opts.Match != nil && !r.opts.Match(&Token{JTI: own.jti, CreatedAt: own.issued}) {
			r.record(j.result(Skipped, nil, 0))
			continue
		}
		r.held = append(r.held, j)
	}
}

// noteOwnWithoutJTI says that the client's own token cannot be ended, where that was
// asked for and no entry stands for it.
func (r *run) noteOwnWithoutJTI() {
	isHeld := slices.ContainsFunc(r.held, job.nameless)
	showsNone := func(own ownToken) bool { return own.jti == "" }
	if r.opts.IncludeCurrent && !isHeld && slices.ContainsFunc(r.own.unlisted(), showsNone) {
		r.note(errOwnWithoutJTI)
	}
}

// revokeOwn deals with the client's own tokens when everything before went well:
// else the caller could not try again. All are revoked under one authorization,
// so that its own can be the last; with unlisted also where no listing shows them.
func (r *run) revokeOwn(unlisted bool) {
	if !r.opts.IncludeCurrent || len(r.held) == 0 && !unlisted {
		return
	}
	authorization, refused := r.own.authorization(r.ctx) // which can be a new token
	if unlisted {
		r.holdUnlisted()
	}
	slices.SortStableFunc(r.held, func(a, b job) int { return cmp.Compare(r.own.turn(a), r.own.turn(b)) })
	for _, j := range r.held {
		req, err := j.request()
		req.authorization = authorization
		switch {
		case r.ctx.Err() != nil:
			r.notAttempted(j)
		case r.report.Failed > 0 || r.report.NotAttempted > 0 || len(r.report.whole) > 0 || len(r.gone) > 0:
			r.record(j.result(NotAttempted, errKeptForLast, 0))
		case err != nil || refused != nil:
			r.record(j.result(Failed, cmp.Or(err, refused), 0))
		default:
			r.revoke(j, req)
		}
	}
}
