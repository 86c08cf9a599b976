package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// stillElsewhere is what a revocation does not reach (measured, and read in the
// source of the server).
const stillElsewhere = "A revoked token can still open the server's WebSocket and exchange itself at signinWithCustomToken. " + whatEndsIt

// whyNotRecorded is why the list lacks a token that the server accepts: the first is
// read in the source of the server, the second inferred from a sibling module.
const whyNotRecorded = "Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too."

// leakQuestion is asked about the jti, the user, and the server with the account.
const leakQuestion = "Revoke the token %s of user %s at %s? This cannot be undone."

// leak is a leaked token on its way to be revoked.
type leak struct {
	*app
	token  func() string // a closure, so that no formatter prints it
	claims *tiledesk.Claims
	self   bool // the token revokes itself
	verify bool // it is tried before and after
}

// revokeLeaked is revoke --token-from.
func (c *revokeCommand) revokeLeaked(ctx context.Context, a *app) error {
	l, err := a.readLeak(ctx, string(c.TokenFrom))
	if err != nil {
		return err
	}
	l.verify = c.wanted()
	ask := !c.DryRun && !c.Yes
	if err := a.mustBeThere(ask, c.TokenFrom == "-" && !a.onTerminal.stdin); err != nil {
		return err
	}
	u := &undertaking{app: a, json: c.Format == inJSON, file: &reportFile{}}
	u.verified = "verified: the server accepted the token before and refuses it now"
	return l.withUndertaking(ctx, u, &c.proving, l.connect, c.DryRun, func(s *session) error {
		owner := either(l.claims.UserID, "unknown")
		if !ask {
			a.console.note("The token has the jti %s and is of user %s.", l.claims.JTI, owner)
		}
		if c.DryRun {
			u.report = new(tiledesk.RevokeReport)
			u.tell(&u.report.Planned, l.result(tiledesk.Planned, 0, nil))
			return nil
		}
		if ask {
			if err := a.confirm(ctx, leakQuestion, l.claims.JTI, owner, s.where()); err != nil {
				return err
			}
		}
		if c.wanted() {
			return l.revokeTried(ctx, s, u)
		}
		return l.revoke(ctx, s, u)
	})
}

func (a *app) readLeak(ctx context.Context, name string) (*leak, error) {
	token, err := a.readToken(ctx, "--token-from", name)
	if err != nil {
		return nil, err
	}
	return a.leakOf(name, token)
}

// leakOf refuses a token that no revocation can end or that was truncated.
func (a *app) leakOf(name, token string) (*leak, error) {
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		return nil, err
	}
	if !wellFormed(token) {
		return nil, usage("--token-from %s: this is not exactly one token: it was truncated, or a quote or a name stands beside it. The server would refuse it as it does a revoked one. Write the token there, whole and alone. Nothing was sent.", name)
	}
	if claims.JTI == "" {
		return nil, usage("This token has no jti, and the server looks for revoked tokens by their jti alone: no revocation ends it. It is of user %s. %s Nothing was sent.", either(claims.UserID, "(unknown)"), whatEndsIt)
	}
	if err := ident.CheckJTI(claims.JTI); err != nil {
		return nil, usage("The jti of this token %s. Find its entry with tiledesk-jwt list --all and revoke it with --id.", err)
	}
	return &leak{app: a, token: func() string { return token }, claims: claims}, nil
}

// wellFormed reports whether a token that could be read can be what the server
// signed. The claims alone do not tell: they are the middle part.
func wellFormed(token string) bool {
	token = strings.TrimRight(authz.Bare(token), "=")
	return redact.IsToken(token) && !strings.HasSuffix(token, ".") // an empty signature
}

// connect uses the credentials of the environment, or the leaked token itself where
// there are none.
func (l *leak) connect(ctx context.Context) (*session, error) {
	if l.hasCredentials() || l.flags.SignIn {
		s, err := l.app.connect(ctx)
		if err == nil {
			l.self = ident.SameJTI(s.jti, l.claims.JTI)
		}
		return s, err
	}
	return l.connectAsItself()
}

// connectAsItself lets the leaked token call.
func (l *leak) connectAsItself() (*session, error) {
	l.self = true
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(l.token()), l.options()...)
	if err != nil {
		return nil, err
	}
	return &session{Client: client, jti: l.claims.JTI, userID: l.claims.UserID, account: l.claims.UserID}, nil
}

// revokeTried tries the token before. Only a token that was accepted then can prove
// anything later.
func (l *leak) revokeTried(ctx context.Context, s *session, u *undertaking) error {
	u.unproved = true // as long as it is not known to be revoked, and to have been accepted
	before, err := s.JWT.Accepts(ctx, l.token())
	switch {
	case err != nil:
		l.console.complain("The token was not revoked, since it could not be tried before. Omit --verify to revoke it all the same.")
		u.report = new(tiledesk.RevokeReport)
		u.tell(&u.report.NotAttempted, l.result(tiledesk.NotAttempted, 0, err))
		return err
	case !before && l.self:
		return l.fail(u, tiledesk.Failed, 0, l.refused(s))
	case !before:
		l.console.complain("The token was not accepted even before: %s It is revoked all the same, but nothing is proved by that.", l.whyRefused(s))
	}
	if err := l.revoke(ctx, s, u); err != nil {
		return err
	}
	if !before {
		return nil
	}
	u.unproved = false
	u.witnesses = append(u.witnesses, s.witnessOf(l.claims.JTI, l.token))
	return nil
}

// revoke sends the revocation.
func (l *leak) revoke(ctx context.Context, s *session, u *undertaking) error {
	var resp *tiledesk.Response
	var err error
	if l.self {
		resp, err = s.SignOut(ctx)
	} else {
		resp, err = s.JWT.RevokeToken(ctx, l.token())
	}
	attempts := attemptsOf(resp, err)
	switch {
	case errors.Is(err, tiledesk.ErrNotFound) && !fromElsewhere(err):
		return l.fail(u, tiledesk.NotFound, attempts, l.notFound(s, err))
	case l.self && errors.Is(err, tiledesk.ErrUnauthorized) && !fromElsewhere(err):
		return l.fail(u, tiledesk.Failed, attempts, l.refused(s))
	case err != nil:
		return l.fail(u, tiledesk.Failed, attempts, err)
	}
	u.report = new(tiledesk.RevokeReport)
	if resp.StatusCode == http.StatusUnauthorized { // of a token that the server accepted before
		u.tell(&u.report.AlreadyGone, l.result(tiledesk.AlreadyGone, attempts, nil))
		return nil
	}
	u.tell(&u.report.Revoked, l.result(tiledesk.Revoked, attempts, nil))
	if !l.verify && !u.json {
		l.console.note("Whether the server refuses the token now was not tried: --verify does.")
	}
	return nil
}

// fail takes in why the token is not known to be revoked.
func (l *leak) fail(u *undertaking, outcome tiledesk.Outcome, attempts int, err error) error {
	u.report = &tiledesk.RevokeReport{Failed: 1}
	if outcome == tiledesk.NotFound {
		u.report = &tiledesk.RevokeReport{NotFound: 1}
	}
	u.results = append(u.results, resultLineOf(l.result(outcome, attempts, err)))
	return err
}

func (l *leak) result(outcome tiledesk.Outcome, attempts int, err error) tiledesk.RevokeResult {
	return tiledesk.RevokeResult{Target: tiledesk.Target{JTI: l.claims.JTI}, Outcome: outcome, Err: err, Attempts: attempts}
}

// attemptsOf is how often a request was sent, as far as its answer tells.
func attemptsOf(resp *tiledesk.Response, err error) int {
	var answered *tiledesk.APIError
	switch {
	case resp != nil:
		return resp.Attempts
	case errors.As(err, &answered):
		return answered.Attempts
	}
	return 1
}

// refused says what is known of a token that the server refuses: that it does, and
// not that it is revoked.
func (l *leak) refused(s *session) error {
	return undone("refused: %s: the server refuses this token, so it cannot revoke itself, and that proves nothing: %s To find out, run the same command with TILEDESK_EMAIL and the password of user %s: then its entry is looked for by the jti alone.",
		l.claims.JTI, l.whyRefused(s), either(l.claims.UserID, "unknown"))
}

// whyRefused is what the refusal of a token can mean. The server gives no reason.
func (l *leak) whyRefused(s *session) string {
	text := "it may be revoked already, it may have been truncated, or it may be of another server than " + s.BaseURL()
	if end := l.claims.ExpiresAt; end != nil {
		text += ", or it has expired: it says " + clock(*end)
	}
	return text + "."
}

// notFound says whose list the token would have to be in.
func (l *leak) notFound(s *session, err error) error {
	said := withoutPrefix(err)
	owner := either(l.claims.UserID, "unknown")
	switch {
	case l.self:
		return undone("The server accepts this token, of user %s, and has no entry for it, so no revocation ends it. %s %s (%s)", owner, whyNotRecorded, whatEndsIt, said)
	case s.userID != "" && s.userID == l.claims.UserID:
		return undone("The list of your account, user %s, has no entry for this token, so no revocation ends it. %s %s (%s)", owner, whyNotRecorded, whatEndsIt, said)
	}
	if s.userID == "" || l.claims.UserID == "" {
		return undone("The list of %s has no entry for this token, which is of user %s. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. %s %s (%s)", either(s.account, "your account"), owner, whyNotRecorded, whatEndsIt, said)
	}
	return undone("Your list has no entry for this token: it belongs to user %s, and nobody can revoke the tokens of another account. Run the same command without credentials, then the token revokes itself, or with those of that user. (%s)", owner, said)
}

// hasCredentials reports whether the environment names any.
func (a *app) hasCredentials() bool {
	for _, name := range []string{"TILEDESK_TOKEN", "TILEDESK_TOKEN_FILE", "TILEDESK_EMAIL"} {
		if a.getenv(name) != "" {
			return true
		}
	}
	return false
}
