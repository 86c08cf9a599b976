package tiledesk

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// Credentials authorize the calls of a client.
//
// Those that rotate may also have
//
//	Refused(ctx context.Context, authorization string) (again bool, err error)
//
// It is asked, at most once a call, when the server itself answers 401 to the
// authorization that was sent, in the form in which it was sent, "JWT <token>" for
// example; the 401 of a proxy does not count. With again, the call asks Authorization
// again and is sent once more under what that gives, and its attempts are summed. It
// can be called by many goroutines at once, and for an authorization that was
// replaced meanwhile: then again is the answer, without anything else to do. An error
// ends the call; it is [ErrCredentials] and [ErrUnauthorized]. [Client.SignOut] never
// asks, nor does the revocation of a run's own token at its end: what is refused there
// has ended, which is what was wanted.
type Credentials interface {
	// Authorization returns the value of the Authorization header. It is asked
	// for once a call, also when the call is retried, and by many goroutines at
	// once. An error ends the call before anything is sent ([ErrCredentials]); a token
	// in its text is not shown.
	Authorization(ctx context.Context) (string, error)
}

// CredentialsFunc is a function that serves as [Credentials], as
// [http.HandlerFunc] does for handlers: a token from the context of a web request, or
// from a vault. It returns the token, with or without "JWT " in front; where only a
// raw token is at hand that may hold white space or "Bearer", let
// JWTAuth(token).Authorization(ctx) return it, which says what is wrong.
type CredentialsFunc func(ctx context.Context) (string, error)

// Authorization calls the function. A nil one is [ErrInvalidArgument].
func (f CredentialsFunc) Authorization(ctx context.Context) (string, error) {
	if f == nil {
		return "", errNoCredentials
	}
	return f(ctx)
}

// BasicAuth authorizes with email and password. [NewClient] refuses an empty
// email, one with a colon in it (the header could not tell where the password
// begins) and control characters.
//
// Each request costs the server a password hash on its only thread: measured,
// 5 requests a second against 91 with a token. Sign in first for a long job.
func BasicAuth(email, password string) Credentials {
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password))
	fixed := &fixedCredentials{value: func() string { return value }}
	switch {
	case strings.TrimSpace(email) == "":
		fixed.err = invalidArgument("the email is empty")
	case strings.Contains(email, ":"):
		fixed.err = invalidArgument("the email has a colon in it, which Basic authorization cannot carry")
	case authz.HasControl(email), authz.HasControl(password):
		fixed.err = invalidArgument("email or password has a control character in it; was a line break read along with it?")
	}
	return fixed
}

// JWTAuth authorizes with a token as sign-in gives it: with or without "JWT" in
// front, in any case, with any white space around. It is sent as "JWT <token>"
// with one space; two are answered 403 by the server (measured). [NewClient]
// refuses an empty token, one that says Bearer (Tiledesk answers it 401) and one
// with white space or control characters inside.
func JWTAuth(token string) Credentials {
	token = authz.Bare(token)
	value := "JWT " + token
	fixed := &fixedCredentials{value: func() string { return value }}
	if err := authz.Check(token); err != nil {
		fixed.err = invalidArgument("%w", err)
	}
	return fixed
}

// fixedCredentials never change. The secret lives in a closure, so that nothing
// that prints a struct can print it.
type fixedCredentials struct {
	value func() string
	err   error // why NewClient refuses them
}

func (c *fixedCredentials) Authorization(context.Context) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	return c.value(), nil
}

var errNoCredentials = invalidArgument("no credentials: use BasicAuth(email, password) or JWTAuth(token)")

// checkCredentials refuses what can be known to be wrong before a request.
func checkCredentials(credentials Credentials) error {
	if isNil(credentials) {
		return errNoCredentials
	}
	if fixed, ok := credentials.(*fixedCredentials); ok {
		return fixed.err
	}
	return nil
}

// authorize asks the credentials for the header of one call. What a caller's own
// credentials give is tidied and checked like the token of JWTAuth.
func authorize(ctx context.Context, credentials Credentials) (string, error) {
	if fixed, checked := credentials.(*fixedCredentials); checked {
		return fixed.value(), nil
	}
	value, err := credentials.Authorization(ctx)
	if value, err = sendable(ctx, strings.TrimSpace(value), err); err != nil {
		return "", ofKind{err, ErrCredentials}
	}
	return value, nil
}

// sendable is what a caller's own credentials gave, if it can be sent.
func sendable(ctx context.Context, value string, err error) (string, error) {
	switch {
	case errors.Is(err, ErrInvalidArgument):
		return "", redact.New(redact.Authorization(value)...).Hide(err)
	case err != nil:
		err = fmt.Errorf("tiledesk: the credentials gave no authorization, nothing was sent: %w", err)
		return "", redact.New(redact.Authorization(value)...).Tell(err)
	case value == "":
		return "", invalidArgument("the credentials gave an empty authorization")
	case authz.HasScheme(value, "JWT"), redact.IsToken(value):
		return JWTAuth(value).Authorization(ctx)
	case authz.HasControl(value):
		return "", invalidArgument("the credentials gave an authorization with a control character in it")
	}
	return value, nil
}

// isNil also sees a nil pointer inside an interface, which would panic at its
// first use.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice, reflect.Interface:
		return value.IsNil()
	default:
		return false
	}
}
