package bulk

import "fmt"

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
// lists them contradicts itself, unless it lists as well all that this very run has
// revoked: then it keeps such rows.
func (r *run) confirm(complete bool) {
	stillListed := 0
	keepsRevoked := r.ended > 0 && r.revokedShown == r.ended
	for _, g := range r.gone {
		listedAgain := int(r.seen[g.key()].pass) > g.pass
		switch {
		case listedAgain && !keepsRevoked:
			stillListed++
			r.record(g.result(Failed, r.treatAsValid("still lists it"), g.attempts))
		case listedAgain, complete && r.summary.Passes > g.pass:
			r.record(g.result(AlreadyGone, nil, g.attempts))
		case r.stopReason() != nil:
			r.record(g.result(NotAttempted, r.treatAsValid("no complete listing has confirmed it"), g.attempts))
		default:
			r.record(g.result(Failed, r.treatAsValid("no complete listing has confirmed it"), g.attempts))
		}
	}
	r.gone = nil
	if stillListed > 0 {
		r.note(fmt.Errorf("tiledesk: %w: the server contradicts itself: it says of %d tokens that they are not there, and still lists them; "+
			"treat them as still valid and ask its administrator (where it keeps revoked tokens in the list, they may have been revoked before this run)",
			r.options.Kinds.UnexpectedResponse, stillListed))
	}
}

// treatAsValid is the error of a token whose end the server only claims.
func (r *run) treatAsValid(yet string) error {
	return fmt.Errorf("tiledesk: %w: the server says that the token is not there, and %s: treat it as still valid", r.options.Kinds.UnexpectedResponse, yet)
}

// noteWithoutJTI says that entries without a jti were called revoked before an
// entry that shows one appeared.
func (r *run) noteWithoutJTI() {
	if r.jtis && r.summary.WithoutJTI > 0 {
		r.note(fmt.Errorf("tiledesk: %w: %d tokens whose entries show no jti were called revoked before an entry with a jti appeared: "+
			"the server still accepts them; only a new GLOBAL_SECRET on the server, or disabling the user, ends them",
			r.options.Kinds.UnexpectedResponse, r.summary.WithoutJTI))
	}
}
