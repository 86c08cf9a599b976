package bulk

import (
	"slices"

	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// job is one target on its way.
type job struct {
	target Target
	token  *Token // nil when the target was given by hand
	listed bool   // the token is an entry of a listing
}

// request is the DELETE for the job: by id, or by jti where there is no id.
func (j job) request() Request {
	if j.target.ID == "" {
		return Request{ByJTI: true, Identifier: j.target.JTI}
	}
	return Request{Identifier: j.target.ID}
}

// otherRoute is the DELETE by jti for a job whose id was not found, since a
// server may lack one of the two routes. It is false when there is no jti.
func (j job) otherRoute(req Request) (Request, bool) {
	if req.ByJTI || j.target.JTI == "" {
		return req, false
	}
	req.ByJTI, req.Identifier = true, j.target.JTI
	return req, true
}

// isAmong reports whether the job is one of the tokens that a request sends.
func (j job) isAmong(sent []Sent) bool {
	return slices.ContainsFunc(sent, func(s Sent) bool {
		return ident.SameJTI(s.JTI, j.target.JTI)
	})
}

// nameless reports whether the job is an entry that shows no jti.
func (j job) nameless() bool { return j.listed && j.target.JTI == "" }

// key is that of a listed job that shows an identifier.
func (j job) key() paging.Key {
	key, _ := paging.KeyOf(j.target.ID, j.target.JTI, nil)
	return key
}

// result redacts an identifier that is a whole token.
func (j job) result(outcome Outcome, err error, attempts int) Result {
	target := Target{JTI: redact.Identifier(j.target.JTI), ID: redact.Identifier(j.target.ID)}
	result := Result{Target: target, Outcome: outcome, Err: err, Attempts: attempts}
	if j.token != nil {
		token := *j.token
		token.JTI, token.ID = target.JTI, target.ID
		result.Token = &token
	}
	return result
}
