package main

import (
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// refusedByTheServer is what the server says where it does not do it.
const refusedByTheServer = `{"success":false,"msg":"no"}`

// unauthorized is the refusal of the server itself.
var unauthorized = tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusUnauthorized, Header: http.Header{"Content-Type": {"text/plain"}}, Body: "Unauthorized"}

// What revoke --token-from says and sends, to the word.
func TestRevoke_saysOfALeakedToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]leakedCase{
		"with the credentials": {
			args: "--yes",
			code: exitDone, sent: "DELETE",
			out: "revoked: LEAKED",
			err: "The token has the jti LEAKED and is of user USER. Whether the server refuses the token now was not tried: --verify does.",
		},
		"with the credentials, tried": {
			args: "--yes --verify",
			code: exitDone, sent: "GET DELETE GET",
			out: "revoked: LEAKED verified: the server accepted the token before and refuses it now",
			err: "The token has the jti LEAKED and is of user USER. A revoked token can still open the server's WebSocket and exchange itself at signinWithCustomToken. END.",
		},
		"with a sign-in, tried": {
			args: "--yes --verify --sign-in",
			code: exitDone, sent: "GET POST GET DELETE DELETE GET GET",
			out: "revoked: LEAKED verified: the server accepted the token before and refuses it now",
			err: "The token has the jti LEAKED and is of user USER. A revoked token can still open the server's WebSocket and exchange itself at signinWithCustomToken. END.",
		},
		"by itself": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--yes",
			code: exitDone, sent: "DELETE",
			out: "revoked: LEAKED",
			err: "The token has the jti LEAKED and is of user USER. Whether the server refuses the token now was not tried: --verify does.",
		},
		"by itself, tried": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--yes --verify",
			code: exitDone, sent: "GET DELETE GET",
			out: "revoked: LEAKED verified: the server accepted the token before and refuses it now",
			err: "The token has the jti LEAKED and is of user USER. A revoked token can still open the server's WebSocket and exchange itself at signinWithCustomToken. END.",
		},
		"by itself, for the token is in the environment": {
			env: map[string]string{"TILEDESK_TOKEN": "the leaked one"}, args: "--yes",
			code: exitDone, sent: "DELETE",
			out: "revoked: LEAKED",
			err: "The environment has a token and an email; this command uses the token. The token has the jti LEAKED and is of user USER. Whether the server refuses the token now was not tried: --verify does.",
		},
		"a dry run for programs": {
			args: "--dry-run --format json",
			code: exitDone, sent: "",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":true,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":1,"failed":0,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"planned","attempts":0,"error":null}]}`,
			err: "The token has the jti LEAKED and is of user USER.",
		},
		"for programs": {
			args: "--yes --format json",
			code: exitDone, sent: "DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":1,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":0,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"revoked","attempts":1,"error":null}]}`,
			err: "The token has the jti LEAKED and is of user USER.",
		},
		"a person who says yes": {
			answers: "y\n",
			code:    exitDone, sent: "DELETE",
			out: "revoked: LEAKED",
			err: "Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Whether the server refuses the token now was not tried: --verify does.",
		},
		"a person who says no": {
			answers: "n\n",
			code:    exitUsage, sent: "",
			out: "",
			err: "Revoke the token LEAKED of user USER at URL, account agent@example.com? This cannot be undone. [y/N] Nothing was revoked.",
		},
		"nobody to ask": {
			args: "",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: Nothing was sent: there is no terminal to ask on. Look at it with --dry-run, then use --yes.",
		},
		"refused before, by itself": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, leaked: otherwiseSigned, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone.",
		},
		"refused before, by itself, tried": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, leaked: otherwiseSigned, args: "--yes --verify",
			code: exitUndone, sent: "GET",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone.",
		},
		"refused before, with the credentials, tried": {
			leaked: otherwiseSigned, args: "--yes --verify",
			code: exitUndone, sent: "GET DELETE",
			out: "revoked: LEAKED",
			err: "The token has the jti LEAKED and is of user USER. The token was not accepted even before: it may be revoked already, it may have been truncated, or it may be of another server than URL. It is revoked all the same, but nothing is proved by that.",
		},
		"expired, by itself": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, leaked: claiming(`"exp":1000000000`), args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. refused: LEAKED: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL, or it has expired: it says 2001-09-09 01:46 UTC. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone.",
		},
		"of another account": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The list of other@example.com has no entry for this token, which is of user USER. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"of another account, signed in": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--yes --sign-in",
			code: exitUndone, sent: "GET POST DELETE DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. Your list has no entry for this token: it belongs to user USER, and nobody can revoke the tokens of another account. Run the same command without credentials, then the token revokes itself, or with those of that user. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"not recorded, by itself": {
			opts: []tiledesktest.Option{tiledesktest.WithoutRecording()}, env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The server accepts this token, of user USER, and has no entry for it, so no revocation ends it. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"not in the list of the account": {
			leaked: unlisted, args: "--yes --sign-in",
			code: exitUndone, sent: "GET POST DELETE DELETE",
			out: "",
			err: "The token has the jti unlisted and is of user USER. The list of your account, user USER, has no entry for this token, so no revocation ends it. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"not in the list of an account without a name": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, leaked: claiming(`"_id":""`), args: "--yes --sign-in",
			code: exitUndone, sent: "GET POST DELETE DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user unknown. The list of other@example.com has no entry for this token, which is of user unknown. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"gone meanwhile, by itself, tried": {
			fault: unauthorized, env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--yes --verify",
			code: exitUndone, sent: "GET DELETE GET",
			out: "already gone: LEAKED",
			err: "The token has the jti LEAKED and is of user USER. STILL ACCEPTED: the server noted the revocation of LEAKED and still accepts the token. Treat every token that was revoked there as still valid. Its administrator has to start it with JWT_HISTORY_ENABLED=true. Only if it remembers its checks for a while does it refuse the token later: --verify-for 60s waits for that. END.",
		},
		"the credentials are refused": {
			fault: unauthorized, args: "--yes",
			code: exitRefused, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The server refused the credentials. Check them and the base URL; a token may have been revoked, then sign in again. (DELETE /jwt/history/:jti: 401 Unauthorized: the server refused the Basic credentials: check email and password) The server asked was URL.",
		},
		"not told before": {
			fault: tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError, Body: refusedByTheServer}, args: "--yes --verify",
			code: exitUndone, sent: "GET",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The token was not revoked, since it could not be tried before. Omit --verify to revoke it all the same. The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no)",
		},
		"not told before, for programs": {
			fault: tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError, Body: refusedByTheServer}, args: "--yes --verify --format json",
			code: exitUndone, sent: "GET",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":0,"notAttempted":1,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"not attempted","attempts":0,"error":"GET /jwt/history: 500 Internal Server Error: no"}]}`,
			err: "The token has the jti LEAKED and is of user USER. The token was not revoked, since it could not be tried before. Omit --verify to revoke it all the same. The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no)",
		},
		"not done by the server": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: refusedByTheServer}, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. The server did not do it and says why: No. Try again once that is settled. (DELETE /jwt/history/:jti: 400 Bad Request: no) The server asked was URL.",
		},
		"not done by the server, for programs": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: refusedByTheServer}, args: "--yes --format json",
			code: exitUndone, sent: "DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":1,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"failed","attempts":1,"error":"DELETE /jwt/history/:jti: 400 Bad Request: no"}]}`,
			err: "The token has the jti LEAKED and is of user USER. The server did not do it and says why: No. Try again once that is settled. (DELETE /jwt/history/:jti: 400 Bad Request: no) The server asked was URL.",
		},
		"not found, for programs": {
			leaked: unlisted, args: "--yes --format json",
			code: exitUndone, sent: "DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":1,"skipped":0,"planned":0,"failed":0,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"unlisted","outcome":"not found","attempts":1,"error":"The list of agent@example.com has no entry for this token, which is of user USER. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)"}]}`,
			err: "The token has the jti unlisted and is of user USER. The list of agent@example.com has no entry for this token, which is of user USER. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. Either its sign-in is one that the history never records, such as Google, OAuth2 or the super password, or the server records none: with JWT_HISTORY_ENABLED off, recording is very likely off too. END. (DELETE /jwt/history/:jti: 404 Not Found: Object not found.)",
		},
		"a page instead of a 404": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusNotFound, Body: "<html>no</html>"}, args: "--yes",
			code: exitUndone, sent: "DELETE",
			out: "",
			err: "The token has the jti LEAKED and is of user USER. This answer is not what the API of Tiledesk says. Check the base URL; a proxy or a web application may answer there. (DELETE /jwt/history/:jti: 404 Not Found) The server asked was URL.",
		},
		"without a jti": {
			leaked: claiming(`"jti":""`), args: "--yes",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: This token has no jti, and the server looks for revoked tokens by their jti alone: no revocation ends it. It is of user USER. END. Nothing was sent.",
		},
		"without a jti and a user": {
			leaked: claiming(`"jti":"","_id":""`), args: "--yes",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: This token has no jti, and the server looks for revoked tokens by their jti alone: no revocation ends it. It is of user (unknown). END. Nothing was sent.",
		},
		"with a jti that cannot be sent": {
			leaked: claiming(`"jti":".."`), args: "--yes",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: The jti of this token has a segment . or .. in it, which a proxy could resolve to another route. Find its entry with tiledesk-jwt list --all and revoke it with --id.",
		},
		"a sign-in without credentials": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--yes --sign-in",
			code: exitUsage, sent: "",
			out: "",
			err: "tiledesk-jwt: There are no credentials. Set TILEDESK_TOKEN or TILEDESK_TOKEN_FILE, or TILEDESK_EMAIL with TILEDESK_PASSWORD or TILEDESK_PASSWORD_FILE.",
		},
		"not answered": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusOK, Drop: tiledesktest.DropBefore}, args: "--yes --format json",
			code: exitUndone, sent: "DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":1,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"failed","attempts":1,"error":"DELETE /jwt/history/:jti: no answer"}]}`,
			err: "The token has the jti LEAKED and is of user USER. The server did not answer. Check the base URL and your network, then try again. (DELETE /jwt/history/:jti: no answer) The server asked was URL.",
		},
		"answered at the third attempt": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Times: 2, Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"0"}}}, args: "--yes --format json --retries 3",
			code: exitDone, sent: "DELETE DELETE DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":1,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":0,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"revoked","attempts":3,"error":null}]}`,
			err: "The token has the jti LEAKED and is of user USER.",
		},
		"failed after three attempts": {
			fault: tiledesktest.Fault{Method: http.MethodDelete, Times: 3, Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"0"}}}, args: "--yes --format json --retries 2",
			code: exitUndone, sent: "DELETE DELETE DELETE",
			out: `{"baseURL":"URL","account":"agent@example.com","dryRun":false,"revoked":0,"alreadyGone":0,"notFound":0,"skipped":0,"planned":0,"failed":1,"notAttempted":0,"withoutJTI":0,"incomplete":false,"doneBefore":0,"verified":null,"cached":null,"error":null,"results":[{"id":"","jti":"LEAKED","outcome":"failed","attempts":3,"error":"DELETE /jwt/history/:jti: 503 Service Unavailable (after 3 attempts)"}]}`,
			err: "The token has the jti LEAKED and is of user USER. The server failed. Try again later. (DELETE /jwt/history/:jti: 503 Service Unavailable (after 3 attempts)) The server asked was URL.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}
