package bulk

import (
	"fmt"
	"slices"
)

// goneJob is a listed token of which the server said, on every route, that it is
// not there. No result may change once it was handed over, so that it waits for a
// listing that confirms it.
type goneJob struct {
	job
	attempts int
	pass     int // the newest listing before
}

// await keeps a job until a listing confirms that it is gone.
func (r *run) await(j job, attempts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = append(r.gone, goneJob{job: j, attempts: attempts, pass: r.summary.Passes})
}

// confirm records the tokens that the server calls gone, by what the last listing
// showed; complete reports whether that one is to be trusted. A server that still
// lists them contradicts itself, unless it keeps revoked rows and calls them gone.
func (r *run) confirm(complete bool) {
	stillListed := 0
	listedAgain := func(g goneJob) bool { return int(r.seen[g.key()].pass) > g.pass }
	believed, known := false, true
	if slices.ContainsFunc(r.gone, listedAgain) {
		believed, known = r.keepsRevoked()
	}
	for _, g := range r.gone {
		again := listedAgain(g)
		switch {
		case again && known && !believed:
			stillListed++
			r.record(g.result(Failed, r.treatAsValid("still lists it"), g.attempts))
		case again && known, !again && complete: // such a listing brought nothing new, and so came later
			r.record(g.result(AlreadyGone, nil, g.attempts))
		case r.stopReason() != nil:
			r.record(g.result(NotAttempted, r.treatAsValid("nothing has confirmed it"), g.attempts))
		default:
			r.record(g.result(Failed, r.treatAsValid("nothing has confirmed it"), g.attempts))
		}
	}
	r.gone = nil
	if stillListed > 0 {
		r.note(fmt.Errorf("tiledesk: %w: the server contradicts itself about %s: it says of each that it is not there, and still lists it; "+
			"treat each as still valid and ask its administrator (where it keeps revoked tokens in the list, each may have been revoked before this run)",
			r.options.Kinds.UnexpectedResponse, Tokens(stillListed)))
	}
}

// keepsRevoked reports whether what the server calls gone and still lists can have been
// revoked before: it lists all that this very run has revoked, and says of one of them,
// asked once more, that it is gone as well. One that answers that with a success would
// have answered the others so. It is not known where the answer is another one.
func (r *run) keepsRevoked() (keeps, known bool) {
	if r.ended == 0 || r.revokedShown < r.ended {
		return false, true
	}
	authorization, err := r.own.authorization(r.ctx)
	if err != nil {
		return keeps, false
	}
	req := r.sample.request()
	req.Authorization, req.Grace = authorization, r.grace
	answer := r.delete(r.sample, req, r.own.authorization)
	return answer.Gone, answer.Gone || answer.Err == nil
}

// treatAsValid is the error of a token whose end the server only claims.
func (r *run) treatAsValid(yet string) error {
	return fmt.Errorf("tiledesk: %w: the server says that the token is not there, and %s: treat it as still valid", r.options.Kinds.UnexpectedResponse, yet)
}

// noteWithoutJTI says that entries without a jti were called revoked before an
// entry that shows one appeared.
func (r *run) noteWithoutJTI() {
	if r.jtis && r.summary.WithoutJTI > 0 {
		r.note(fmt.Errorf("tiledesk: %w: %s without a jti counted as revoked before an entry with a jti appeared: "+
			"the server still accepts each; only a new GLOBAL_SECRET on the server, or disabling the user, ends them",
			r.options.Kinds.UnexpectedResponse, Tokens(r.summary.WithoutJTI)))
	}
}

// Tokens is a number of tokens in words.
func Tokens(n int) string {
	if n == 1 {
		return "1 token"
	}
	return fmt.Sprintf("%d tokens", n)
}
