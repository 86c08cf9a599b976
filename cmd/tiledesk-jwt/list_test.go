package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// A list that ends early, because it is longer than any real one, shows what came,
// says that this is not all, and ends as a failure.
func TestList_showsWhatCameOfAListThatIsTooLong(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "1" {
			_, _ = io.CopyN(w, endless{}, 17<<20)
			return
		}
		_, _ = fmt.Fprint(w, `{"perPage":2,"count":4,"jwts":[{"_id":"1","jti":"a"},{"_id":"2","jti":"b"}]}`)
	}))
	t.Cleanup(server.Close)
	for _, format := range []string{"table", "json", "jsonl", "csv"} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
		a.flags.Timeout = patience
		err := (&listCommand{All: true, Format: format}).Run(context.Background(), a)
		if out := a.stdout.(*bytes.Buffer).String(); !strings.Contains(out, "a") || !strings.Contains(out, "b") || strings.Count(out, "\n") == 0 {
			t.Errorf("%s: %q", format, out)
		}
		if codeOf(err) != exitUndone || !strings.Contains(stderr.String(), "warning: the list is not whole: it ended after 2 tokens") {
			t.Errorf("%s: %v: %s", format, err, stderr.String())
		}
	}
}

// An empty list that may lack tokens is not called empty.
func TestList_neverCallsAnIncompleteListEmpty(t *testing.T) {
	t.Parallel()
	if cutOff(&tiledesk.APIError{StatusCode: 500}) {
		t.Error("a failure is taken for a list")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(w, endless{}, 17<<20)
	}))
	t.Cleanup(server.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
	a.flags.Timeout = patience
	err := (&listCommand{All: true, Format: "table"}).Run(context.Background(), a)
	if codeOf(err) != exitUndone || strings.Contains(stderr.String(), "no tokens") || a.stdout.(*bytes.Buffer).Len() > 0 {
		t.Errorf("%v: %s", err, stderr.String())
	}
}

// endless is white space without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A history that goes in circles ends as a failure, and what came of it is shown.
func TestList_endsWhereTheHistoryGoesInCircles(t *testing.T) {
	t.Parallel()
	listsToItsEnd(t, func(page int) string { return fmt.Sprintf(`[{"_id":"%d"}]`, page%3) }, 3, "the server gives the same page again and again")
}

// A history without an end ends as a failure too, and what came of it is shown. The bounds
// are those of the package, which tests them; this is the nearest one.
func TestList_endsWhereTheHistoryDoesNot(t *testing.T) {
	t.Parallel()
	listsToItsEnd(t, func(page int) string {
		if page < 3 {
			return fmt.Sprintf(`[{"_id":"%d"}]`, page)
		}
		return "[" + strings.Repeat("{},", wire.MaxEntries) + "{}]"
	}, 3, "it lists more than")
}

// listsToItsEnd runs list --all against a server with these pages, and expects so many
// tokens and a failure that names its cause.
func listsToItsEnd(t *testing.T, list func(page int) string, want int, cause string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		_, _ = io.WriteString(w, list(page))
	}))
	t.Cleanup(server.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
	a.flags.Timeout = patience
	err := (&listCommand{All: true, Format: "jsonl"}).Run(context.Background(), a)
	if got := strings.Count(a.stdout.(*bytes.Buffer).String(), "\n"); got != want || codeOf(err) != exitUndone {
		t.Errorf("got %d tokens, exit code %d", got, codeOf(err))
	}
	if says := "warning: the list is not whole: it ended after " + count(want, "token"); !strings.Contains(stderr.String(), says) || !strings.Contains(explain(err), cause) {
		t.Errorf("%s: %v", stderr.String(), err)
	}
}

// An identifier that spells a whole token is not shown, however it is written.
func TestList_redactsIdentifiersThatSpellAToken(t *testing.T) {
	t.Parallel()
	spelled := strings.Replace(sample, ".", "%2e", 1)
	for _, token := range []*tiledesk.Token{{ID: spelled, JTI: "a"}, {ID: "b", JTI: spelled}} {
		r := newRow(token, "", nil)
		if strings.Contains(r.ID+r.JTI, "eyJ") {
			t.Errorf("%+v", r)
		}
	}
}
