package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// asBrief shortens what an incident says again and again, and what differs from run to
// run.
func asBrief(server *tiledesktest.Server, tokens []string, report string) *strings.Replacer {
	first, user := identify(tokens[0])
	leaked, _ := identify(tokens[1])
	last, _ := identify(tokens[2])
	all := server.Tokens(testEmail)
	own, _ := identify(all[len(all)-1])
	return strings.NewReplacer(
		server.URL(), "URL", first, "FIRST", leaked, "LEAKED", last, "LAST", own, "OWN", user, "USER", report, "FILE",
		"jti "+leaked+" user id "+user+" issued 2026-11-19 20:00 UTC (3 days ago) issuer https://tiledesk.com audience https://tiledesk.com subject user, as in the tokens of a sign-in expires never; to end it, revoke it, disable the user, or change GLOBAL_SECRET", "CLAIMS.",
		"user "+user+", of the leaked token itself. It can revoke itself, and nothing can be ended with it after that. With the credentials of the account its other tokens can be ended too: leave with Ctrl-C, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE, and begin again.", "ITSELF.",
		notListed, "LACKS.", basicIsSlow, "SLOW.", whatEndsIt, "END.",
		"- Disable the user "+user+" on the server (a status that is not 100) while the account may be in other hands: its tokens, also those that no list shows, are refused by the routes and by the WebSocket. ", "- DISABLE. ",
		"- Rotate GLOBAL_SECRET of the server where a token must not work anywhere any more: a revoked one can still exchange itself at signinWithCustomToken and open the WebSocket. It ends all tokens of all users. A new password ends none. - See whether somebody comes back: tiledesk-jwt watch - Find out how the token leaked, and delete the file that it was read from.", "- ROTATE.",
		"The signature was not checked.", "UNCHECKED.",
	)
}

// What an incident says to a person, and what it does by each answer.
func TestIncident_saysToAPerson(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts    []tiledesktest.Option
		fault   tiledesktest.Fault // none without a status
		env     map[string]string
		args    string
		answers string // yes, no, or the default, each in a line
		gist    string
		out     string
		err     string
	}{
		"yes to all": {
			answers: "y,y,y,y",
			gist:    "revoked, accepted true, verified true, enforced true, cached ?, 2 others, rest 2 of 2, code 0",
			out:     "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. Revoke the rest 2 revoked, 1 left alone. What came of it The leaked token is revoked, and the server refuses it. Of the other tokens: 2 revoked, 1 left alone. What remains to be done - DISABLE. - ROTATE.",
			err:     "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] List the tokens of agent@example.com? [Y/n] Listing the tokens. SLOW. Revoke all 2 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N] Written down in FILE, without any secret.",
		},
		"no to all": {
			answers: "n,n,n,n",
			gist:    "not attempted, accepted true, verified ?, enforced ?, cached ?, code 1",
			out:     "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it What else is signed in What came of it The leaked token is NOT known to be revoked. Treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:     "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] List the tokens of agent@example.com? [Y/n] Written down in FILE, without any secret.",
		},
		"the defaults": {
			answers: ",,,",
			gist:    "not attempted, accepted true, verified ?, enforced ?, cached ?, 2 others, code 1",
			out:     "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. Revoke the rest What came of it The leaked token is NOT known to be revoked. Treat it as still valid. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:     "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] List the tokens of agent@example.com? [Y/n] Listing the tokens. SLOW. Revoke all 2 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N] Written down in FILE, without any secret.",
		},
		"the rest is left alone": {
			answers: "y,y,y,n",
			gist:    "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0",
			out:     "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. Revoke the rest What came of it The leaked token is revoked, and the server refuses it. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:     "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] List the tokens of agent@example.com? [Y/n] Listing the tokens. SLOW. Revoke all 2 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N] Written down in FILE, without any secret.",
		},
		"by itself": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, answers: "y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0",
			out:  "The incident Server: URL Account: ITSELF. The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. What came of it The leaked token is revoked, and the server refuses it. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Listing the tokens. Revoke the token LEAKED of user USER at URL, account USER? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] To end those, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE of that account and run: tiledesk-jwt revoke-all --sign-in Written down in FILE, without any secret.",
		},
		"by itself, the defaults": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, answers: ",,",
			gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, 2 others, code 1",
			out:  "The incident Server: URL Account: ITSELF. The token CLAIMS. Revoke it What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. What came of it The leaked token is NOT known to be revoked. Treat it as still valid. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Listing the tokens. Revoke the token LEAKED of user USER at URL, account USER? This cannot be undone. [y/N] To end those, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE of that account and run: tiledesk-jwt revoke-all --sign-in Written down in FILE, without any secret.",
		},
		"with the credentials of another": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, answers: "y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 0",
			out:  "The incident Server: URL Account: other@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in What came of it The leaked token is revoked, and the server refuses it. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account other@example.com? This cannot be undone. [y/N] The list of other@example.com has no entry for it: it may be of another account. The token is of user USER. Let it revoke itself? [y/N] Try whether the server refuses it now? [Y/n] Not listed: that takes the credentials of user USER. Begin again with those. Written down in FILE, without any secret.",
		},
		"with the credentials of another, and not by itself": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, answers: "y,,,",
			gist: "not found, accepted true, verified ?, enforced ?, cached ?, error, 0 others, code 1",
			out:  "The incident Server: URL Account: other@example.com The token CLAIMS. Revoke it What else is signed in No other token is listed. LACKS. What came of it The leaked token is NOT known to be revoked. Treat it as still valid. No other token is listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account other@example.com? This cannot be undone. [y/N] The list of other@example.com has no entry for it: it may be of another account. The token is of user USER. Let it revoke itself? [y/N] List the tokens of other@example.com? [Y/n] Listing the tokens. Written down in FILE, without any secret.",
		},
		"a sign-in that is refused, and no more": {
			env: map[string]string{"TILEDESK_PASSWORD": "wrong"}, args: "--sign-in", answers: "n",
			gist: "nothing, code 3",
			out:  "",
			err:  "The server refused the credentials. Check them and the base URL; a token may have been revoked, then sign in again. (POST /auth/signin: 401 Unauthorized: Authentication failed. Wrong password.: the server refused the email or the password) Go on without them? The leaked token can revoke itself, and nothing else. [y/N]",
		},
		"a sign-in that is refused": {
			env: map[string]string{"TILEDESK_PASSWORD": "wrong"}, args: "--sign-in", answers: "y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0",
			out:  "The incident Server: URL Account: ITSELF. The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. What came of it The leaked token is revoked, and the server refuses it. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:  "The server refused the credentials. Check them and the base URL; a token may have been revoked, then sign in again. (POST /auth/signin: 401 Unauthorized: Authentication failed. Wrong password.: the server refused the email or the password) Go on without them? The leaked token can revoke itself, and nothing else. [y/N] UNCHECKED. Listing the tokens. Revoke the token LEAKED of user USER at URL, account USER? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] To end those, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE of that account and run: tiledesk-jwt revoke-all --sign-in Written down in FILE, without any secret.",
		},
		"signed in": {
			args: "--sign-in", answers: "y,y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, rest 2 of 2, code 0",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. Revoke the rest 2 revoked, 2 left alone. What came of it The leaked token is revoked, and the server refuses it. Of the other tokens: 2 revoked, 2 left alone. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] List the tokens of agent@example.com? [Y/n] Listing the tokens. Revoke all 2 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N] Written down in FILE, without any secret.",
		},
		"no history module": {
			opts: []tiledesktest.Option{tiledesktest.WithoutHistoryModule()}, answers: "y,y,y",
			gist: "not attempted, accepted ?, verified ?, enforced ?, cached ?, error, code 5",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. What came of it The leaked token is NOT known to be revoked. Treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Whether the server accepts the token could not be found out. This server has no history module, so it can neither list nor revoke tokens. Check the base URL, or have its administrator install the module @tiledesk-ent/tiledesk-server-jwthistory. END. (GET /jwt/history: 400 Bad Request: Invalid project id: jwt: the server runs without the history module (@tiledesk-ent/tiledesk-server-jwthistory): its administrator has to install it, or the base URL is of another server) Written down in FILE, without any secret.",
		},
		"steps left out": {
			args: "--skip revoke,rest", answers: "y,y,y",
			gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, 2 others, code 1",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. What came of it The leaked token is NOT known to be revoked. Treat it as still valid. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. List the tokens of agent@example.com? [Y/n] Listing the tokens. Written down in FILE, without any secret.",
		},
		"the list left out": {
			args: "--skip list,rest", answers: "y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 0",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What came of it The leaked token is revoked, and the server refuses it. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] Written down in FILE, without any secret.",
		},
		"with --yes": {
			args: "--yes",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago FIRST 3 days ago 2 other tokens listed. Some may be revoked already, where the server keeps those in its list. LACKS. What came of it The leaked token is revoked, and the server refuses it. 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Listing the tokens. Written down in FILE, without any secret.",
		},
		"a list that may lack tokens": {
			opts: []tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(1)}, answers: "y,y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 1 others, rest 1 of 1, code 1",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in LAST 2 days ago 1 other token listed. Some may be revoked already, where the server keeps those in its list. LACKS. Revoke the rest 1 revoked. What came of it The leaked token is revoked, and the server refuses it. Of the other tokens: 1 revoked. The list may lack tokens. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] List the tokens of agent@example.com? [Y/n] Listing the tokens. warning: The list may lack tokens. SLOW. Revoke the 1 other token that could be listed at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N] The list may lack tokens. List again; if it stays so, run tiledesk-jwt doctor. (GET /jwt/history: 200 OK: incomplete history: the server gives the same page again and again; it may ignore the page parameter) The server asked was URL. Written down in FILE, without any secret.",
		},
		"not enforced": {
			opts: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}, args: "--verify-for 0s", answers: "y,y,n",
			gist: "revoked, accepted true, verified false, enforced false, cached false, code 1",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it What else is signed in What came of it The leaked token is revoked by the word of the server, and the server STILL ACCEPTS it. What else is signed in was not listed. What remains to be done - Have the administrator of the server start it with JWT_HISTORY_ENABLED=true: until then it accepts revoked tokens. - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] STILL ACCEPTED: the server noted the revocation of LEAKED and still accepts the token. Treat every token that was revoked there as still valid. It does not check revocations: it also accepts a token that was revoked before its first use. Its administrator has to start it with JWT_HISTORY_ENABLED=true. END. List the tokens of agent@example.com? [Y/n] Written down in FILE, without any secret.",
		},
		"not proved": {
			answers: "y,n,n",
			gist:    "revoked, accepted true, verified ?, enforced ?, cached ?, code 0",
			out:     "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it What else is signed in What came of it The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:     "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] List the tokens of agent@example.com? [Y/n] Written down in FILE, without any secret.",
		},
		"proved by the token of the sign-in only": {
			args: "--sign-in --skip list,rest", answers: "y,n",
			gist: "revoked, accepted true, verified ?, enforced true, cached ?, code 0",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it The server refuses revoked tokens: the one that this run had signed in for is refused now. What came of it The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] Written down in FILE, without any secret.",
		},
		"disproved by the token of the sign-in": {
			opts: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}, args: "--sign-in --skip list,rest --verify-for 0s", answers: "y,n",
			gist: "revoked, accepted true, verified ?, enforced false, cached ?, code 1",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it What came of it The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid. What else is signed in was not listed. What remains to be done - Have the administrator of the server start it with JWT_HISTORY_ENABLED=true: until then it accepts revoked tokens. - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Try whether the server refuses it now? [Y/n] warning: STILL ACCEPTED: the server noted the revocation of OWN and still accepts the token. Treat every token that was revoked there as still valid. Its administrator has to start it with JWT_HISTORY_ENABLED=true. Only if it remembers its checks for a while does it refuse the token later: --verify-for 60s waits for that. END. Written down in FILE, without any secret.",
		},
		"credentials that are refused": {
			env: map[string]string{"TILEDESK_PASSWORD": "wrong"}, answers: "y,y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 0",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in What came of it The leaked token is revoked, and the server refuses it. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] The server refuses these credentials. The token is of user USER. Let it revoke itself? [y/N] Try whether the server refuses it now? [Y/n] Not listed: that takes the credentials of user USER. Begin again with those. Written down in FILE, without any secret.",
		},
		"credentials that are refused, and not by itself": {
			env: map[string]string{"TILEDESK_PASSWORD": "wrong"}, answers: "y,n,n",
			gist: "failed, accepted true, verified ?, enforced ?, cached ?, error, code 1",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it What else is signed in What came of it The leaked token is NOT known to be revoked. Treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] The server refuses these credentials. The token is of user USER. Let it revoke itself? [y/N] List the tokens of agent@example.com? [Y/n] Written down in FILE, without any secret.",
		},
		"without the list": {
			fault: tiledesktest.Fault{Method: http.MethodGet, Path: "/jwt/history", Times: 2, Status: http.StatusForbidden, Body: `{"success":false,"msg":"no"}`}, answers: "y,y,y",
			gist: "revoked, accepted ?, verified ?, enforced ?, cached ?, code 3",
			out:  "The incident Server: URL Account: agent@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it What else is signed in What came of it The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Whether the server accepts the token could not be found out. The server forbids this to these credentials. Use those of the account whose tokens they are. (GET /jwt/history: 403 Forbidden: no) Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] The server did not accept the token before, as far as is known, so nothing is proved by trying it now. List the tokens of agent@example.com? [Y/n] Listing the tokens. The list could not be had. The server forbids this to these credentials. Use those of the account whose tokens they are. (GET /jwt/history: 403 Forbidden: no) Written down in FILE, without any secret.",
		},
		"signed in as another": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--sign-in", answers: "y,y,y",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 0",
			out:  "The incident Server: URL Account: other@example.com The token CLAIMS. Revoke it revoked: LEAKED Prove it verified: the server accepted the token before and refuses it now What else is signed in What came of it The leaked token is revoked, and the server refuses it. What else is signed in was not listed. What remains to be done - DISABLE. - ROTATE.",
			err:  "UNCHECKED. Revoke the token LEAKED of user USER at URL, account other@example.com? This cannot be undone. [y/N] These credentials are of another user. The token is of user USER. Let it revoke itself? [y/N] Try whether the server refuses it now? [Y/n] Not listed: that takes the credentials of user USER. Begin again with those. Written down in FILE, without any secret.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			server.AddUser("other@example.com", testPassword)
			a, stderr := signingIn(server)
			tokens := server.IssueAt(testEmail, a.now().Add(-3*day), 3)
			if c.fault.Status > 0 {
				server.Inject(c.fault)
			}
			env := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword}
			maps.Copy(env, c.env)
			a.getenv = testEnv(env)
			sitsThere(a, strings.ReplaceAll(c.answers, ",", "\n")+"\n")
			report := filepath.Join(t.TempDir(), "report")
			code := a.run(append([]string{"incident", "--token-from", fileWith(t, tokens[1]), "--rate", "0", "--report", report}, strings.Fields(c.args)...))
			brief := asBrief(server, tokens, report)
			out, said := brief.Replace(flat(a.stdout.(*bytes.Buffer))), brief.Replace(flat(stderr))
			gist := fmt.Sprintf("nothing, code %d", code)
			if record := recordIn(t, report); record.Began != nil {
				gist = record.gist()
			}
			if gist != c.gist || !strings.HasSuffix(gist, fmt.Sprint("code ", code)) || out != c.out || said != c.err {
				t.Errorf("exit code %d, %s\nout %s\nerr %s\n", code, gist, out, said)
			}
		})
	}
}
