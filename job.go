package tiledesk

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// The error of a bulk result keeps this much of an answer's body, and its header
// only if that is no longer than this.
const (
	maxBulkBody   = 1 << 10
	maxBulkHeader = 8 << 10
)

// job is one target on its way; token is nil when it was given by hand.
type job struct {
	target Target
	token  *Token
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
	if !hasScheme(req.authorization, "JWT") {
		return false
	}
	claims, err := ParseClaims(req.authorization)
	return err == nil && claims.JTI != "" && claims.JTI == j.target.JTI
}

// result redacts an identifier that is a whole token.
func (j job) result(outcome Outcome, err error, attempts int) RevokeResult {
	target := Target{JTI: redact.Tokens(j.target.JTI), ID: redact.Tokens(j.target.ID)}
	if j.token != nil {
		j.token.JTI, j.token.ID = target.JTI, target.ID
	}
	return RevokeResult{Target: target, Token: j.token, Outcome: outcome, Err: err, Attempts: attempts}
}

// verdict is what the DELETEs for one job came to.
type verdict struct {
	err       error
	attempts  int
	gone      bool // every route said, in the API's own words, that it is not there
	refused   bool // 401, and not by a page of some proxy
	replyLost bool // an attempt may have taken effect unseen
}

func verdictOf(err error) verdict {
	v := verdict{err: err}
	var answered *APIError
	var silent *connectionError
	switch {
	case errors.As(err, &answered):
		v.attempts, v.replyLost, v.gone = answered.Attempts, answered.replyLost, answered.saysNotFound()
		v.refused = answered.saysUnauthorized()
	case errors.As(err, &silent):
		v.attempts, v.replyLost = silent.attempts, silent.replyLost
	}
	return v
}

// and joins the verdict of the other route.
func (v verdict) and(other verdict) verdict {
	return verdict{
		err:       other.err,
		attempts:  v.attempts + other.attempts,
		gone:      v.gone && other.gone,
		refused:   other.refused,
		replyLost: v.replyLost || other.replyLost,
	}
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

// shorten keeps a hundred thousand failures from holding as many pages of a proxy.
func shorten(err error) {
	var answered *APIError
	if !errors.As(err, &answered) {
		return
	}
	if len(answered.Response.Body) > maxBulkBody {
		answered.Response.Body = bytes.Clone(answered.Response.Body[:maxBulkBody])
		answered.Response.end = endCut
	}
	header := 0
	for name, values := range answered.Response.Header {
		header += len(name) + len(strings.Join(values, ""))
	}
	if header > maxBulkHeader {
		answered.Response.Header = nil
	}
}
