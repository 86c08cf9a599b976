package tiledesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// Errors that a call can end with. All of them answer [errors.Is]; whatever
// follows an answer of the server, a 2xx included, answers [errors.As] with
// [*APIError] as well.
var (
	// ErrInvalidArgument means that the call or the option was refused before
	// anything was sent.
	ErrInvalidArgument = errors.New("invalid argument")

	// ErrUnauthorized is a 401. The server's own, the bare text "Unauthorized"
	// (measured), gives no reason: a wrong password, or a token that is revoked,
	// truncated or signed elsewhere. Any other 401 is that of a proxy or gateway,
	// which proves nothing about the token: see [APIError.FromServer].
	ErrUnauthorized = errors.New("unauthorized")

	// ErrForbidden is a 403.
	ErrForbidden = errors.New("forbidden")

	// ErrNotFound is a 404, or a 2xx that says that nothing was there to revoke.
	// [APIError.FromServer] tells the API's own words from a wrong address.
	ErrNotFound = errors.New("not found")

	// ErrRateLimited is a 429 that outlasted the retries.
	ErrRateLimited = errors.New("rate limited")

	// ErrServer is any 5xx. Tiledesk answers 500 for some permanent faults too,
	// an id that is not an ObjectId for one.
	ErrServer = errors.New("server error")

	// ErrHistoryUnavailable means that the server runs without the history
	// module, so that it can neither list nor revoke tokens.
	ErrHistoryUnavailable = errors.New("history module unavailable")

	// ErrRedirected is a 3xx. No redirect is ever followed, since net/http would
	// turn a redirected DELETE into a GET that "succeeds".
	ErrRedirected = errors.New("redirected")

	// ErrUnexpectedResponse is a 2xx that is not what the API answers, an HTML page
	// for example, or that may have been truncated: HTTP/1 without a length and
	// without chunks tells no end (read in net/http). After a DELETE it means: treat
	// the token as still valid.
	ErrUnexpectedResponse = errors.New("unexpected response")

	// ErrResponseTooLarge means that the answer was longer than 16 MiB, its list
	// longer than 327,680 entries, the history longer than 256 MiB of tokens or
	// 100,000 pages, or the header longer than the transport allows: 1 MiB for the
	// built-in one. A transport given with [WithHTTPClient] has its own bound, or none.
	ErrResponseTooLarge = errors.New("response too large")

	// ErrNoAnswer means that a request was sent and no response came: the connection
	// failed, or the attempt timed out. It may have been carried out all the same.
	ErrNoAnswer = errors.New("no answer")

	// ErrCredentials means that the credentials gave no authorization, or none that can
	// be sent: nothing was sent, or nothing after a 401. Their own error, if any,
	// answers as well.
	ErrCredentials = errors.New("the credentials gave no authorization")

	// ErrLimiterRefused means that the client's own [RateLimiter] let an attempt through
	// neither now nor later, though the context of the call goes on: a *rate.Limiter
	// that cannot serve before the deadline, for one, which is
	// [context.DeadlineExceeded] as well, or one of [NewAdaptiveLimiter] where the server
	// asked for a long pause. A deadline that passed while an attempt
	// waited is not of this kind.
	ErrLimiterRefused = errors.New("the rate limiter refused")

	// ErrTokensKeepAppearing means that RevokeAll gave up after ten listings that
	// each brought new tokens.
	ErrTokensKeepAppearing = errors.New("new tokens keep appearing")

	// ErrIncompleteHistory means that paging may have missed entries that were
	// there when it began.
	ErrIncompleteHistory = errors.New("incomplete history")
)

// APIError is an answer of the server that is not a success.
//
// Its text shows method, route template, status and message: never the URL, an
// identifier or a body. Response has those for whoever asks for them.
//
// A mock can give one as a literal. Its StatusCode says of which kind it is: any 2xx
// is [ErrUnexpectedResponse], and a 400 with the Message "Invalid project id: jwt" is
// [ErrHistoryUnavailable].
type APIError struct {
	StatusCode int
	Message    string        // what the server said, cut to 300 characters and cleaned; can be empty
	Fields     []FieldError  // of a 422; nil otherwise
	Method     string        // "GET", "DELETE" or "POST"
	Route      string        // "/jwt/history/:jti": the template, never the URL
	RetryAfter time.Duration // what the server asked to wait; 0 when it did not
	Attempts   int           // 1 when the first try was answered
	Response   *Response     `json:"-"`

	ours   bool   // made by the package, so that kind says what there is to say
	kind   error  // the sentinel, where the status does not tell
	cause  error  // what ended the call after the answer: a context, a broken body
	advice string // what to do about it
}

// FieldError is one field that the server refused. It has no value, since the
// value can be a password.
type FieldError struct{ Field, Message string }

// Error is one line that holds no secret.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "tiledesk: %s %s: %d", e.Method, e.Route, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.Message != "" && !strings.EqualFold(e.Message, http.StatusText(e.StatusCode)) {
		b.WriteString(": " + e.Message)
	}
	if e.advice != "" {
		b.WriteString(": " + e.advice)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Is reports whether the error is of the kind that a sentinel names.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound || e.kind == ErrNotFound
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	case ErrRedirected:
		return isRedirect(e.StatusCode)
	case ErrServer:
		return e.StatusCode >= 500 && e.StatusCode <= 599
	case ErrUnexpectedResponse:
		return e.kind == target || e.kind == nil && !e.ours && isSuccess(e.StatusCode)
	case ErrHistoryUnavailable:
		return e.kind == target || saysNoModule(e.StatusCode, e.Message)
	default:
		return e.kind != nil && target == e.kind
	}
}

// FromServer reports whether a 401 or a 404 is the word of the Tiledesk server
// itself about the token, and not that of a proxy or gateway in front of it, which
// proves nothing. The server's own 401 is the bare text "Unauthorized" (measured),
// its own 404 is JSON with "success" false (read in its source), or a 2xx that says
// that nothing was there to revoke. It is false for every other answer: for one
// that contradicts itself, one that was truncated, and the 401 of a sign-in, which
// is about a password.
func (e *APIError) FromServer() bool { return e.saysUnauthorized() || e.saysNotFound() }

// saysUnauthorized reports whether the server itself refuses the authorization.
func (e *APIError) saysUnauthorized() bool {
	return e.StatusCode == http.StatusUnauthorized && e.Response.saysUnauthorized()
}

// saysNotFound reports whether the API itself says that a token is not there.
func (e *APIError) saysNotFound() bool {
	return e.kind == ErrNotFound || e.StatusCode == http.StatusNotFound && e.Response.saysNotFound()
}

// Unwrap gives what ended the call after the answer, a context's error for
// example; nil when the answer itself is the error.
func (e *APIError) Unwrap() error { return e.cause }

// Format prints the same text for every verb, since %+v would print the body
// and %#v all of it. %q quotes it.
func (e APIError) Format(f fmt.State, verb rune) { redact.Format(f, verb, e.Error()) }

// connectionError is a call that ended without an answer.
type connectionError struct {
	*redact.Failure
	method, route string
	attempts      int
	unseen        string // what to do where the server may have acted; empty: nothing
}

// Error is one line that holds no secret.
func (e *connectionError) Error() string {
	after, unseen := "", ""
	if e.attempts > 1 {
		after = fmt.Sprintf(" after %d attempts", e.attempts)
	}
	if e.unseen != "" {
		unseen = "; " + e.unseen
	}
	return fmt.Sprintf("tiledesk: %s %s: no answer%s: %s%s", e.method, e.route, after, e.Failure.Error(), unseen)
}

// Is reports whether the target is [ErrNoAnswer] and a request was sent, or an
// error that was left out since it holds a secret.
func (e *connectionError) Is(target error) bool {
	return target == ErrNoAnswer && e.attempts > 0 || e.Failure.Is(target)
}

// Format prints the same text for every verb.
func (e *connectionError) Format(f fmt.State, verb rune) { redact.Format(f, verb, e.Error()) }

// ofKind is an error of a kind that its text does not name.
type ofKind struct {
	error
	kind error
}

// Is reports whether the target is the kind.
func (e ofKind) Is(target error) bool { return target == e.kind }

// Unwrap gives the error without its kind.
func (e ofKind) Unwrap() error { return e.error }

// invalidArgument is the error for what was refused before anything was sent.
func invalidArgument(format string, args ...any) error {
	return fmt.Errorf("tiledesk: %w: %w", ErrInvalidArgument, fmt.Errorf(format, args...))
}
