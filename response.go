package tiledesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxBody is the length above which no answer is read.
const maxBody = 16 << 20

// Response is an answer of the server. Printing or marshalling it shows neither
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
	formatSafely(f, verb, fmt.Sprintf("%d %s, %d bytes, attempt %d",
		r.StatusCode, http.StatusText(r.StatusCode), len(r.Body), r.Attempts))
}

// MarshalJSON writes the summary: statusCode, bytes and attempts.
func (r Response) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int{"statusCode": r.StatusCode, "bytes": len(r.Body), "attempts": r.Attempts})
}

// isBareUnauthorized reports whether the body is all that the server's own 401 has
// (measured), and known to be whole: "Unauthorized" may begin another text.
func (r *Response) isBareUnauthorized() bool {
	return r != nil && r.end == endKnown && string(bytes.TrimSpace(r.Body)) == "Unauthorized"
}

// fault is what is wrong with an answer that HTTP calls a success.
type fault struct {
	kind    error  // a sentinel; nil when the server reports the failure in words
	message string // the server's words, not yet cleaned
	advice  string
}

func (f *fault) Error() string { return f.advice }

func unexpected(format string, args ...any) error {
	return &fault{kind: ErrUnexpectedResponse, advice: fmt.Sprintf(format, args...)}
}

// apiError is the typed error for an answer that is not a 2xx.
func (c *call) apiError() *APIError {
	message, fields := errorMessage(c.answer.Header, c.answer.Body)
	e := c.newAPIError(message, fields)
	switch status := c.answer.StatusCode; {
	case isRedirect(status):
		e.advice = c.redirectAdvice(c.answer.Header.Get("Location"))
	case status == http.StatusBadRequest && strings.TrimSpace(message) == "Invalid project id: jwt":
		e.kind = ErrHistoryUnavailable
		e.advice = "the server runs without the history module (@tiledesk-ent/tiledesk-server-jwthistory): its administrator has to install it, or the base URL is of another server"
	case status == http.StatusUnauthorized:
		e.advice = c.refusalAdvice(e)
	}
	return e
}

// refuse turns what a reader found wrong with a 2xx into the typed error.
func (c *call) refuse(err error) error {
	var f *fault
	if !errors.As(err, &f) {
		f = &fault{kind: ErrUnexpectedResponse, advice: err.Error()}
	}
	e := c.newAPIError(f.message, nil)
	e.kind, e.advice = f.kind, f.advice
	return e
}

// failure is the typed error for a call that ended without a whole answer.
func (c *call) failure(ctx context.Context, err error) error {
	if c.broken != nil {
		err = c.broken
	}
	ended := c.stopped
	if ctx.Err() != nil && ended == nil {
		ended = contextError(ctx, c.secrets())
	}
	switch {
	case err == nil && (ended == nil || !retryableStatus(c.answer.StatusCode)): // a whole answer, and no success
		return c.apiError()
	case c.answer != nil && ended != nil: // cancelled or late, after an answer
		e := c.apiError()
		e.cause = hide(ended, c.secrets())
		return e
	case c.answerOfThisAttempt() != nil && errors.Is(err, ErrResponseTooLarge):
		e := c.apiError()
		e.cause = fmt.Errorf("%w: it has more than %d MiB", ErrResponseTooLarge, maxBody>>20)
		return e
	case c.answerOfThisAttempt() != nil: // the connection broke inside the body
		e := c.apiError()
		if e.StatusCode <= 299 {
			e.kind = ErrUnexpectedResponse
		}
		e.cause = c.safely(fmt.Errorf("the answer was cut short: %w", err))
		return e
	case ended != nil && (c.broken == nil || errors.Is(err, ended) || ctx.Err() != nil && errors.Is(err, ctx.Err())):
		return c.connection(ended)
	case ended != nil:
		return c.connection(fmt.Errorf("%w; before that: %w", ended, withoutURL(err)))
	}
	return c.connection(err)
}

// connection describes a call that ended without an answer.
func (c *call) connection(err error) error {
	return &connectionError{
		safeError: c.safely(err),
		method:    c.route.method, route: c.route.template,
		attempts: c.attempts, answered: c.answer != nil, replyLost: c.replyLost,
	}
}

// safely describes a failure below HTTP without the URL and any secret.
func (c *call) safely(err error) *safeError { return newSafeError(err, c.secrets()) }

func (c *call) newAPIError(message string, fields []FieldError) *APIError {
	for i := range fields {
		fields[i] = FieldError{Field: clean(fields[i].Field, c.secrets()), Message: clean(fields[i].Message, c.secrets())}
	}
	after, _ := retryAfter(c.answer.Header)
	c.answer.Attempts = c.attempts
	return &APIError{
		StatusCode: c.answer.StatusCode,
		Message:    clean(message, c.secrets()),
		Fields:     fields,
		Method:     c.route.method,
		Route:      c.route.template,
		RetryAfter: after,
		Attempts:   c.attempts,
		Response:   c.answer,
		replyLost:  c.replyLost,
	}
}

func isRedirect(status int) bool { return status >= 300 && status <= 399 }

// redirectAdvice names scheme and host of the place pointed to, and no more of it.
func (c *call) redirectAdvice(location string) string {
	const so = "no redirect is followed; use the address of the API itself as base URL"
	if location == "" {
		return "the redirect names no Location; " + so
	}
	target, err := url.Parse(location)
	if err == nil {
		target = c.baseURL.ResolveReference(target)
	}
	if err != nil || target.Host == "" {
		return "the redirect has a malformed Location; " + so
	}
	place := clean(target.Scheme+"://"+target.Host, c.secrets())
	if target.Scheme == c.baseURL.Scheme && target.Host == c.baseURL.Host {
		place = "another path of " + place
	}
	return fmt.Sprintf("the redirect points to %s; %s", place, so)
}

// refusalAdvice says what a 401 means. A sign-in is refused in the API's words and
// not in those of the authorization (measured).
func (c *call) refusalAdvice(e *APIError) string {
	kind := credentialKind(c.authorization)
	own := e.saysUnauthorized() || kind == "none" && e.saysFailure()
	switch {
	case !own:
		return unknownRefusal[kind]
	case c.refusal != "" && c.replyLost:
		return c.refusal + "; an earlier reply was lost, so that this call may have revoked it"
	case c.refusal != "":
		return c.refusal
	}
	return unauthorizedAdvice[kind]
}

// unauthorizedAdvice says which kind of credentials the server refused.
var unauthorizedAdvice = map[string]string{
	"Basic":  "the server refused the Basic credentials: check email and password",
	"JWT":    "the server refused the JWT: it may be revoked, expired, truncated or signed for another server",
	"custom": "the server refused the authorization that the credentials gave",
	"none":   "the server refused the email or the password",
}

// unknownRefusal is the advice for a 401 that is not in the server's own words.
var unknownRefusal = map[string]string{
	"Basic":  notTheServer + "email and password: check the base URL and what the proxy asks for",
	"JWT":    notTheServer + "the token: treat it as still valid, and check the base URL and what the proxy asks for",
	"custom": notTheServer + "the authorization that the credentials gave: check the base URL and what the proxy asks for",
	"none":   notTheServer + "email and password: check the base URL and what the proxy asks for",
}

const notTheServer = "this is not the answer of the Tiledesk server: a proxy or gateway in front of it refused, and nothing is known about "

func credentialKind(authorization string) string {
	switch {
	case authorization == "":
		return "none"
	case hasScheme(authorization, "Basic"):
		return "Basic"
	case hasScheme(authorization, "JWT"):
		return "JWT"
	}
	return "custom"
}
