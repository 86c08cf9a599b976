package main

import (
	"fmt"
	"time"
)

// level says how much a finding matters.
type level int

const (
	fine level = iota
	worthKnowing
	problem
)

// finding is one line for people: what was found, and what to do about it.
type finding struct {
	level level
	name  string
	text  string
}

// reveal prints in words the findings that are known by now and were not printed
// yet; at the end all.
func (x *examination) reveal(end bool) {
	if x.asJSON {
		return
	}
	width := len("revoked tokens")
	for _, f := range x.words() {
		if x.told[f.name] || !end && !x.isKnown(f.name) {
			continue
		}
		x.told[f.name] = true
		style, text := green, f.text
		switch f.level {
		case worthKnowing:
			style = yellow
		case problem:
			style, text = red, "PROBLEM: "+f.text
		}
		x.console.columns(style, f.name, width, text)
	}
}

// isKnown reports whether a finding will not change any more. Of an empty list little
// can be said before it is known whether the server records anything.
func (x *examination) isKnown(name string) bool {
	switch name {
	case "list":
		return x.Envelope != nil
	case "pages":
		return x.paged && !x.empty
	case "sorting":
		return x.sorted && !x.empty
	case "recording":
		return x.Enforced != nil || x.ownListed != nil && *x.ownListed
	case "enforcement":
		return x.Enforced != nil || x.notRefusedYet()
	}
	return true
}

// words are the findings, those that are not known yet as well.
func (x *examination) words() []finding {
	list := []finding{{fine, "server", x.BaseURL}}
	if x.Authorization != nil && *x.Authorization == "refused" {
		return append(list, finding{problem, "credentials", "the server refuses them. Check " + x.who.source() + " and the base URL; a token may have been revoked, then sign in again."})
	}
	if x.HistoryModule != nil && !*x.HistoryModule {
		return append(list, finding{problem, "history", "this server runs without the history module, so that it can neither list nor revoke tokens. Have its administrator install @tiledesk-ent/tiledesk-server-jwthistory. " + whatEndsIt})
	}
	list = append(list,
		finding{fine, "credentials", "the server accepts them (" + x.who.source() + ")"},
		finding{fine, "history", "the history module is there"},
		x.recording(), x.enforcement(), x.list())
	if x.recordsNothing() { // nor is there anything to look at
		return list
	}
	list = append(list, x.pages(), x.order())
	if x.RevokedStay != nil {
		list = append(list, x.stay())
	}
	if x.SecondRevoke != nil {
		list = append(list, x.again())
	}
	return list
}

// source names where the credentials came from.
func (who account) source() string {
	if who.hasToken() {
		return "the token"
	}
	return "email and password"
}

// recording says whether the server notes sign-ins, without which there is nothing
// that could be revoked.
func (x *examination) recording() finding {
	const name = "recording"
	switch listed := x.ownListed; {
	case x.recordsNothing():
		return finding{problem, name, "NOTHING IS RECORDED: the server knows nothing of the token that was signed in for just now, so no revocation will ever end that one or any other. With JWT_HISTORY_ENABLED off, recording is very likely off too: have its administrator start it with JWT_HISTORY_ENABLED=true. " + whatEndsIt}
	case listed == nil && x.readOnly && x.base.jti == "":
		return finding{worthKnowing, name, "not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL and a password, and without --read-only: it looks for the token that it signs in for."}
	case listed == nil:
		return finding{worthKnowing, name, "not known, since the list was not read to its end. Look for the token with tiledesk-jwt list --all."}
	case *listed && x.readOnly:
		return finding{fine, name, "the token in use is in the list"}
	case *listed:
		return finding{fine, name, "the token that was signed in for is in the list"}
	case x.readOnly:
		return finding{problem, name, "the token in use is not in the list, so no revocation ends it. " + whyNotRecorded + " " + whatEndsIt}
	}
	return finding{problem, name, "the token that was signed in for is not in the list, though the server says that it revoked it: there are tokens that revoke-all does not see. Revoke one with tiledesk-jwt revoke --token-from FILE --verify."}
}

func (x *examination) enforcement() finding {
	const name = "enforcement"
	switch {
	case x.recordsNothing():
		return finding{worthKnowing, name, "not known, since there is no revocation that could be enforced"}
	case x.Enforced == nil && x.readOnly:
		return finding{worthKnowing, name, "not tried. Run tiledesk-jwt doctor with TILEDESK_EMAIL and a password, and without --read-only: it signs in for a token and revokes that one."}
	case x.Enforced == nil && x.noRevoke != nil:
		return finding{problem, name, "not known, since its own token could not be revoked. " + explain(x.noRevoke)}
	case x.notRefusedYet():
		return finding{problem, name, "NOT REFUSED YET: " + x.howLate() + " after the revocation the server still accepts a token that was in use before. It does check: it refuses one that was revoked before its first use. So it may remember a check for longer than that: doctor --verify-for 10m looks longer. " + treatAll + whatEndsIt}
	case x.Enforced == nil:
		return finding{worthKnowing, name, cutShort}
	case *x.Enforced && x.late != nil:
		return finding{worthKnowing, name, "a revoked token is refused, but late: " + x.howLate() + " after the revocation, since the server remembers for a while that a token was good when it was last used. revoke --verify-for 10m waits for that. " + stillElsewhere}
	case *x.Enforced:
		return finding{fine, name, "a revoked token is refused. " + stillElsewhere}
	}
	return finding{problem, name, "NOT ENFORCED: the server notes a revocation and still accepts the token. Its administrator has to start it with JWT_HISTORY_ENABLED=true. " + whatEndsIt + " The token of this examination is revoked and still works like the others; its jti is " + x.own.jti + "."}
}

func (x *examination) howLate() string { return x.waited.Round(time.Second).String() }

const cutShort = "not known, since the examination was interrupted. Run it again."

func (x *examination) list() finding {
	text := cutShort
	switch {
	case x.Envelope == nil:
	case *x.Envelope == "array":
		text = "a bare array, without a count"
	case x.ArrayName == nil:
		text = "an object that holds an array"
	default:
		text = "an object whose array is called " + *x.ArrayName
	}
	if x.PerPage != nil {
		text += fmt.Sprintf(", %d a page", *x.PerPage)
	}
	if x.Count != nil {
		text += fmt.Sprintf(", %d in all", *x.Count)
	}
	return finding{fine, "list", text}
}

func (x *examination) pages() finding {
	const name = "pages"
	switch {
	case x.pageIgnored:
		return finding{problem, name, "the server gives the same page whatever is asked, so that tokens beyond it cannot be listed. Tell its administrator; revoke-all reaches them only where revoked tokens leave the list, run after run."}
	case !x.paged:
		return finding{worthKnowing, name, cutShort}
	case x.FirstPage == nil:
		return finding{worthKnowing, name, "not known, since the list is empty. Sign in somewhere and run it again."}
	case *x.FirstPage == 1:
		return finding{worthKnowing, name, "count from 1; list --all and revoke-all cope with that. With list --page, 1 and 2 are the same page."}
	}
	return finding{fine, name, "count from 0"}
}

func (x *examination) order() finding {
	const name = "sorting"
	switch {
	case !x.sorted:
		return finding{worthKnowing, name, cutShort}
	case x.SortParameter == nil && x.fewTokens:
		return finding{worthKnowing, name, "not known, since there are too few tokens to tell one order from another. Sign in once or twice more and run it again."}
	case x.SortParameter == nil:
		return finding{worthKnowing, name, "the server reads neither sortField nor sort. Use list --all --sort, which sorts by itself."}
	case *x.SortParameter == "sort":
		return finding{worthKnowing, name, "the server reads sort, not the documented sortField. Use --sort-alias, or list --all --sort, which sorts by itself."}
	}
	return finding{fine, name, "the server reads sortField, as documented"}
}

func (x *examination) stay() finding {
	if *x.RevokedStay {
		return finding{worthKnowing, "revoked tokens", "stay in the list, so that each revoke-all revokes them again. Limit it with --older-than, or use --report to resume an earlier run."}
	}
	return finding{fine, "revoked tokens", "leave the list"}
}

func (x *examination) again() finding {
	const name = "second revoke"
	text := fmt.Sprintf("answered %d", *x.SecondRevoke)
	if *x.SecondRevoke != 404 {
		return finding{fine, name, text}
	}
	text += ": revoke calls a token that is gone \"not found\" and ends with 1"
	if x.RevokedStay != nil && *x.RevokedStay {
		text += ". So does a revoke-all that finds nothing new, since it cannot know that what is still listed is revoked; --report skips what an earlier run has revoked"
	}
	return finding{worthKnowing, name, text}
}
