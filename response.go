package tiledesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/baseurl"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/transport"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// Response is an answer of the server. Printing or marshaling it shows neither
// header nor body, since both can hold secrets.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte // whole and raw; entries of a page share its memory
	Attempts   int    // 1 when the first try was answered

	end bodyEnd // whether Body is known to be whole
}

// Format prints a summary for every verb.
func (r Response) Format(f fmt.State, verb rune) {
	redact.Format(f, verb, fmt.Sprintf("%d %s, %d bytes, attempt %d",
		r.StatusCode, http.StatusText(r.StatusCode), len(r.Body), r.Attempts))
}

// MarshalJSON writes the summary: statusCode, bytes and attempts.
func (r Response) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int{"statusCode": r.StatusCode, "bytes": len(r.Body), "attempts": r.Attempts})
}

// bodyEnd is how much is known about the end of a body. Zero is what an answer has
// that no connection carried.
type bodyEnd int

const (
	endKnown bodyEnd = iota
	endOpen          // it ended when the connection did: more may have been meant to come
	endCut           // it broke off before its announced end
)

// newResponse is the newest answer as callers see it; nil when none came.
func newResponse(result transport.Result) *Response {
	r := result.Response
	if r == nil {
		return nil
	}
	answer := &Response{StatusCode: r.StatusCode, Header: r.Header, Body: r.Body, Attempts: result.Attempts}
	switch {
	case result.Cut():
		answer.end = endCut
	case !r.Ended:
		answer.end = endOpen
	}
	return answer
}

// wire is the answer as the readers see it.
func (r *Response) wire() wire.Answer {
	return wire.Answer{Status: r.StatusCode, Body: r.Body, Whole: r.end == endKnown}
}

// saysUnauthorized reports whether a 401 is the server's own, whatever its reason.
func (r *Response) saysUnauthorized() bool { return r != nil && wire.SaysUnauthorized(r.wire()) }

// refuses reports whether the server itself refuses the authorization.
func (r *Response) refuses() bool {
	return r.StatusCode == http.StatusUnauthorized && r.saysUnauthorized()
}

// endedRefused reports whether a request ended with such an answer.
func endedRefused(result transport.Result) bool {
	return result.Whole() && result.Stop == nil && newResponse(result).refuses()
}

// saysNotFound reports whether a 404 is the API's own word that a token is not there.
func (r *Response) saysNotFound() bool {
	return r != nil && r.end != endCut && wire.SaysNotFound(r.wire())
}

// canRead reports whether a reader has to say what an answer means: a whole 2xx, or
// a 401 where that is an answer too.
func (c *call) canRead(result transport.Result, answer *Response) bool {
	if !result.Whole() || result.Stop != nil {
		return false
	}
	return isSuccess(answer.StatusCode) ||
		c.reads401 && answer.refuses()
}

// failure is the typed error for a request that did not succeed; refusal is the same
// where the server answered.
func (c *call) failure(result transport.Result, answer *Response) (refusal *APIError, err error) {
	found := finding{}
	switch {
	case answer != nil && result.Stop != nil: // stopped after an answer
		found = c.refused(result, answer)
		found.cause = c.stopped(result)
	case result.Whole():
		found = c.refused(result, answer)
	case result.Cut() && result.TooLarge:
		found = c.refused(result, answer)
		found.cause = fmt.Errorf("%w: %w", ErrResponseTooLarge, result.Err)
	case result.Cut(): // the connection broke inside the body
		found = c.refused(result, answer)
		found.cause = c.safely(fmt.Errorf("the answer was truncated: %w", result.Err))
		if answer.StatusCode <= 299 {
			found.kind = ErrUnexpectedResponse
		}
	default:
		return nil, c.silence(result)
	}
	refusal = c.newAPIError(result, answer, found)
	return refusal, refusal
}

// unrenewed is the typed error for a 401 after which the credentials failed to give
// another authorization.
func (c *call) unrenewed(result transport.Result, answer *Response, err error) *APIError {
	found := c.refused(result, answer)
	found.cause = ofKind{c.safely(fmt.Errorf("the credentials gave no other authorization: %w", err)), ErrCredentials}
	return c.newAPIError(result, answer, found)
}

// stopped is what kept a request from another attempt, with nothing of the caller's
// that is a secret.
func (c *call) stopped(result transport.Result) error {
	stop := c.secrets().Hide(result.Stop)
	if result.Declined {
		return ofKind{stop, ErrLimiterRefused}
	}
	return stop
}

// finding is what an answer that is not a success says.
type finding struct {
	message string
	fields  []wire.Field
	kind    error  // the sentinel, where the status does not tell
	cause   error  // what ended the call after the answer; nil when the answer did
	advice  string // what to do about it
}

// refused is what an answer says that no reader has to judge.
func (c *call) refused(result transport.Result, answer *Response) finding {
	var f finding
	f.message, f.fields = wire.ReadMessage(answer.Header, answer.Body)
	switch status := answer.StatusCode; {
	case isRedirect(status):
		f.advice = baseurl.Redirect(c.baseURL, answer.Header.Get("Location"), c.secrets().Short)
	case saysNoModule(status, f.message):
		f.kind = ErrHistoryUnavailable
		f.advice = "the server runs without the history module (@tiledesk-ent/tiledesk-server-jwthistory): its administrator has to install it, or the base URL is of another server"
	case status == http.StatusUnauthorized:
		f.advice = c.refusalAdvice(answer, result.ReplyLost)
	}
	return f
}

// saysNoModule reports whether an answer is that of a server without the history
// module (measured).
func saysNoModule(status int, message string) bool {
	return status == http.StatusBadRequest && strings.TrimSpace(message) == "Invalid project id: jwt"
}

// kinds are the sentinels of what a reader found.
var kinds = map[wire.Kind]error{
	wire.Reported: nil, wire.Unexpected: ErrUnexpectedResponse, wire.NotFound: ErrNotFound, wire.TooLarge: ErrResponseTooLarge,
}

// found is what a reader found wrong with a 2xx.
func found(fault *wire.Fault) finding {
	f := finding{message: fault.Message, kind: kinds[fault.Kind], advice: fault.Advice}
	if fault.Kind == wire.TooLarge {
		f.advice = ErrResponseTooLarge.Error() + ": " + fault.Advice
	}
	return f
}

// silence is the typed error for a call that ended without an answer.
func (c *call) silence(result transport.Result) error {
	err := redact.WithoutURL(result.Err)
	switch stop := result.Stop; {
	case result.TooLarge:
		err = fmt.Errorf("%w: %w", ErrResponseTooLarge, err)
	case stop != nil && (err == nil || errors.Is(err, stop) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		err = c.stopped(result)
	case stop != nil:
		err = fmt.Errorf("%w; before that: %w", stop, err)
	}
	silence := &connectionError{
		Failure: c.safely(err),
		method:  c.route.method, route: c.route.template, attempts: result.Attempts,
	}
	if result.ReplyLost {
		silence.unseen = c.unseen
	}
	return silence
}

// safely describes a failure below HTTP without the URL and any secret.
func (c *call) safely(err error) *redact.Failure { return c.secrets().Tell(err) }

// newAPIError is the error for an answer, with what to do where the server may have
// acted unseen: a reply was lost, or a success did not say what it should.
func (c *call) newAPIError(result transport.Result, answer *Response, f finding) *APIError {
	var fields []FieldError
	for _, field := range f.fields {
		fields = append(fields, FieldError{Field: c.secrets().Short(field.Field), Message: c.secrets().Short(field.Message)})
	}
	if c.unseen != "" && (result.ReplyLost || answer.StatusCode <= 299) {
		f.advice = strings.TrimPrefix(f.advice+"; "+c.unseen, "; ")
	}
	after, _ := transport.RetryAfter(answer.Header)
	return &APIError{
		StatusCode: answer.StatusCode,
		Message:    c.secrets().Short(f.message),
		Fields:     fields,
		Method:     c.route.method,
		Route:      c.route.template,
		RetryAfter: after,
		Attempts:   result.Attempts,
		Response:   answer,
		ours:       true,
		kind:       f.kind,
		cause:      f.cause,
		advice:     f.advice,
	}
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

func isRedirect(status int) bool { return status >= 300 && status <= 399 }

// refusalAdvice says what a 401 means. A sign-in is refused in the API's words and
// not in those of the authorization (measured).
func (c *call) refusalAdvice(answer *Response, replyLost bool) string {
	kind := credentialKind(c.authorization)
	own := answer.saysUnauthorized() || kind == "none" && wire.SaysFailure(answer.wire())
	switch {
	case !own:
		return wire.RefusalAdvice(kind, false)
	case c.advice401 != "" && replyLost:
		return c.advice401 + "; an earlier reply was lost, so that this call may have revoked it"
	case c.advice401 != "":
		return c.advice401
	}
	return wire.RefusalAdvice(kind, true)
}

func credentialKind(authorization string) string {
	switch {
	case authorization == "":
		return "none"
	case authz.HasScheme(authorization, "Basic"):
		return "Basic"
	case authz.HasScheme(authorization, "JWT"):
		return "JWT"
	}
	return "custom"
}
