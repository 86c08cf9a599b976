package tiledesk

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
)

// defaultConcurrency is what the server's one thread serves well.
const defaultConcurrency = 4

// Target names a token to revoke. Either identifier is enough. The id is used
// when both are there, and the jti where the server answers the id with 404.
type Target struct{ JTI, ID string }

// Targets is a sequence of fixed targets for [JWTService.RevokeEach].
func Targets(targets ...Target) iter.Seq2[Target, error] {
	return func(yield func(Target, error) bool) {
		for _, target := range targets {
			if !yield(target, nil) {
				return
			}
		}
	}
}

// Outcome is what became of a target.
type Outcome int

const (
	// Revoked: the server said so.
	Revoked Outcome = iota + 1
	// AlreadyGone: the token was listed, and every route says that it is not there.
	AlreadyGone
	// NotFound: a target given by hand was answered 404. Its error says so where it
	// may have been this run that revoked it, because a reply was lost.
	NotFound
	// Skipped: not matched, or the client's own token.
	Skipped
	// Planned: a dry run would have revoked it.
	Planned
	// Failed: this one was not revoked, or it is unknown whether it was.
	Failed
	// NotAttempted: the run stopped before it, or cut it off. Take it for alive.
	NotAttempted
)

var outcomeNames = [...]string{"", "revoked", "already gone", "not found", "skipped", "planned", "failed", "not attempted"}

// String is the outcome in words: "revoked", "already gone", "not found",
// "skipped", "planned", "failed" or "not attempted".
func (o Outcome) String() string {
	if o < Revoked || o > NotAttempted {
		return "unknown"
	}
	return outcomeNames[o]
}

// MarshalText is the same as String.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	i := slices.Index(outcomeNames[:], string(text))
	if i < int(Revoked) {
		return invalidArgument("there is no outcome of that name")
	}
	*o = Outcome(i)
	return nil
}

// RevokeResult is what became of one target. It marshals to
// {"id","jti","outcome","attempts","error"}.
type RevokeResult struct {
	Target   Target // an identifier that turned out to be a whole token is blotted out
	Token    *Token // nil when the target was given by hand; without Raw
	Outcome  Outcome
	Err      error // for NotFound, Failed and NotAttempted; keeps at most a KiB of an answer's body
	Attempts int   // of all requests for this target; 0 when none was sent
}

// resultJSON is a result as it marshals.
type resultJSON struct {
	ID       string  `json:"id"`
	JTI      string  `json:"jti"`
	Outcome  Outcome `json:"outcome"`
	Attempts int     `json:"attempts"`
	Error    string  `json:"error"`
}

// MarshalJSON writes one flat object; "error" is empty when there is none.
func (r RevokeResult) MarshalJSON() ([]byte, error) {
	flat := resultJSON{ID: r.Target.ID, JTI: r.Target.JTI, Outcome: r.Outcome, Attempts: r.Attempts}
	if r.Err != nil {
		flat.Error = r.Err.Error()
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads what MarshalJSON wrote. Token is nil then, and Err has the
// same text but answers neither [errors.Is] nor [errors.As].
func (r *RevokeResult) UnmarshalJSON(text []byte) error {
	var flat resultJSON
	if err := json.Unmarshal(text, &flat); err != nil {
		return err
	}
	*r = RevokeResult{Target: Target{JTI: flat.JTI, ID: flat.ID}, Outcome: flat.Outcome, Attempts: flat.Attempts}
	if flat.Error != "" {
		r.Err = errors.New(flat.Error)
	}
	return nil
}

// RevokeOptions steer a run. Nil means the defaults.
type RevokeOptions struct {
	// Concurrency is how many targets are worked on at once; 0 means 4. The
	// client's rate limiter applies to all of them together.
	Concurrency int
	// DryRun sends no DELETE. What would be revoked is Planned.
	DryRun bool
	// IncludeCurrent also revokes the client's own token, last of all and only
	// when nothing before it failed or was not attempted.
	IncludeCurrent bool
	// Match chooses, in RevokeAll, which tokens to revoke; nil means all. It is
	// asked once a token, with Raw.
	Match func(*Token) bool
	// OnResult hears of each target once, never of two at a time. The run waits
	// for it.
	OnResult func(RevokeResult)
}

// RevokeEach revokes the targets of a sequence as they come. Each ends in exactly
// one [Outcome]; one that fails does not keep the others from being tried.
//
// DELETE /jwt/history/id/:id where a target has an id, DELETE /jwt/history/:jti
// otherwise, and also where the id is answered 404.
//
// The run stops, and what it had read but not tried is NotAttempted, on 401, 403,
// a redirect, a server without the history module, a 429 that outlasts its
// retries, a rate limiter that cannot serve before the deadline, and when the
// context ends. Then no further DELETE starts, the sequence is read no more, and
// requests that were sent get up to 5 seconds to be answered. An error in the
// sequence ends the run too.
//
// The jti that the client's own credentials send is skipped, see
// [RevokeOptions].IncludeCurrent. A target given by id alone cannot be
// recognised as the client's own: leave it out yourself, or you lock yourself out.
//
// The report is never nil; the error is its [RevokeReport.Err].
func (s *JWTService) RevokeEach(ctx context.Context, targets iter.Seq2[Target, error], opts *RevokeOptions) (*RevokeReport, error) {
	run, err := newRun(ctx, s.client, opts)
	if err == nil && targets == nil {
		err = invalidArgument("the sequence of targets is nil")
	}
	if err != nil {
		return run.fail(err)
	}
	defer run.close()
	run.work(func(give func(job)) {
		run.read(targets, give)
	})
	run.revokeOwn()
	return run.finish()
}

// RevokeAll revokes the caller's tokens: it lists them all, chooses with Match,
// revokes, and lists again until a listing brings nothing that it has not dealt
// with, since rows may leave the list when they are revoked, stay in it, or
// appear because someone signs in meanwhile. Ten listings in a row that each
// brought new tokens end the run with an error, and so does a listing of more
// than a million tokens ([ErrResponseTooLarge]), after those were dealt with.
//
// GET /jwt/history and the routes of [JWTService.RevokeEach]; the run stops for
// the same reasons. A listing that may be incomplete is used for what it gave;
// if it was the last one, the error is [ErrIncompleteHistory].
//
// Nothing can be lost by running it twice, or two at once. On a server that keeps
// revoked rows in the list, each run revokes the whole history again: choose with
// Match, for example by [CreatedBefore] and a field that [Token.Field] reads.
//
// The client's own token is skipped, see [RevokeOptions].IncludeCurrent; if that
// token shows no jti, entries without one are skipped as well. The report is
// never nil; the error is its [RevokeReport.Err].
func (s *JWTService) RevokeAll(ctx context.Context, opts *RevokeOptions) (*RevokeReport, error) {
	run, err := newRun(ctx, s.client, opts)
	if err != nil {
		return run.fail(err)
	}
	defer run.close()
	run.passes()
	run.revokeOwn()
	return run.finish()
}
