package main

import (
	"bytes"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

var ownAge = regexp.MustCompile(`OWN, [^,]*, in use`)

// What a person sees who picks by number, what is sent, and what is revoked.
func TestRevoke_picksByNumberToTheWord(t *testing.T) {
	t.Parallel()
	forbidden := tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusForbidden, Body: `{"success":false,"msg":"no"}`}
	broken := tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError, Body: `{"success":false,"msg":"no"}`}
	for name, c := range map[string]struct {
		opts    []tiledesktest.Option
		none    bool                 // there are no tokens
		fault   []tiledesktest.Fault // of the first requests
		inUse   bool                 // the second token calls
		report  bool                 // of an earlier run that revoked the first
		args    string
		answers string // with commas for line breaks
		code    int
		sent    string
		revoked string // the numbers of the tokens, in the order of their making
		out     string
		err     string
	}{
		"one": {
			answers: "1,y",
			code:    exitDone, sent: "GET GET DELETE", revoked: "1",
			out: "revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"two": {
			args: "--concurrency 1", answers: "2-3,y",
			code: exitDone, sent: "GET GET DELETE DELETE", revoked: "23",
			out: "revoked: JTI3 revoked: JTI2 2 revoked.",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? JTI3 JTI2 Revoke all 2 tokens at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"one, and no": {
			answers: "1,n",
			code:    exitUsage, sent: "GET GET", revoked: "",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] Nothing was revoked.",
		},
		"none": {
			answers: "",
			code:    exitUsage, sent: "GET GET", revoked: "",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Nothing was revoked.",
		},
		"one that cannot be picked": {
			inUse: true, answers: "3,2,y",
			code: exitDone, sent: "GET GET DELETE", revoked: "3",
			out: "revoked: JTI3",
			err: "Listing the tokens. The tokens at URL, account USER, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago, in use WHICH? 3 cannot be picked: in use. Nothing was picked. WHICH? Revoke JTI3 at URL, account USER? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"a filter": {
			answers: "/4 days,m,2,y",
			code:    exitDone, sent: "GET GET DELETE", revoked: "3",
			out: "revoked: JTI3",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? 2: JTI3, 4 days ago WHICH? There are no more. WHICH? Revoke JTI3 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"a dry run": {
			args: "--dry-run", answers: "1",
			code: exitDone, sent: "GET GET", revoked: "",
			out: "would be revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Dry run: nothing is revoked.",
		},
		"with --yes": {
			args: "--yes", answers: "1",
			code: exitDone, sent: "GET GET DELETE", revoked: "1",
			out: "revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"signed in": {
			args: "--sign-in", answers: "2,y",
			code: exitDone, sent: "GET POST GET GET DELETE DELETE GET", revoked: "1",
			out: "revoked: JTI1 verified: the server refuses revoked tokens",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: OWN, in use 2: JTI1, 2 days ago 3: JTI3, 4 days ago 4: JTI2, 1 week ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N]",
		},
		"an empty list": {
			none: true, answers: "1,y",
			code: exitDone, sent: "GET", revoked: "",
			err: "Listing the tokens. There is nothing to revoke: the list is empty.",
		},
		"a list that is refused": {
			fault: []tiledesktest.Fault{forbidden}, answers: "1,y",
			code: exitRefused, sent: "GET", revoked: "",
			err: "Listing the tokens. The server forbids this to these credentials. Use those of the account whose tokens they are. (GET /jwt/history: 403 Forbidden: no) The server asked was URL.",
		},
		"a list that breaks off": {
			opts: []tiledesktest.Option{tiledesktest.WithPageSize(1)}, fault: []tiledesktest.Fault{{Method: http.MethodGet}, broken}, answers: "1,y",
			code: exitUndone, sent: "GET GET", revoked: "",
			err: "Listing the tokens. The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no) The server asked was URL.",
		},
		"a list that may lack tokens": {
			opts: []tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(1)}, answers: "1,y",
			code: exitDone, sent: "GET GET GET DELETE", revoked: "1",
			out: "revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. warning: The list may lack tokens. 1: JTI1, 2 days ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"a server that does not sort": {
			opts: []tiledesktest.Option{tiledesktest.WithSortParam("none")}, answers: "1,y",
			code: exitDone, sent: "GET GET DELETE", revoked: "1",
			out: "revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"what a report has as done": {
			report: true, answers: "1,y",
			code: exitDone, sent: "GET GET DELETE", revoked: "13",
			out: "revoked: JTI3",
			err: "Resuming FILE: 1 token done before. Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI3, 4 days ago 2: JTI2, 1 week ago WHICH? Revoke JTI3 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"a report that cannot be made": {
			args: "--report /no/such/folder/report", answers: "1,y",
			code: exitUsage, sent: "", revoked: "",
			err: "tiledesk-jwt: --report /no/such/folder/report: there is no such file; check its name",
		},
		"a filter that finds the first": {
			answers: "/2 days,1,y",
			code:    exitDone, sent: "GET GET DELETE", revoked: "1",
			out: "revoked: JTI1",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? 1: JTI1, 2 days ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.",
		},
		"an empty list, for programs": {
			none: true, args: "--format json", answers: "1,y",
			code: exitDone, sent: "GET", revoked: "",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":0,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[]}`,
			err: "Listing the tokens. There is nothing to revoke: the list is empty.",
		},
		"one that the server does not revoke": {
			fault: []tiledesktest.Fault{{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`}}, answers: "1,y",
			code: exitUndone, sent: "GET GET DELETE", revoked: "",
			err: "Listing the tokens. The tokens at URL, account agent@example.com, the newest first. 1: JTI1, 2 days ago 2: JTI3, 4 days ago 3: JTI2, 1 week ago WHICH? Revoke JTI1 at URL, account agent@example.com? This cannot be undone. [y/N] failed: JTI1: The server did not do it and says why: No. Try again once that is settled. (DELETE /jwt/history/id/:id: 400 Bad Request: no)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			a, stderr := signingIn(server)
			var tokens, pairs []string
			if !c.none {
				for i, age := range []int{2, 9, 4} {
					token := server.IssueAt(testEmail, a.now().AddDate(0, 0, -age), 1)[0]
					jti, user := identify(token)
					tokens, pairs = append(tokens, token), append(pairs, jti, "JTI"+string(rune('1'+i)), user, "USER")
				}
			}
			for _, fault := range c.fault {
				server.Inject(fault)
			}
			if c.inUse {
				a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": tokens[1]})
			}
			args := append([]string{"revoke", "--rate", "0", "--retries", "0"}, strings.Fields(c.args)...)
			if c.report {
				name := filepath.Join(t.TempDir(), "report")
				args, pairs = append(args, "--report", name), append(pairs, name, "FILE")
				earlier, _ := signingIn(server)
				sitsThere(earlier, "1\ny\n")
				if code := earlier.run(args); code != exitDone {
					t.Fatalf("exit code %d", code)
				}
			}
			before := len(server.Requests())
			sitsThere(a, strings.ReplaceAll(c.answers, ",", "\n")+"\n")
			code := a.run(args)
			var sent []string
			for _, r := range server.Requests()[before:] {
				sent = append(sent, r.Method)
			}
			revoked := ""
			for i, token := range tokens {
				if server.Revoked(token) {
					revoked += string(rune('1' + i))
				}
			}
			if all := server.Tokens(testEmail); len(all) > len(tokens) {
				own, _ := identify(all[len(all)-1])
				pairs = append(pairs, own, "OWN")
			}
			brief := strings.NewReplacer(append(pairs, server.URL(), "URL", "Numbers to revoke, such as 1,3-5; m: more; /TEXT: filter; nothing: leave.", "WHICH?")...)
			out, said := brief.Replace(flat(a.stdout.(*bytes.Buffer))), brief.Replace(flat(stderr))
			said = ownAge.ReplaceAllString(said, "OWN, in use") // by the clock of the server
			if got := strings.Join(sent, " "); code != c.code || got != c.sent || revoked != c.revoked || out != c.out || said != c.err {
				t.Errorf("exit code %d\nsent %s\nrevoked %s\nout %s\nerr %s\n", code, got, revoked, out, said)
			}
		})
	}
}
