package main

import (
	"context"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// tryAgainEvery is the pause between two tries of a token that is still accepted.
const tryAgainEvery = 3 * time.Second

// proving are the flags of commands that can prove what they did.
type proving struct {
	Verify    bool          `help:"Try a revoked token, to see that the server refuses it: that of --token-from before and after, that of --sign-in after the sign-out."`
	VerifyFor time.Duration `name:"verify-for" placeholder:"DURATION" help:"Verify, and try again for so long while the token is still accepted: a server can remember its check for seconds or minutes."`
}

// wanted reports whether something has to be proved.
func (p *proving) wanted() bool { return p.Verify || p.VerifyFor > 0 }

func (p *proving) check() error {
	if p.VerifyFor < 0 {
		return usage("--verify-for: give a time above 0, such as 60s")
	}
	return nil
}

// witness is a token that the server accepted until it was revoked, and how to try
// it once more.
type witness struct {
	jti     string
	accepts func(context.Context) (bool, error)
}

// verdict is what trying revoked tokens showed.
type verdict int

const (
	unknown  verdict = iota // nothing was tried, or a try failed
	refused                 // the server itself refuses all of them
	accepted                // it still accepts one at least
)

// proof is a verdict and how it came about.
type proof struct {
	verdict verdict
	jti     string        // of the token that is still accepted, or whose try failed
	waited  time.Duration // since the first try
	err     error         // why a try failed
	good    string        // the words for a refusal
	cached  *bool         // of one that is still accepted: the server does check, and remembers that; false: it does not; nil: not known
}

// prove tries revoked tokens, those that are still accepted again and again until
// the server refuses them or the time for it is over.
func (a *app) prove(ctx context.Context, witnesses []witness, patience time.Duration) proof {
	began, paused := a.now(), time.Duration(0)
	for {
		p, left := try(ctx, witnesses)
		passed := max(paused, a.now().Sub(began)) // the clock can be set back
		if paused > 0 {
			p.waited = passed
		}
		if len(left) == 0 || passed >= patience {
			return p
		}
		if paused == 0 {
			a.console.note("The token %s is not refused yet. Trying again for %s, since a server can remember its check for a while.", p.jti, roughly(patience))
			a.status.show(func(now time.Time) string {
				return "Not refused yet, trying for " + roughly(began.Add(patience).Sub(now)) + " more"
			})
			defer a.status.show(nil)
		}
		pause := min(tryAgainEvery, patience-passed)
		if !a.pause(ctx, pause) {
			p.verdict, p.err = unknown, context.Canceled
			return p
		}
		paused += pause
		witnesses = left
	}
}

// try tries each once and returns those that are not refused.
func try(ctx context.Context, witnesses []witness) (p proof, left []witness) {
	for _, w := range witnesses {
		accepts, err := w.accepts(ctx)
		switch {
		case err == nil && !accepts:
			if p.err == nil && p.verdict == unknown {
				p.verdict = refused
			}
			continue
		case err == nil:
			p.verdict, p.jti, p.err = accepted, w.jti, nil
		case p.verdict != accepted:
			p.verdict, p.jti, p.err = unknown, w.jti, err
		}
		left = append(left, w)
	}
	return p, left
}

// takes reports whether the server accepts the token that a client uses: false only
// for its own refusal.
func takes(ctx context.Context, client *tiledesk.Client) (bool, error) {
	switch _, err := client.JWT.ListHistory(ctx, nil); {
	case err == nil:
		return true, nil
	case isRefusal(err):
		return false, nil
	default:
		return false, err
	}
}

// ownWitness is the token that the run signed in for and revoked itself. There is
// none where the server refused it before that.
func (s *session) ownWitness() []witness {
	if !s.signedIn || !s.ended {
		return nil
	}
	return []witness{{s.jti, func(ctx context.Context) (bool, error) { return takes(ctx, s.Client) }}}
}

// text is a proof in sentences.
func (p proof) text() string {
	late := p.waited.Round(time.Second).String() + " after the revocation"
	switch {
	case p.verdict == refused && p.waited == 0:
		return p.good
	case p.verdict == refused:
		return p.good + ", " + late + ": it remembers its check of a token for a while"
	case p.verdict == accepted:
		text := "STILL ACCEPTED: the server noted the revocation of " + p.jti + " and still accepts the token"
		if p.waited > 0 {
			text += " " + late
		}
		return text + ". " + treatAll + p.whyAccepted()
	case p.err == nil:
		return "Whether the server refuses revoked tokens was not tried: there was no token to try that it had accepted before and that this run revoked."
	}
	return "Whether the server refuses revoked tokens could not be found out. " + treatAll + explain(p.err)
}

// whyAccepted tells a check that is remembered from none.
func (p proof) whyAccepted() string {
	const setting = "Its administrator has to start it with JWT_HISTORY_ENABLED=true"
	switch {
	case p.cached != nil && *p.cached:
		return "It does check revocations: it refuses a token that was revoked before its first use. So it remembers its check of this one for a while. Try again later, or wait for it with --verify-for 10m. " + whatEndsIt
	case p.cached != nil:
		return "It does not check revocations: it also accepts a token that was revoked before its first use. " + setting + ". " + whatEndsIt
	case p.waited == 0:
		return setting + ". Only if it remembers its checks for a while does it refuse the token later: --verify-for 60s waits for that. " + whatEndsIt
	}
	return setting + "; only if it remembers its checks for longer than that does it refuse the token later. " + whatEndsIt
}

const treatAll = "Treat every token that was revoked there as still valid. "

// known is the proof for programs: true, false, or nil for what is not known.
func (p proof) known() *bool {
	switch p.verdict {
	case refused:
		return ptr(true)
	case accepted:
		return ptr(false)
	}
	return nil
}

// tellProof prints a proof as the last line of a run and returns the exit code: it
// is an error where the proof was asked for. For programs the good news are in the
// result.
func (a *app) tellProof(ctx context.Context, p proof, asked, json bool) int {
	switch {
	case p.verdict == refused:
		if !a.flags.Quiet && !json {
			a.console.say("%s", p.text())
		}
		return exitDone
	case interrupted(ctx):
		a.console.complain("Interrupted before a revoked token was refused, so nothing is verified.")
		return exitInterrupted
	case asked:
		a.console.complain("%s", p.text())
		return worse(exitUndone, codeOf(p.err))
	case p.verdict == accepted:
		a.console.warn("%s", p.text())
	default:
		a.console.note("%s", p.text())
	}
	return exitDone
}
