package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Who calls, where it is sent and whether anybody is there decide what is said.
func TestRevoke_saysWhatCannotBeDoneOfALeakedToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]leakedCase{
		"refused, and it is what calls": {
			env: map[string]string{"TILEDESK_TOKEN": "the leaked one"}, leaked: otherwiseSigned, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The environment has a token and an email; this command uses the token. The token has the jti LEAKED and is of user USER. refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone.",
		},
		"refused before, by itself, for programs": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, leaked: otherwiseSigned, args: "--yes --verify --format json",
			code: exitUndone, sent: "GET",
			out: `{"baseURL":"URL","account":"USER","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":1,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"failed","attempts":0,"error":"refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone."}]}`,
			err: "The token has the jti LEAKED and is of user USER. refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone.",
		},
		"sent nowhere": {
			env: map[string]string{"TILEDESK_EMAIL": "", "TILEDESK_BASE_URL": "ftp://example.com"}, args: "--yes",
			code: exitUsage, sent: "",
			out: "",
			err: `tiledesk-jwt: The base URL has the scheme "ftp": use https.`,
		},
		"accepted before, and not revoked": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: refusedByTheServer}, args: "--yes --verify",
			code: exitUndone, sent: "GET DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The server did not do it and says why: No. Try again once that is settled. (DELETE /jwt/history/:jti: 400 Bad Request: no)",
		},
		"left by a person who is signed in": {
			args: "--sign-in", answers: "n\n",
			code: exitUsage, sent: "GET POST DELETE",
			out: "",
			err: "Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Nothing was revoked.",
		},
		"with nobody to ask": {
			args: "--no-input", answers: "y\n",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: Nothing was sent: with --no-input you cannot be asked. Look at it with --dry-run, then use --yes.",
		},
		"with a report": {
			args: "--yes --report here",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: --token-from revokes one token, so that there is nothing that --report could resume.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}

// Nobody is asked where stdin is no terminal, or is read from.
func TestRevoke_asksNobodyOfALeakedToken(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	for name, says := range map[string]string{
		fileWith(t, token): "Nothing was sent: there is no terminal to ask on.",
		"-":                "Nothing was sent: stdin is in use, so that you cannot be asked.",
	} {
		a, stderr := signingIn(server)
		a.stdin, a.appends, a.onTerminal.stderr = strings.NewReader(token), true, true
		if code := a.run([]string{"revoke", "--token-from", name}); code != exitUsage || !strings.Contains(flat(stderr), says) {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
		}
	}
	if n := len(server.Requests()); n > 0 {
		t.Errorf("%d requests", n)
	}
}
