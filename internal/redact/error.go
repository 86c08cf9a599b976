package redact

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// MaxText is how many characters of a text an error shows.
const MaxText = 300

// Short is Clean with at most [MaxText] characters.
func (s *Secrets) Short(text string) string {
	return strings.Clone(Cut(s.Clean(text), MaxText)) // it may be a piece of a whole body
}

// Cut leaves at most so many characters of a text.
func Cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// Hide gives an error of the caller's code as it is, nil included, unless it holds
// a secret.
func (s *Secrets) Hide(err error) error {
	if !s.inError(err) {
		return err
	}
	return s.Tell(err)
}

// Failure is an error of the transport or of the caller's code, told without URL or
// secret.
type Failure struct {
	text  string
	cause error                   // nil when its text, or that of an error inside it, holds a secret
	is    func(target error) bool // answers for the cause that is left out
	as    func(target any) bool   // answers for those errors inside it that hold none
}

// Tell tells an error without URL or secret.
func (s *Secrets) Tell(err error) *Failure {
	err = WithoutURL(err)
	e := &Failure{text: s.Short(err.Error()), cause: err}
	if s.inError(err) {
		shown := s.silent(err)
		e.cause = nil
		e.is = func(target error) bool { return errors.Is(err, target) }
		e.as = func(target any) bool {
			return slices.ContainsFunc(shown, func(inner error) bool { return errors.As(inner, target) })
		}
	}
	return e
}

func (e *Failure) Error() string { return e.text }

// Unwrap gives the cause for [errors.Is] and [errors.As].
func (e *Failure) Unwrap() error { return e.cause }

// Is answers [errors.Is] where the cause itself cannot be shown.
func (e *Failure) Is(target error) bool { return e.is != nil && e.is(target) }

// As answers [errors.As] with what can be shown of such a cause.
func (e *Failure) As(target any) bool { return e.as != nil && e.as(target) }

// Format prints the same text for every verb.
func (e *Failure) Format(f fmt.State, verb rune) { Format(f, verb, e.text) }

// Format writes a text for any verb, quoted for %q.
func Format(f fmt.State, verb rune, text string) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", text)
		return
	}
	fmt.Fprint(f, text)
}

// WithoutURL takes off what http.Client wraps around an error: the whole URL.
func WithoutURL(err error) error {
	for {
		wrapped, ok := err.(*url.Error)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}

// inError reports whether an error, or one that it wraps, has a secret in its text.
func (s *Secrets) inError(err error) bool {
	if err == nil {
		return false
	}
	if _, ok := err.(*url.Error); ok || s.In(err.Error()) {
		return true
	}
	return slices.ContainsFunc(unwrap(err), s.inError)
}

// silent gives the errors inside one that hold no secret, the outermost of each.
func (s *Secrets) silent(err error) (shown []error) {
	if !s.inError(err) {
		return []error{err}
	}
	for _, inner := range unwrap(err) {
		if inner != nil {
			shown = append(shown, s.silent(inner)...)
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
