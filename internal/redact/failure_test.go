package redact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// A cause that holds a secret is left out, and answers for what it is all the same,
// and for nothing else.
func TestSecrets_Tell_aCauseThatIsLeftOut(t *testing.T) {
	t.Parallel()
	secrets := redact.New("s3cret-of-the-caller")
	silent := &json.SyntaxError{Offset: 7}
	cause := fmt.Errorf("said s3cret-of-the-caller: %w, %w", context.Canceled, silent)
	failure := secrets.Tell(cause)
	if failure.Unwrap() != nil || strings.Contains(failure.Error(), "s3cret") {
		t.Errorf("it wraps %v and says %s", failure.Unwrap(), failure)
	}
	var found *json.SyntaxError
	if !errors.Is(failure, context.Canceled) || !errors.As(failure, &found) || found != silent {
		t.Error("it does not answer for its cause")
	}
	if telling := secrets.Tell(fmt.Errorf("%w, %w", tellingError{}, silent)); errors.As(telling, new(tellingError)) || !errors.As(telling, &found) {
		t.Error("it gives the error away that tells, or not the other")
	}
	if errors.Is(failure, io.EOF) || errors.Is(failure, context.DeadlineExceeded) || errors.As(failure, new(*url.Error)) {
		t.Error("it answers for what it is not")
	}
}

type tellingError struct{}

func (tellingError) Error() string { return "s3cret-of-the-caller" }

// A cause without a secret is wrapped as it is.
func TestSecrets_Tell_aCauseThatIsShown(t *testing.T) {
	t.Parallel()
	secrets := redact.New("s3cret-of-the-caller")
	failure := secrets.Tell(&url.Error{Op: "Get", URL: "https://tiledesk.test/s3cret", Err: io.ErrUnexpectedEOF})
	if failure.Unwrap() != io.ErrUnexpectedEOF || failure.Error() != io.ErrUnexpectedEOF.Error() {
		t.Errorf("it wraps %v and says %s", failure.Unwrap(), failure)
	}
	if !errors.Is(failure, io.ErrUnexpectedEOF) || errors.Is(failure, io.EOF) || errors.As(failure, new(*url.Error)) {
		t.Error("it answers for what it is not")
	}
	if text := fmt.Sprintf("%v %q %+v", failure, failure, failure); text != `unexpected EOF "unexpected EOF" unexpected EOF` {
		t.Errorf("it prints as %s", text)
	}
}

// Hide changes nothing that has no secret.
func TestSecrets_Hide(t *testing.T) {
	t.Parallel()
	secrets := redact.New("s3cret-of-the-caller")
	if err := secrets.Hide(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
	if err := secrets.Hide(io.EOF); err != io.EOF {
		t.Errorf("io.EOF became %v", err)
	}
	for name, err := range map[string]error{
		"in its text":           errors.New("s3cret-of-the-caller"),
		"in one that it wraps":  silently{errors.New("s3cret-of-the-caller")},
		"in one of many":        errors.Join(io.EOF, silently{errors.New("s3cret-of-the-caller")}),
		"a URL, whatever it is": &url.Error{Op: "Get", URL: "https://tiledesk.test", Err: io.EOF},
	} {
		hidden := secrets.Hide(err)
		if hidden == err || strings.Contains(fmt.Sprintf("%v %+v %#v", hidden, hidden, hidden), "s3cret") {
			t.Errorf("%s: it shows in %v", name, hidden)
		}
		for _, inner := range unwrap(hidden) {
			checkNoText(t, name, inner, "s3cret-of-the-caller")
		}
	}
}

// silently wraps an error without saying so.
type silently struct{ error }

func (silently) Error() string   { return "something is wrong" }
func (s silently) Unwrap() error { return s.error }

// Texts that are too long are cut between two characters, and one that is as long as
// it may be is not.
func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "abc": "abc", "äöü": "äöü", "abcd": "ab…", "äöüß": "äö…"} {
		if got := redact.Cut(text, 3); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}
