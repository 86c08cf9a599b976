package main

import (
	"context"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// revokeIt ends the leaked token.
func (i *incident) revokeIt(ctx context.Context) error {
	if i.skips("revoke") {
		return nil
	}
	if i.code == exitNoHistory { // and so nothing can be revoked
		return nil
	}
	i.heading("Revoke it")
	goes, err := i.goesOn(ctx, false, leakQuestion, i.leak.claims.JTI, either(i.leak.claims.UserID, "unknown"), i.s.where())
	if err != nil || !goes {
		return err
	}
	if i.isOfAnother() && i.tookBefore() {
		return i.revokeByItself(ctx, "These credentials are of another user.")
	}
	err = i.leak.revoke(ctx, i.s, i.u)
	switch {
	case i.leak.self, !i.tookBefore(), err == nil:
	case i.u.report.NotFound > 0 && i.s.userID == "":
		i.record.took(i.u, err)
		return i.revokeByItself(ctx, "The list of "+either(i.s.account, "your account")+" has no entry for it: it may be of another account.")
	case isRefusal(err):
		i.record.took(i.u, err)
		return i.revokeByItself(ctx, "The server refuses these credentials.")
	}
	return i.settle(ctx, err)
}

func (i *incident) tookBefore() bool {
	return i.record.AcceptedBefore != nil && *i.record.AcceptedBefore
}

// revokeByItself lets the leaked token revoke itself, since nobody else can.
func (i *incident) revokeByItself(ctx context.Context, why string) error {
	i.app.console.complain("%s", why)
	goes, err := i.goesOn(ctx, false, "The token is of user %s. Let it revoke itself?", either(i.leak.claims.UserID, "unknown"))
	if err != nil || !goes {
		return err
	}
	if i.owner, err = i.leak.connectAsItself(); err != nil {
		return i.settle(ctx, err)
	}
	defer i.owner.CloseIdleConnections()
	return i.settle(ctx, i.leak.revoke(ctx, i.owner, i.u))
}

// settle takes in what the revocation ended with.
func (i *incident) settle(ctx context.Context, err error) error {
	i.record.took(i.u, err)
	if err == nil {
		return nil
	}
	if interrupted(ctx) {
		return errNotAnswered
	}
	i.code = worse(i.code, worse(exitUndone, codeOf(err)))
	i.app.console.complain("%s", explain(err))
	return nil
}

// isRevoked reports whether the server said that the token is revoked.
func (i *incident) isRevoked() bool {
	return i.u.report != nil && i.u.report.Revoked+i.u.report.AlreadyGone > 0
}

// proveIt tries the token again.
func (i *incident) proveIt(ctx context.Context) error {
	if !i.isRevoked() || i.skips("prove") {
		return nil
	}
	i.heading("Prove it")
	if !i.tookBefore() {
		i.code = worse(i.code, exitUndone)
		i.app.console.complain("The server did not accept the token before, as far as is known, so nothing is proved by trying it now.")
		return nil
	}
	goes, err := i.goesOn(ctx, true, "Try whether the server refuses it now?")
	if err != nil || !goes {
		return err
	}
	p := i.app.prove(ctx, []witness{i.s.witnessOf(i.leak.claims.JTI, i.leak.token)}, i.VerifyFor)
	p.good = "verified: the server accepted the token before and refuses it now"
	if p.verdict == accepted {
		p.cached = i.app.remembersCheck(ctx, i.s)
	}
	i.code = worse(i.code, i.app.tellProof(ctx, p, true, i.u.json))
	i.record.Cached = p.cached
	i.record.Verified, i.record.Enforced = p.known(), p.known()
	if p.cached != nil {
		i.record.Enforced = p.cached
	}
	if interrupted(ctx) {
		return errNotAnswered
	}
	return nil
}

// proveByOwn shows what the server does with revoked tokens by the token of --sign-in,
// where the leaked one did not.
func (i *incident) proveByOwn(ctx context.Context) {
	own := i.s.ownWitness()
	if i.record.Enforced != nil || i.skips("prove") || own == nil || interrupted(ctx) {
		return
	}
	p := i.app.prove(ctx, own, i.VerifyFor)
	p.good = "The server refuses revoked tokens: the one that this run had signed in for is refused now."
	_ = i.app.tellProof(ctx, p, false, i.u.json) // what was asked for is another proof
	i.record.Enforced = p.known()
	if p.verdict == accepted { // and then it is nothing that the revocation ends
		i.code = worse(i.code, exitUndone)
	}
}

// list shows what else is signed in.
func (i *incident) list(ctx context.Context) error {
	if i.skips("list") && !i.wantsRest() || i.code == exitNoHistory {
		return nil
	}
	i.heading("What else is signed in")
	switch {
	case i.isOfAnother():
		i.notReached("Not listed: that takes the credentials of user " + either(i.leak.claims.UserID, "unknown") + ". Begin again with those.")
		return nil
	case i.leak.self && !i.listed:
		i.notReached("Not listed: that takes the credentials of the account, or a token that the server accepts.")
		return nil
	case i.leak.self:
		i.showOthers()
		return nil
	}
	goes, err := i.goesOn(ctx, true, "List the tokens of %s?", either(i.s.account, "the account"))
	if err != nil || !goes {
		return err
	}
	if err := i.fetch(ctx); err != nil || !i.listed {
		return err
	}
	i.showOthers()
	return nil
}

// notReached says why, which is less than was asked for where the rest is to be revoked.
func (i *incident) notReached(why string) {
	if i.Rest && !i.skips("rest") {
		i.code = worse(i.code, exitUndone)
	}
	i.app.console.note("%s", why)
}

// fetch lists all tokens but the leaked one and the one in use.
func (i *incident) fetch(ctx context.Context) error {
	tokens, warning, err := i.app.listToPick(ctx, i.s, &reportFile{})
	switch {
	case interrupted(ctx):
		return errNotAnswered
	case err != nil:
		i.app.console.complain("The list could not be had. %s", explain(err))
		if !i.leak.self { // whose own revocation says the same
			i.code = worse(i.code, worse(exitUndone, codeOf(err)))
		}
		return nil
	}
	if warning != "" {
		i.app.console.warn("%s", warning)
	}
	i.listed = true
	for _, token := range tokens {
		if !ident.SameJTI(token.JTI, i.leak.claims.JTI) && !ident.SameJTI(token.JTI, i.s.jti) {
			i.others = append(i.others, token)
		}
	}
	i.record.list(i.others, warning != "")
	return nil
}

// showOthers shows the newest ones.
func (i *incident) showOthers() {
	if i.u.json {
		return
	}
	for _, token := range i.others[:min(len(i.others), maxShown)] {
		text := "  " + nameOf(token.Target())
		if i.app.console.width >= narrow {
			text += "  " + ago(token.CreatedAt, i.app.now())
		}
		i.app.console.print("%s", text)
	}
	if more := len(i.others) - maxShown; more > 0 {
		i.app.console.print("  and %d more", more)
	}
	text := "No other token is listed."
	if len(i.others) > 0 {
		text = sentence(count(len(i.others), "other token") + " listed. Some may be revoked already, where the server keeps those in its list")
	}
	i.app.console.say("%s %s", text, notListed)
}

// notListed is what no list shows (read in the source of the server).
const notListed = "Sign-ins with Google, OAuth2 or the super password are in no list, nor what signinWithCustomToken mints."

// wantsRest reports whether the others may be revoked: with --yes only on demand.
func (i *incident) wantsRest() bool { return !i.skips("rest") && (!i.Yes || i.Rest) }

// theRest is what would be revoked. It says "all" only where the list did.
func (i *incident) theRest() string {
	others := count(len(i.others), "other token")
	switch {
	case i.record.Others.Incomplete:
		return "the " + others + " that could be listed"
	case len(i.others) == 1:
		return "the " + others
	}
	return "all " + others
}

// leavesRest reports whether the others cannot be ended, or must not, and says why.
func (i *incident) leavesRest() bool {
	switch {
	case len(i.others) == 0:
		if i.record.Others != nil && i.record.Others.Incomplete {
			i.notReached("Nothing else could be listed, so nothing else was revoked. " + incompleteList)
		}
	case i.leak.self:
		i.notReached("To end those, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE of that account and run: tiledesk-jwt revoke-all --sign-in")
	case i.mayBeOfAnother() && !i.known:
		i.notReached("The other tokens were left alone: the list of " + either(i.s.account, "this account") + " did not show the leaked token, of user " + either(i.leak.claims.UserID, "unknown") + ", so this may be another account. With --sign-in that is known.")
	default:
		return false
	}
	return true
}

// revokeRest offers to end the others.
func (i *incident) revokeRest(ctx context.Context) error {
	if !i.wantsRest() || i.leavesRest() {
		return nil
	}
	i.heading("Revoke the rest")
	if i.s.basic {
		i.app.console.note("%s", basicIsSlow)
	}
	if text := i.app.howLong(len(i.others)); text != "" {
		i.app.console.note("%s", text)
	}
	goes, err := i.goesOn(ctx, false, "Revoke %s at %s, but the one in use? This cannot be undone.", i.theRest(), i.s.where())
	if err != nil || !goes {
		return err
	}
	rest := &undertaking{app: i.app, json: i.u.json, keeps: true, file: &reportFile{}, progress: i.app.newProgress(len(i.others))}
	rest.report = i.app.revokeAll(ctx, i.s, tiledesk.RevokeOptions{
		Match: func(token *tiledesk.Token) bool {
			matched := !ident.SameJTI(token.JTI, i.leak.claims.JTI)
			rest.progress.listed(matched && !ident.SameJTI(token.JTI, i.s.jti))
			return matched
		},
		OnResult: rest.did,
	})
	rest.finish()
	if !i.u.json {
		i.app.summarize(rest.report)
	}
	result := rest.result(i.s, false, nil)
	i.record.Rest, i.rest = &result, rest.report
	i.code = worse(i.code, rest.conclude(ctx, true))
	if interrupted(ctx) {
		return errNotAnswered
	}
	return nil
}
