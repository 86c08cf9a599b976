// Package bulk is the run over many tokens: it decides for each what becomes of it,
// and keeps whoever runs it from locking themselves out. What a DELETE, a listing and
// a credential are, its caller tells it with an [API].
package bulk

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// Target names a token to revoke. The id is used when both are there.
type Target struct{ JTI, ID string }

// Token is an entry of a listing, or an own token that no listing shows.
type Token struct {
	ID, JTI              string
	CreatedAt, UpdatedAt time.Time
	Raw                  json.RawMessage // nil in a result, and for an own token
}

// Outcome is what became of a target.
type Outcome int

// The outcomes, in the order in which the caller's are.
const (
	Revoked Outcome = iota + 1
	AlreadyGone
	NotFound
	Skipped
	Planned
	Failed
	NotAttempted
)

// Result is what became of one target.
type Result struct {
	Target   Target
	Token    *Token // nil when the target was given by hand
	Outcome  Outcome
	Err      error
	Attempts int
}

// Summary is what a run says beside its results.
type Summary struct {
	Passes     int     // listings that were made
	WithoutJTI int     // revoked by the server's word though their entry shows no jti
	Incomplete bool    // there may be tokens that no listing showed
	Whole      []error // what went wrong with the run as a whole
}

// Authorize gives the Authorization header of a request.
type Authorize func(context.Context) (string, error)

// Request is one DELETE.
type Request struct {
	ByJTI         bool // by the id otherwise
	Identifier    string
	Authorization string
	Grace         context.Context // until it ends, a request that was sent may be answered
	Final         bool            // of an own token at the end: no other authorization takes the place of this one on a 401
}

// Answer is what a request came to, or the last one of several.
type Answer struct {
	Err           error // nil: revoked, or listed to the end
	Attempts      int
	Authorization string // that of the last request; empty when none was made

	Answered   bool // by anything at all, in any attempt
	NotFound   bool // the newest answer is a 404, or a 2xx that says as much
	Gone       bool // every route said, in the API's own words, that it is not there
	Refused    bool // 401, and not by a page of some proxy
	Forbidden  bool // no other target would do better
	Limited    bool // the limiter let nothing through
	ReplyLost  bool // an attempt may have taken effect unseen
	Incomplete bool // the listing may have missed entries, and gave what came
}

// Entry is a token of a listing, and what tells it apart from others.
type Entry struct {
	Token *Token
	Key   paging.Key
	Named bool // it has an identifier
}

// Sent is a token that an authorization holds.
type Sent struct {
	JTI      string    // empty when it shows none
	IssuedAt time.Time // zero when unknown
}

// API is how a run reaches the server and its credentials. All of it is safe for
// concurrent use.
type API interface {
	// Authorization asks the credentials.
	Authorization(ctx context.Context) (string, error)
	// Sent reads the tokens in an authorization, under whatever scheme.
	Sent(authorization string) []Sent
	// TookBefore reports whether the server accepted a token before this run.
	TookBefore(authorization string) bool
	// Check refuses an identifier that must not be sent.
	Check(byJTI bool, identifier string) error
	// Delete makes one DELETE; authorize is asked where credentials change meanwhile.
	Delete(ctx context.Context, authorize Authorize, request Request) Answer
	// List goes through the history until each returns false.
	List(ctx context.Context, authorize Authorize, each func(Entry) bool) Answer
	// Ended is the error of a context that ended, without secrets.
	Ended(ctx context.Context) error
	// Hide takes the secrets out of an error of the caller's code.
	Hide(err error) error
}

// Kinds are the caller's errors that those of a run wrap.
type Kinds struct {
	InvalidArgument, UnexpectedResponse, TokensKeepAppearing error
}

// Options configure a run.
type Options struct {
	Kinds          Kinds
	Concurrency    int // at least 1
	DryRun         bool
	IncludeCurrent bool
	// Match chooses a token; nil: all. An error stops the run.
	Match func(*Token) (bool, error)
	// Confirm is asked before the first DELETE of All about the tokens of the first
	// listing; nil: nobody is. An error stops the run.
	Confirm func(planned []*Token, incomplete bool) error
	// Record is called for each result, one at a time. An error stops the run.
	Record func(Result) error
}

// Each revokes the targets of a sequence as they come.
func Each(ctx context.Context, api API, targets iter.Seq2[Target, error], options Options) Summary {
	r := newRun(ctx, api, options)
	defer r.close()
	r.work(func(give func(job)) {
		r.read(targets, give)
	})
	r.revokeOwn(false)
	return r.finish()
}

// All lists and revokes until a listing brings nothing new.
func All(ctx context.Context, api API, options Options) Summary {
	r := newRun(ctx, api, options)
	defer r.close()
	complete := r.passes()
	r.confirm(complete)
	r.noteWithoutJTI()
	r.revokeOwn(complete)
	r.confirm(false)
	if complete {
		r.noteOwnWithoutJTI()
	}
	return r.finish()
}
