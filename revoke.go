package tiledesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// defaultConcurrency is what the server's one thread serves well.
const defaultConcurrency = 4

// Target names a token to revoke. Either identifier is enough. The id is used
// when both are there, and the jti where the server answers the id with 404.
// Printing or marshaling it redacts an identifier that is a whole token.
type Target struct{ JTI, ID string }

// Format prints the fields as fmt does.
func (t Target) Format(f fmt.State, verb rune) {
	type target Target // without this method
	t.JTI, t.ID = redact.Identifier(t.JTI), redact.Identifier(t.ID)
	fmt.Fprintf(f, fmt.FormatString(f, verb), target(t))
}

// MarshalJSON writes the fields as encoding/json does.
func (t Target) MarshalJSON() ([]byte, error) {
	type target Target // without this method
	t.JTI, t.ID = redact.Identifier(t.JTI), redact.Identifier(t.ID)
	return json.Marshal(target(t))
}

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
	// Revoked: the server said so. Whether it then refuses the token, only trying it
	// tells, see [JWTService.Accepts].
	Revoked Outcome = iota + 1
	// AlreadyGone: the token was listed, every route says that it is not there, and a
	// later listing of the run does not contradict that. Also the client's own token,
	// last of all, where the server refuses it.
	AlreadyGone
	// NotFound: a target given by hand, or an own token that no listing shows, was
	// answered 404. Its error says so where it may have been this run that revoked it,
	// because a reply was lost.
	NotFound
	// Skipped: not matched, or the client's own token. An entry without a jti may be
	// that, as long as no entry shows the own jti.
	Skipped
	// Planned: a dry run would have revoked it. An entry without a jti, where others show
	// one, is Failed in a dry run too.
	Planned
	// Failed: this one was not revoked, or it is unknown whether it was.
	Failed
	// NotAttempted: the run stopped before it, or cut it off. Treat the token as still
	// valid.
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
	Target   Target // an identifier that turned out to be a whole token is redacted
	Token    *Token // nil when the target was given by hand; without Raw; of an own token that no listing shows: from its claims
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
	flat := resultJSON{ID: redact.Identifier(r.Target.ID), JTI: redact.Identifier(r.Target.JTI), Outcome: r.Outcome, Attempts: r.Attempts}
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

// RevokeOptions configure a run. Nil means the defaults.
type RevokeOptions struct {
	// Concurrency is how many targets are worked on at once; 0 means 4. The
	// client's rate limiter applies to all of them together.
	Concurrency int
	// DryRun sends no DELETE. What would be revoked is Planned.
	DryRun bool
	// IncludeCurrent also revokes the client's own token, last of all and only
	// when nothing before it failed or was not attempted. RevokeAll revokes it by its
	// jti where no listing shows it; RevokeEach only where it is among the targets.
	IncludeCurrent bool
	// Match chooses, in RevokeAll, which tokens to revoke; nil means all. It is
	// called once per token, with Raw. About an own token that no listing shows, and
	// that IncludeCurrent asks for, it is called with what the claims of the token say
	// (JTI and CreatedAt), without Raw. In RevokeEach it is [ErrInvalidArgument].
	Match func(*Token) bool
	// Confirm is called once, in RevokeAll, when the first listing is done and before the
	// first DELETE, with what the run is about to revoke, in the order of the list and
	// without Raw; incomplete says that the list may lack tokens. An error stops the run:
	// all of them are NotAttempted, and [RevokeReport.RunErr] wraps the error. Nil asks
	// nobody. Where that listing fails there is nothing to decide on, and nothing is
	// revoked. What appears in later listings, and an own token that no listing shows, is
	// revoked without another question. It is not called in a dry run; in RevokeEach it
	// is [ErrInvalidArgument].
	Confirm func(planned []*Token, incomplete bool) error
	// OnResult is called once per target, never concurrently. The run waits for it.
	// Results of listed tokens that the server calls already gone come at the end,
	// when a listing has confirmed them.
	OnResult func(RevokeResult)
	// Stop is asked after each call of Match and of OnResult, never concurrently. An
	// error stops the run as the end of the context does, and [RevokeReport.RunErr]
	// wraps it; nil continues. So a callback that fails keeps its error in a variable
	// that Stop returns.
	Stop func() error
}

// RevokeEach revokes the targets of a sequence as they come. Each ends in exactly
// one [Outcome]; one that fails does not keep the others from being tried.
//
// DELETE /jwt/history/id/:id where a target has an id, DELETE /jwt/history/:jti
// otherwise, and also where the id is answered 404.
//
// The run stops, and what it had read but not tried is NotAttempted, on 401, 403,
// a redirect, a server without the history module, a 429 that outlasts its
// retries, a rate limiter that cannot serve before the deadline, credentials that
// fail, 10 targets in a row that ended without any answer, and when the context
// ends. Then no further DELETE starts, the sequence is read no more, and requests
// that were sent get up to 5 seconds to be answered. An error in the sequence ends
// the run too. [RevokeReport.RunErr] has the cause; where the server refuses a
// token that worked before in the run, it says that the token in use was revoked
// meanwhile.
//
// A panic in OnResult, Match, the sequence, the credentials or the transport stops
// the run in the same way, and is then raised again in the calling goroutine; so is
// [runtime.Goexit]. An OnResult that ended so is not called again.
//
// The jti that the client's own credentials send is skipped, in whatever case and
// under whatever scheme they send the token, see [RevokeOptions].IncludeCurrent; so
// are all that credentials which rotate send during the run. A target given by id
// alone cannot be recognized as the client's own: omit it, or you lock yourself out;
// [Token.Target] has the jti too. Nor is it known whether such a token has a jti: one
// without still works after its entry was revoked, since the server asks for
// the jti alone (measured).
//
// The report is never nil; the error is its [RevokeReport.Err]. A negative
// concurrency, a nil sequence, a Match or a Confirm is [ErrInvalidArgument], and
// nothing is sent.
func (s *JWTService) RevokeEach(ctx context.Context, targets iter.Seq2[Target, error], opts *RevokeOptions) (*RevokeReport, error) {
	var err error
	switch {
	case targets == nil:
		err = invalidArgument("the sequence of targets is nil")
	case opts != nil && opts.Match != nil:
		err = invalidArgument("the option Match is for RevokeAll alone: choose the targets in the sequence")
	case opts != nil && opts.Confirm != nil:
		err = invalidArgument("the option Confirm is for RevokeAll alone: ask before you call RevokeEach")
	}
	if err != nil {
		report := &RevokeReport{whole: []error{err}}
		return report, report.Err()
	}
	return s.run(ctx, opts, func(api runAPI, o bulk.Options) bulk.Summary {
		return bulk.Each(ctx, api, func(yield func(bulk.Target, error) bool) {
			targets(func(target Target, err error) bool { return yield(bulk.Target(target), err) })
		}, o)
	})
}

// RevokeAll revokes the caller's tokens: it lists them all, chooses with Match,
// revokes, and lists again until a listing brings nothing that it has not dealt
// with, since rows may leave the list when they are revoked, stay in it, or
// appear because someone signs in meanwhile. Ten listings in a row that each
// brought new tokens end the run with an error, and so does a listing that
// reaches the bound of [JWTService.History] ([ErrResponseTooLarge]), after what came
// until then was dealt with.
//
// GET /jwt/history and the routes of [JWTService.RevokeEach]; the run stops for
// the same reasons. A listing that may be incomplete is used for what it gave;
// if it was the last one, the error is [ErrIncompleteHistory].
//
// All is what the list shows. It cannot show sign-ins with Google or OAuth2, those
// with the super password, and most tokens of signinWithCustomToken, of which only
// the first exchange is announced (read in routes/auth.js of 2.19.16). Nor does a
// listing show what no client can see, which the next one shows unless it misses it
// too: without a count over all pages, a row that moves to the front, or one that is
// hidden as another leaves; with it, one that is missed as a new one comes at the
// other end between the same two requests. See [JWTService.History].
//
// Nothing can be lost by running it twice, or two at once. On a server that keeps
// revoked rows in the list, each run revokes the whole history again: choose with
// Match, for example by [CreatedBefore] and a field that [Token.Field] reads.
//
// A token that every DELETE calls not there is AlreadyGone only when a later, complete
// listing does not show it, or shows all as well that this very run revoked.
// Otherwise it is Failed, and where it is still listed [RevokeReport.RunErr] says
// that the server contradicts itself ([ErrUnexpectedResponse]). So a run on a server
// that keeps revoked rows, and that finds nothing else to revoke, fails: it cannot
// know that they are revoked.
//
// A token without a jti still works after its entry was revoked, since the server
// asks for the jti alone (measured). Where other entries show a jti, it is Failed;
// only a new GLOBAL_SECRET on the server, or disabling the user, ends it (measured),
// a new password does not. Where no entry shows one, it is Revoked and counted in
// [RevokeReport].WithoutJTI.
//
// The client's own token is skipped, see [RevokeOptions].IncludeCurrent. It is found by
// its jti, in whatever case and under whatever scheme the credentials send it. Where
// no entry shows that jti, entries without one are skipped as well. Where no entry
// shows any, nothing is revoked, and the error is [ErrInvalidArgument]: name the ids
// with RevokeEach, or use [BasicAuth], under which there is no own token. Credentials
// of another kind that send no token cannot be recognized.
//
// The report is never nil; the error is its [RevokeReport.Err].
func (s *JWTService) RevokeAll(ctx context.Context, opts *RevokeOptions) (*RevokeReport, error) {
	return s.run(ctx, opts, func(api runAPI, o bulk.Options) bulk.Summary { return bulk.All(ctx, api, o) })
}
