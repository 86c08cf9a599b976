package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// Only y and yes are a yes, an empty line is the default, and the end of the input is a
// no, which leaves no text behind the question.
func TestQuestions_areAnswered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed             string
		noByDefault, orNo bool // the answers where no is the default, and where yes is
		after             string
	}{
		{"y\n", true, true, ""}, {"Y\n", true, true, ""}, {" yes \n", true, true, ""}, {"YES", true, true, ""},
		{"n\n", false, false, ""}, {"no\n", false, false, ""}, {"yeah\n", false, false, ""}, {"\n", false, true, ""}, {" \r\n", false, true, ""},
		{"", false, false, "\n"},
	} {
		for _, byDefault := range []bool{false, true} {
			var stderr bytes.Buffer
			a, _ := testApp(&stderr)
			a.stdin = strings.NewReader(c.typed)
			yes, err := a.askYesNo(t.Context(), byDefault, "Revoke %s?", "it\x1b")
			want, choice := c.noByDefault, " [y/N] "
			if byDefault {
				want, choice = c.orNo, " [Y/n] "
			}
			if yes != want || err != nil || stderr.String() != "Revoke it ?"+choice+c.after {
				t.Errorf("%q by default %v: %v, %v: %q", c.typed, byDefault, yes, err, stderr.String())
			}
			a.stdin = strings.NewReader(c.typed)
			if err := a.confirm(t.Context(), "Revoke it?"); !byDefault && (err == nil) != want || err != nil && !errors.Is(err, errDeclined) {
				t.Errorf("%q: %v", c.typed, err)
			}
		}
	}
}

// An interrupt at a question is an error, and neither a yes nor a no.
func TestQuestions_areInterrupted(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	typed := make(chan struct{})
	a.stdin = waiting{typed}
	defer close(typed)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	if yes, err := a.askYesNo(ctx, true, "Revoke it?"); yes || codeOf(err) != exitInterrupted {
		t.Errorf("%v, %v", yes, err)
	}
	if err := a.confirm(ctx, "Revoke it?"); codeOf(err) != exitInterrupted {
		t.Errorf("%v", err)
	}
}

// waiting is an input at which nobody types.
type waiting struct{ until chan struct{} }

func (w waiting) Read([]byte) (int, error) {
	<-w.until
	return 0, errors.New("closed")
}

// A question takes the status line away, which would stand before it.
func TestQuestions_eraseTheStatus(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.console.draw("waiting")
	a.console.ask("Revoke?")
	if got := stderr.String(); got != clearLine+"waiting"+clearLine+"Revoke? " {
		t.Errorf("%q", got)
	}
}

// Where nobody is there to answer, the command says so before anything is sent.
func TestQuestions_needSomebody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stdin, stderr, noInput, taken bool
		why                           string
	}{
		{true, true, false, false, ""},
		{true, true, true, false, "with --no-input you cannot be asked"},
		{false, false, true, true, "with --no-input you cannot be asked"},
		{true, true, false, true, "stdin is in use, so that you cannot be asked"},
		{true, false, false, true, "there is no terminal to ask on"},
		{true, false, false, false, "there is no terminal to ask on"},
		{false, true, false, false, "there is no terminal to ask on"},
	} {
		a, _ := testApp(new(bytes.Buffer))
		a.onTerminal.stdin, a.onTerminal.stderr, a.flags.NoInput = c.stdin, c.stderr, c.noInput
		if err := a.mustBeThere(false, c.taken); err != nil {
			t.Errorf("nothing is asked: %v", err)
		}
		err := a.mustBeThere(true, c.taken)
		if c.why == "" {
			if err != nil || !a.canAsk() {
				t.Errorf("%v", err)
			}
			continue
		}
		if codeOf(err) != exitUsage || err.Error() != "Nothing was sent: "+c.why+". Look at it with --dry-run, then use --yes." || a.canAsk() && !c.taken {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
