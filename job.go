package tiledesk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// The error of a bulk result keeps this much of an answer's body, and its header
// only if that is no longer than this.
const (
	maxBulkBody   = 1 << 10
	maxBulkHeader = 8 << 10
)

// job is one target on its way.
type job struct {
	target Target
	token  *Token // nil when the target was given by hand
	listed bool   // the token is an entry of a listing
}

// request is the DELETE for the job: by id, or by jti where there is no id.
func (j job) request() (request, error) {
	req := request{route: routeRevokeByID, identifier: j.target.ID}
	switch {
	case j.target == Target{}:
		return req, errNoIdentifier
	case j.target.ID == "":
		req.route, req.identifier = routeRevokeByJTI, j.target.JTI
	}
	return req, req.route.checkIdentifier(req.identifier)
}

// otherRoute is the DELETE by jti for a job whose id was not found, since a
// server may lack one of the two routes. It is false when there is no jti.
func (j job) otherRoute(req request) (request, bool) {
	if req.route.argument != "id" || j.target.JTI == "" {
		return req, false
	}
	req.route, req.identifier = routeRevokeByJTI, j.target.JTI
	return req, true
}

// authorizes reports whether the job is the very token that the request sends.
func (j job) authorizes(req request) bool {
	return j.target.JTI != "" && slices.ContainsFunc(sentClaims(req.authorization), func(c *Claims) bool {
		return foldJTI(c.JTI) == foldJTI(j.target.JTI)
	})
}

// nameless reports whether the job is an entry that shows no jti.
func (j job) nameless() bool { return j.listed && j.target.JTI == "" }

// result redacts an identifier that is a whole token.
func (j job) result(outcome Outcome, err error, attempts int) RevokeResult {
	target := Target{JTI: redact.Identifier(j.target.JTI), ID: redact.Identifier(j.target.ID)}
	if j.token != nil {
		j.token.JTI, j.token.ID = target.JTI, target.ID
	}
	return RevokeResult{Target: target, Token: j.token, Outcome: outcome, Err: err, Attempts: attempts}
}

// verdict is what the DELETEs for one job came to.
type verdict struct {
	err       error
	attempts  int
	answered  bool // by anything at all, in any attempt
	notFound  bool // the newest answer is a 404, or a 2xx that says as much
	gone      bool // every route said, in the API's own words, that it is not there
	refused   bool // 401, and not by a page of some proxy
	forbidden bool // no other target would do better
	limited   bool // the limiter let nothing through
	replyLost bool // an attempt may have taken effect unseen
}

// verdictOf reads the error of a DELETE or of a listing.
func verdictOf(err error) verdict {
	v := verdict{err: err}
	var answered *APIError
	var silent *connectionError
	switch {
	case errors.As(err, &answered):
		v.err = answered.brief()
		v.attempts, v.replyLost, v.limited, v.answered = answered.Attempts, answered.replyLost, answered.limited, true
		v.notFound, v.gone, v.refused = answered.Is(ErrNotFound), answered.saysNotFound(), answered.saysUnauthorized()
		v.forbidden = slices.ContainsFunc(forbidding, answered.Is)
	case errors.As(err, &silent):
		v.attempts, v.replyLost, v.limited, v.answered = silent.attempts, silent.replyLost, silent.limited, silent.answered
	}
	v.forbidden = v.forbidden || v.limited
	return v
}

// forbidding are the answers after which no other target would do better.
var forbidding = []error{ErrUnauthorized, ErrForbidden, ErrRateLimited, ErrRedirected, ErrHistoryUnavailable}

// and joins the verdict of the other route.
func (v verdict) and(other verdict) verdict {
	other.attempts += v.attempts
	other.answered = other.answered || v.answered
	other.gone = other.gone && v.gone
	other.replyLost = other.replyLost || v.replyLost
	return other
}

// half is the verdict when the other route cannot be tried: the token may live.
func (v verdict) half(err error) verdict {
	v.gone, v.err = false, fmt.Errorf("%w; by the other identifier it was not tried: %w", v.err, err)
	return v
}

// explained is the error, with a word on what may have happened before.
func (v verdict) explained() error {
	if !v.replyLost {
		return v.err
	}
	return fmt.Errorf("%w; an earlier reply was lost, so that it may have been this run that revoked it", v.err)
}

// cutOff reports whether the requests ended because the run did; before says that it
// had stopped before their verdict.
func (v verdict) cutOff(before bool) bool {
	return v.limited || before && (errors.Is(v.err, context.Canceled) || errors.Is(v.err, context.DeadlineExceeded))
}

// silent reports whether requests were sent and nothing at all answered.
func (v verdict) silent() bool { return v.err != nil && v.attempts > 0 && !v.answered }

var errWithoutJTI = errors.New("tiledesk: its entry shows no jti, and the server asks for the jti alone (measured): " +
	"whatever becomes of the entry, the server still accepts the token; " +
	"only a new GLOBAL_SECRET on the server, or disabling the user, ends it (a new password does not)")

// facts are what a decision has to know beside the verdict.
type facts struct {
	own  bool  // the request was authorized by the very token that it revokes
	took bool  // the server took that authorization before
	jtis bool  // some entry of the listings shows a jti
	stop error // why the run stops, or has stopped; nil: it goes on
	cut  bool  // the requests were cut off by that
}

// decide says what a verdict means for its job. An AlreadyGone of a listed token is
// still to be confirmed by a listing, unless the token was refused.
func (v verdict) decide(j job, f facts) (Outcome, error) {
	switch {
	case j.nameless() && f.jtis && (v.err == nil || v.gone):
		return Failed, errWithoutJTI
	case v.err == nil:
		return Revoked, nil
	case v.refused && f.own && f.took:
		return AlreadyGone, nil // the run's own token, last of all: the server refuses it already
	case v.gone && j.listed && f.own:
		return Failed, fmt.Errorf("%w; yet the server accepted the token for this very request: treat it as still valid", v.err)
	case v.gone && j.listed:
		return AlreadyGone, nil
	case v.notFound && !j.listed:
		return NotFound, v.explained()
	case !f.cut:
		return Failed, v.err
	case v.replyLost:
		return NotAttempted, fmt.Errorf("tiledesk: unknown whether it was revoked, the run stopped meanwhile: %w", f.stop)
	}
	return NotAttempted, fmt.Errorf("tiledesk: not revoked, the run stopped meanwhile: %w", f.stop)
}

// brief is a copy that keeps a hundred thousand failures from holding as many
// pages of a proxy.
func (e *APIError) brief() *APIError {
	if e.Response == nil {
		return e
	}
	short, response := *e, *e.Response
	short.Response = &response
	if len(response.Body) > maxBulkBody {
		response.Body, response.end = bytes.Clone(response.Body[:maxBulkBody]), endCut
	}
	header := 0
	for name, values := range response.Header {
		header += len(name) + len(strings.Join(values, ""))
	}
	if header > maxBulkHeader {
		response.Header = nil
	}
	return &short
}
