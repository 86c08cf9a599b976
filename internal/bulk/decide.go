package bulk

import (
	"context"
	"errors"
	"fmt"
)

var errWithoutJTI = errors.New("tiledesk: its entry shows no jti, and the server asks for the jti alone (measured): " +
	"whatever becomes of the entry, the server still accepts the token; " +
	"only a new GLOBAL_SECRET on the server, or disabling the user, ends it (a new password does not)")

// and joins the answer of the other route.
func (a Answer) and(other Answer) Answer {
	other.Attempts += a.Attempts
	other.Answered = other.Answered || a.Answered
	other.Gone = other.Gone && a.Gone
	other.ReplyLost = other.ReplyLost || a.ReplyLost
	return other
}

// half is the answer when the other route cannot be tried: the token may live.
func (a Answer) half(err error) Answer {
	a.Gone, a.Err = false, fmt.Errorf("%w; by the other identifier it was not tried: %w", a.Err, err)
	return a
}

// explained is the error, with a word on what may have happened before.
func (a Answer) explained() error {
	if !a.ReplyLost {
		return a.Err
	}
	return fmt.Errorf("%w; an earlier reply was lost, so that it may have been this run that revoked it", a.Err)
}

// cutOff reports whether the requests ended because the run did; before says that it
// had stopped before their answer.
func (a Answer) cutOff(before bool) bool {
	return a.Limited || before && (errors.Is(a.Err, context.Canceled) || errors.Is(a.Err, context.DeadlineExceeded))
}

// silent reports whether requests were sent and nothing at all answered.
func (a Answer) silent() bool { return a.Err != nil && a.Attempts > 0 && !a.Answered }

// facts are what a decision has to know beside the answer.
type facts struct {
	own  bool  // the request was authorized by the very token that it revokes
	took bool  // the server accepted that authorization before
	jtis bool  // some entry of the listings shows a jti
	stop error // why the run stops, or has stopped; nil: it goes on
	cut  bool  // the requests were cut off by that
}

// decide says what an answer means for its job. An AlreadyGone of a listed token is
// still to be confirmed by a listing, unless the token was refused.
func (a Answer) decide(j job, f facts) (Outcome, error) {
	switch {
	case j.outlives(f.jtis) && (a.Err == nil || a.Gone):
		return Failed, errWithoutJTI
	case a.Err == nil:
		return Revoked, nil
	case a.Refused && f.own && f.took:
		return AlreadyGone, nil // the run's own token, last of all: the server refuses it already
	case a.Gone && j.listed && f.own:
		return Failed, fmt.Errorf("%w; yet the server accepted the token for this very request: treat it as still valid", a.Err)
	case a.Gone && j.listed:
		return AlreadyGone, nil
	case a.NotFound && !j.listed:
		return NotFound, a.explained()
	case !f.cut:
		return Failed, a.Err
	case a.ReplyLost:
		return NotAttempted, fmt.Errorf("tiledesk: unknown whether it was revoked, the run stopped meanwhile: %w", f.stop)
	}
	return NotAttempted, fmt.Errorf("tiledesk: not revoked, the run stopped meanwhile: %w", f.stop)
}

// plan is what a run would come to for a job, as far as that is known before.
func (j job) plan(jtis bool) (Outcome, error) {
	if j.outlives(jtis) {
		return Failed, errWithoutJTI
	}
	return Planned, nil
}

// outlives reports whether the token of an entry lives on whatever becomes of that: it
// shows no jti, where others do.
func (j job) outlives(jtis bool) bool { return j.nameless() && jtis }
