package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// examineWith runs the doctor against whatever answers its lists, with a token whose
// jti is a, and returns what it found.
func examineWith(t *testing.T, list func(query url.Values) string, args ...string) (code int, found, said string) {
	t.Helper()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(list(r.URL.Query())))
	}))
	t.Cleanup(front.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": front.URL, "TILEDESK_TOKEN": sample})
	code = a.run(append([]string{"doctor", "--rate", "0", "--retries", "0"}, args...))
	return code, a.stdout.(*bytes.Buffer).String(), stderr.String()
}

// rowsOf are entries with these numbers as their jti.
func rowsOf(from, to int) string {
	var rows []string
	for n := from; n < to; n++ {
		rows = append(rows, fmt.Sprintf(`{"_id":"%024x","jti":"jti-%03d"}`, n, n))
	}
	return strings.Join(rows, ",")
}

// The shape of the list, and from where its pages count.
func TestDoctor_looksAtThePages(t *testing.T) {
	t.Parallel()
	pages := func(query url.Values) int {
		n, _ := strconv.Atoi(query.Get("page"))
		return n
	}
	for name, c := range map[string]struct {
		list func(query url.Values) string
		want string
	}{
		"an empty array": {func(url.Values) string { return ` []` }, `"envelope":"array","arrayName":null,"perPage":null,"count":null,"firstPage":null,`},
		"an empty object": {
			func(url.Values) string { return `{"perPage":40,"count":0,"jwts":[]}` },
			`"envelope":"object","arrayName":"jwts","perPage":40,"count":0,"firstPage":null,`,
		},
		"a page of one": {
			func(query url.Values) string {
				return `{"perPage":1,"count":1,"jwts":[` + rowsOf(pages(query), 1) + `]}`
			},
			`"envelope":"object","arrayName":"jwts","perPage":1,"count":1,"firstPage":0,`,
		},
		"an object without numbers": {
			func(query url.Values) string {
				if pages(query) > 0 {
					return `{"items":[]}`
				}
				return `{"items":[` + rowsOf(0, 2) + `]}`
			},
			`"envelope":"object","arrayName":"items","perPage":null,"count":null,"firstPage":0,`,
		},
		"pages of an array": {
			func(query url.Values) string {
				return "\ufeff[" + rowsOf(3*pages(query), 3*pages(query)+3) + `]`
			},
			`"envelope":"array","arrayName":null,"perPage":3,"count":null,"firstPage":0,`,
		},
		"a second page of one": {
			func(query url.Values) string { return `[` + rowsOf(3*pages(query), min(3*pages(query)+3, 4)) + `]` },
			`"envelope":"array","arrayName":null,"perPage":3,"count":null,"firstPage":0,`,
		},
		"pages that begin again": {
			func(query url.Values) string {
				n := max(pages(query), 1) % 2
				return `[` + rowsOf(2*n, 2*n+2) + `]`
			},
			`"perPage":null,"count":null,"firstPage":1,`,
		},
		"half a page twice": {
			func(query url.Values) string { return `[` + rowsOf(2*pages(query), 2*pages(query)+4) + `]` },
			`"perPage":4,"count":null,"firstPage":0,`,
		},
		"a sign-in in between": {
			func(query url.Values) string {
				if pages(query) == 1 {
					return `[` + rowsOf(1, 5) + `]`
				}
				return `[` + rowsOf(4*pages(query), 4*pages(query)+4) + `]`
			},
			`"perPage":null,"count":null,"firstPage":1,`,
		},
		"nothing on page 0": {
			func(query url.Values) string {
				if pages(query) == 1 {
					return `[` + rowsOf(0, 2) + `]`
				}
				return `[]`
			},
			`"perPage":null,"count":null,"firstPage":1,`,
		},
		"the page is ignored": {
			func(url.Values) string { return `[` + rowsOf(0, 4) + `]` },
			`"envelope":"array","arrayName":null,"perPage":null,"count":null,"firstPage":null,`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, found, said := examineWith(t, c.list, "--format", "json")
			if code != exitDone || !strings.Contains(found, c.want) {
				t.Errorf("exit code %d: %s%s", code, found, said)
			}
		})
	}
}

// The array of the tokens is the one that has as many objects as tokens came.
func TestDoctor_namesTheArray(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"jwts":[{},{}],"count":2}`:                             "jwts",
		`{"one":[{}],"rows":[{},{}],"tags":["a","b"],"no":null}`: "rows",
		`{"b":[{},{}],"a":[{},{}],"c":[{},{}]}`:                  "a",
		`{"one":[{}]}`:                                           "",
		`{`:                                                      "",
	} {
		if got := arrayName([]byte(body), 2); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if got := arrayName([]byte(`{"none":null}`), 0); got != "" {
		t.Errorf("null is taken for an array: %q", got)
	}
}

// Under which name a server reads the field to sort by. One that is always in the order
// of the jti tells nothing.
func TestDoctor_looksAtTheOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opts   []tiledesktest.Option
		tokens int
		args   []string
		want   string
	}{
		{nil, 12, nil, `"sortParameter":"sortField"`},
		{nil, 12, []string{"--sort-alias"}, `"sortParameter":"sortField"`},
		{[]tiledesktest.Option{tiledesktest.WithSortParam("sort")}, 12, nil, `"sortParameter":"sort"`},
		{[]tiledesktest.Option{tiledesktest.WithSortParam("sort")}, 12, []string{"--sort-alias"}, `"sortParameter":"sort"`},
		{[]tiledesktest.Option{tiledesktest.WithSortParam("none")}, 12, nil, `"sortParameter":null`},
		{nil, 1, nil, `"sortParameter":null`},
	} {
		server := newTestServer(t, c.opts...)
		for n := range c.tokens { // by their age not in the order of their jti
			server.IssueWithJTI(testEmail, fmt.Sprintf("jti-%03d", n*5%12))
		}
		code, found, said := doctor(server, "", append(c.args, "--format", "json", "--read-only")...)
		if code != exitDone || !strings.Contains(found, c.want) {
			t.Errorf("%d tokens %v: exit code %d: %s%s", c.tokens, c.args, code, found, said)
		}
		code, found, _ = doctor(server, "", append(c.args, "--read-only")...)
		if few := strings.Contains(found, "too few tokens"); code != exitDone || few != (c.tokens == 1) {
			t.Errorf("%d tokens: %s", c.tokens, found)
		}
	}
}

// The token in use is looked for among the newest 200, and what was not read to its end
// does not show that it is missing.
func TestDoctor_looksForTheTokenInUse(t *testing.T) {
	t.Parallel()
	own := `{"_id":"ffffffffffffffffffffffff","jti":"A"}`
	for _, c := range []struct {
		rows string
		want string
		code int
	}{
		{own, "is in the list", exitDone},
		{rowsOf(0, 3), "PROBLEM: the token in use is not in the list", exitDone},
		{rowsOf(0, 199) + "," + own, "is in the list", exitDone},
		{rowsOf(0, 199), "PROBLEM: the token in use is not in the list", exitDone},
		{rowsOf(0, 200) + "," + own, "not known, since the list was not read to its end", exitDone},
		{rowsOf(0, 3) + `],"count":4,"perPage":3,"x":[`, "not known, since the list was not read to its end", exitDone},
	} {
		code, found, said := examineWith(t, func(query url.Values) string {
			if page := query.Get("page"); page != "" && page != "0" {
				return `{"jwts":[]}`
			}
			return `{"jwts":[` + c.rows + `]}`
		})
		if code != c.code || !strings.Contains(plainText(found), c.want) {
			t.Errorf("%d rows: exit code %d: %s%s", strings.Count(c.rows, "jti"), code, found, said)
		}
	}
}

// A page is the same where most of its tokens are, since a sign-in moves each by one.
func TestDoctor_comparesPages(t *testing.T) {
	t.Parallel()
	page := func(jtis ...string) *tiledesk.HistoryPage {
		p := new(tiledesk.HistoryPage)
		for _, jti := range jtis {
			p.Tokens = append(p.Tokens, &tiledesk.Token{JTI: jti})
		}
		return p
	}
	for _, c := range []struct {
		a, b *tiledesk.HistoryPage
		want bool
	}{
		{page("a", "b"), page("a", "b"), true}, {page("a", "b", "c"), page("n", "a", "b"), true},
		{page("a", "b"), page("n", "a"), false}, {page("a"), page(), false}, {page("a"), page("b"), false},
	} {
		if got := alike(c.a, c.b); got != c.want {
			t.Errorf("%v and %v: %v", c.a, c.b, got)
		}
	}
}
