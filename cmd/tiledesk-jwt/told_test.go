package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// Wrong usage begins with the name of the program, a no to a question does not; the
// server is named where it is about what that did, or did not.
func TestApp_explain(t *testing.T) {
	t.Parallel()
	const server = " The server asked was https://example.com/api."
	answered := &tiledesk.APIError{StatusCode: 500}
	for name, c := range map[string]struct {
		err                   error
		begins, ends, without string
	}{
		"usage":       {usage("Not so."), "tiledesk-jwt: Not so.", "Not so.", "The server"},
		"no":          {errDeclined, "Nothing was revoked.", "Nothing was revoked.", "tiledesk-jwt"},
		"undone":      {undone("Not done."), "Not done.", "Not done.", "tiledesk-jwt"},
		"answered":    {answered, "The server failed.", server, "tiledesk-jwt"},
		"no answer":   {fmt.Errorf("x: %w", tiledesk.ErrNoAnswer), "The server did not answer", server, "tiledesk-jwt"},
		"interrupted": {fmt.Errorf("%w: %w", tiledesk.ErrNoAnswer, context.Canceled), "Interrupted.", "Interrupted.", "The server"},
		"any":         {fmt.Errorf("any"), "Any.", "Any.", "The server"},
		"argument":    {fmt.Errorf("x: %w", tiledesk.ErrInvalidArgument), "tiledesk-jwt: ", ".", "The server"},
	} {
		a, _ := testApp(new(bytes.Buffer))
		a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": "https://example.com/api//"})
		got := a.explain(c.err)
		if !strings.HasPrefix(got, c.begins) || !strings.HasSuffix(got, c.ends) || strings.Contains(got, c.without) {
			t.Errorf("%s: %q", name, got)
		}
	}
	a, _ := testApp(new(bytes.Buffer))
	for _, err := range []error{nil, ended(exitUsage), ended(exitRefused)} {
		if got := a.explain(err); got != "" {
			t.Errorf("%v: %q", err, got)
		}
	}
	if got, want := a.server(), strings.TrimRight(tiledesk.DefaultBaseURL, "/"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	a.flags.BaseURL = "http://localhost:1/"
	if got := a.server(); got != "http://localhost:1" {
		t.Errorf("%s", got)
	}
}
