package tiledesk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// maxMessage is how many characters of a text an error shows.
const maxMessage = 300

// clean makes a text of the server, or of the caller's code, fit for an error or a
// terminal: no secret, one line, at most 300 characters.
func clean(text string, secrets *redact.Secrets) string {
	return strings.Clone(cut(secrets.Clean(text), maxMessage)) // it may be a piece of the whole body
}

// cut leaves at most so many characters of a text.
func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// hide gives an error of the caller's code as it is, nil included, unless it holds
// a secret.
func hide(err error, secrets *redact.Secrets) error {
	if !tells(err, secrets) {
		return err
	}
	return newSafeError(err, secrets)
}

// tells reports whether an error, or one that it wraps, has a secret in its text.
func tells(err error, secrets *redact.Secrets) bool {
	if err == nil {
		return false
	}
	if _, ok := err.(*url.Error); ok || secrets.In(err.Error()) {
		return true
	}
	return slices.ContainsFunc(unwrap(err), func(inner error) bool { return tells(inner, secrets) })
}

// silent gives the errors inside one that hold no secret, the outermost of each.
func silent(err error, secrets *redact.Secrets) []error {
	if !tells(err, secrets) {
		return []error{err}
	}
	var shown []error
	for _, inner := range unwrap(err) {
		if inner != nil {
			shown = append(shown, silent(inner, secrets)...)
		}
	}
	return shown
}

// unwrap gives the errors that an error wraps; one can be nil.
func unwrap(err error) []error {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return []error{err.Unwrap()}
	case interface{ Unwrap() []error }:
		return err.Unwrap()
	}
	return nil
}

// withoutURL takes off what http.Client wraps around an error: the whole URL.
func withoutURL(err error) error {
	for {
		wrapped, ok := err.(*url.Error)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}

// contextError is the context's error together with its cause, if it has one.
// Both can be the caller's, so that a secret can stand in them.
func contextError(ctx context.Context, secrets *redact.Secrets) error {
	return hide(transport.ContextError(ctx), secrets)
}
