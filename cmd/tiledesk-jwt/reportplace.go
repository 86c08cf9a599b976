package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk"
)

// place is where the tokens of a report are. A copy of a server, made for tests, lists
// the same tokens under the same identifiers: what was revoked there lives on here.
type place struct {
	Server  string `json:"server"`
	Account string `json:"account"` // an email or a user id; empty when unknown
}

// differs says why what one report says of a place holds for no other; empty where it
// does hold. An email and a user id may be those of one account.
func (p place) differs(other place) string {
	switch alike := strings.Contains(p.Account, "@") == strings.Contains(other.Account, "@"); {
	case p.Server != "" && other.Server != "" && p.Server != other.Server:
		return "it is of the server " + safe(p.Server) + ", and this run asks " + other.Server
	case alike && p.Account != "" && other.Account != "" && !strings.EqualFold(p.Account, other.Account):
		return "it is of the account " + safe(p.Account) + ", and this run is of " + other.Account
	}
	return ""
}

// isAt tells the report where the tokens of this run are. One that is of another place
// is refused: what it has as done is not done here.
func (r *reportFile) isAt(here place) error {
	r.place = here
	for _, before := range r.earlier {
		if why := before.differs(here); why != "" {
			return usage("--report %s: %s. What it has as done is not done there. Choose another file. Nothing was revoked.", r.Name(), why)
		}
	}
	return nil
}

// unplaced reports whether an earlier run did not say which server it asked.
func (r *reportFile) unplaced() bool {
	return slices.ContainsFunc(r.earlier, func(before place) bool { return before.Server == "" })
}

// asked is the base URL of this run, in the form that all of them have. Nothing is sent.
func (a *app) asked() (string, error) {
	client, err := tiledesk.NewClient(nobody{}, a.options()...)
	if err != nil {
		return "", err
	}
	return client.BaseURL(), nil
}

// namelesses are the tokens without a jti of a report, by the ids of their entries. The
// server looks for revoked tokens by their jti: where it writes that into other entries,
// such a token lives on whatever became of its entry, also where no list shows it any more.
type namelesses struct {
	last   map[string]tiledesk.Outcome // in earlier runs
	others bool                        // some entry shows a jti
	heard  map[string]bool             // this run settled it, or said itself that it did not
}

// take takes in a line of an earlier run.
func (n *namelesses) take(key entryKey, tells bool, outcome tiledesk.Outcome) {
	switch {
	case !tells || key.id == "":
	case key.jti != "":
		n.others = true
		delete(n.last, key.id)
	case outcome == tiledesk.Failed, outcome == tiledesk.NotAttempted, outcome == tiledesk.Revoked, outcome == tiledesk.AlreadyGone:
		if n.last == nil {
			n.last = make(map[string]tiledesk.Outcome)
		}
		n.last[key.id] = outcome
	}
}

// hear takes in a result of this run.
func (n *namelesses) hear(key entryKey, tells bool, outcome tiledesk.Outcome) {
	switch {
	case !tells || key.id == "":
		return
	case key.jti != "":
		n.others = true
	case outcome == tiledesk.Failed, outcome == tiledesk.NotAttempted:
	case (outcome == tiledesk.Revoked || outcome == tiledesk.AlreadyGone) && !n.others:
	default:
		return
	}
	if n.heard == nil {
		n.heard = make(map[string]bool)
	}
	n.heard[key.id] = true
}

// left is how many of earlier runs the server still accepts, of which this run has not
// spoken.
func (n *namelesses) left() (count int) {
	for id, last := range n.last {
		ended := last == tiledesk.Revoked || last == tiledesk.AlreadyGone
		if !n.heard[id] && (!ended || n.others) {
			count++
		}
	}
	return count
}

// withLeft says what earlier runs left, and makes it a part of how this one ends.
func (u *undertaking) withLeft(err error) error {
	u.left = u.file.leftBefore()
	if u.left == "" {
		return err
	}
	u.app.console.complain("%s", u.left)
	return cmp.Or(err, ended(exitUndone))
}

// leftBefore says of how many tokens earlier runs could not end; empty for none.
func (r *reportFile) leftBefore() string {
	n := r.nameless.left()
	if n == 0 {
		return ""
	}
	return "By this report, " + count(n, "token") + " without a jti could not be ended by an earlier run: the server may still accept each, whatever became of its entry in the list. " +
		whatEndsIt + " Once that was done, use another file."
}
