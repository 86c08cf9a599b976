package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// sitsThere puts a person with these answers before the app, at a terminal that can only
// append text.
func sitsThere(a *app, answers string) {
	a.stdin = iotest.OneByteReader(strings.NewReader(answers))
	a.onTerminal.stdin, a.onTerminal.stdout, a.onTerminal.stderr = true, true, true
	a.appends = true
}

// flat is a text without what a terminal makes of its lines.
func flat(text fmt.Stringer) string { return strings.Join(strings.Fields(text.String()), " ") }

// gist is a record in one line: what became of the token, of the proof, of the others
// and of the rest.
func (r *incidentRecord) gist() string {
	known := func(b *bool) string {
		if b == nil {
			return "?"
		}
		return fmt.Sprint(*b)
	}
	text := fmt.Sprintf("%s, accepted %s, verified %s, enforced %s, cached %s", r.Outcome, known(r.AcceptedBefore), known(r.Verified), known(r.Enforced), known(r.Cached))
	if r.Error != nil {
		text += ", error"
	}
	if r.Others != nil {
		text += fmt.Sprintf(", %d others", r.Others.Count)
	}
	if r.Rest != nil {
		text += fmt.Sprintf(", rest %d of %d", r.Rest.Revoked, r.Rest.Revoked+r.Rest.Failed+r.Rest.NotFound+r.Rest.NotAttempted+r.Rest.AlreadyGone)
	}
	return fmt.Sprintf("%s, code %d", text, r.ExitCode)
}

// recordIn is the record in a file; the zero value where there is no file.
func recordIn(t *testing.T, name string) (record incidentRecord) {
	t.Helper()
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return record
	}
	if err := cmp.Or(err, json.Unmarshal(text, &record)); err != nil {
		t.Errorf("%v: %s", err, text)
	}
	return record
}

// otherwiseSigned is a token that the server refuses.
func otherwiseSigned(token string) string {
	at := strings.LastIndex(token, ".") + 1
	return token[:at] + strings.Repeat("A", len(token)-at)
}

// unlisted is a token of the same user that no list has, and that the server refuses.
func unlisted(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	jti, _ := identify(token)
	parts[1] = base64.RawURLEncoding.EncodeToString(bytes.ReplaceAll(claims, []byte(jti), []byte("unlisted")))
	return strings.Join(parts, ".")
}

// checkRecord looks whether the file holds the same, and whether the other tokens are
// those of the account.
func checkRecord(t *testing.T, record incidentRecord, file string, tokens []string) {
	t.Helper()
	if text := readFile(t, file); !reflect.DeepEqual(recordIn(t, file), record) || !strings.Contains(text, "\n  \"outcome\"") {
		t.Errorf("the file holds something else: %s", text)
	}
	if record.Others == nil {
		return
	}
	for _, row := range record.Others.Tokens {
		known := slices.ContainsFunc(tokens, func(token string) bool {
			jti, _ := identify(token)
			return jti == row.JTI
		})
		if !known || row.ID == "" || row.CreatedAt == nil {
			t.Errorf("%+v", row)
		}
	}
}

// What an incident comes to, for programs: the record and what is said beside it.
func TestIncident_records(t *testing.T) {
	t.Parallel()
	const (
		refusal   = "text/plain; charset=utf-8"
		theWord   = "The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid."
		good      = "The leaked token is revoked, and the server refuses it."
		unknown   = "The leaked token is NOT known to be revoked. Treat it as still valid."
		refused   = "The leaked token is NOT known to be revoked: the server refuses what the file holds, which proves nothing. Treat it as still valid."
		already   = "The server refuses this token already. That proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. "
		notAsked  = "What else is signed in was not listed."
		forbidden = "The server forbids this to these credentials. Use those of the account whose tokens they are. "
	)
	gone := tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusUnauthorized, Header: http.Header{"Content-Type": {refusal}}, Body: "Unauthorized"}
	for name, c := range map[string]struct {
		opts    []tiledesktest.Option
		faults  []tiledesktest.Fault
		env     map[string]string
		args    string
		leaked  func(token string) string // what the file holds; nil: the token
		gist    string
		summary string
		says    string // on stderr
	}{
		"all well": {
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0", summary: good + " 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in",
			says: "Listing the tokens.",
		},
		"by itself": {
			env:  map[string]string{"TILEDESK_EMAIL": ""},
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 0", summary: good + " 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in",
			says: "Listing the tokens.",
		},
		"by itself, but not the list": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--skip list",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 0", summary: good + " " + notAsked,
		},
		"not proved": {
			args: "--skip prove,list",
			gist: "revoked, accepted true, verified ?, enforced ?, cached ?, code 0", summary: theWord + " " + notAsked,
		},
		"not proved, nor by the token of the sign-in": {
			args: "--skip prove,list --sign-in",
			gist: "revoked, accepted true, verified ?, enforced ?, cached ?, code 0", summary: theWord + " " + notAsked,
		},
		"not revoked": {
			args: "--skip revoke,list",
			gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, code 1", summary: unknown + " " + notAsked,
		},
		"not revoked, and the server shows what it does": {
			args: "--skip revoke,list --sign-in",
			gist: "not attempted, accepted true, verified ?, enforced true, cached ?, code 1", summary: unknown + " " + notAsked,
		},
		"all of them": {
			args: "--rest --skip list",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, rest 2 of 2, code 0", summary: good + " Of the other tokens: 2 revoked, 1 left alone.",
			says: "Listing the tokens. " + basicIsSlow,
		},
		"the rest, which a token cannot end that has revoked itself": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--rest",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, 2 others, code 1", summary: good + " 2 other tokens left alone. To revoke: tiledesk-jwt revoke-all --sign-in",
			says: "Listing the tokens. To end those, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE of that account and run: tiledesk-jwt revoke-all --sign-in",
		},
		"revoked by somebody else meanwhile": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--skip list --verify-for 0s", faults: []tiledesktest.Fault{gone},
			gist: "already gone, accepted true, verified false, enforced false, cached ?, code 1", summary: "The leaked token is revoked by the word of the server, and the server STILL ACCEPTS it. " + notAsked,
			says: "STILL ACCEPTED: the server noted the revocation of JTI and still accepts the token. " + treatAll + "Its administrator has to start it with JWT_HISTORY_ENABLED=true. Only if it remembers its checks for a while does it refuse the token later: --verify-for 60s waits for that. END",
		},
		"not told before": {
			args: "--skip list", faults: []tiledesktest.Fault{{Method: http.MethodGet, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`}},
			gist: "revoked, accepted ?, verified ?, enforced ?, cached ?, code 1", summary: theWord + " " + notAsked,
			says: "Whether the server accepts the token could not be found out. The server did not do it and says why: No. Try again once that is settled. (GET /jwt/history: 400 Bad Request: no) The server did not accept the token before, as far as is known, so nothing is proved by trying it now.",
		},
		"not revoked by the server": {
			args: "--skip list", faults: []tiledesktest.Fault{{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`}},
			gist: "failed, accepted true, verified ?, enforced ?, cached ?, error, code 1", summary: unknown + " " + notAsked,
			says: "The server did not do it and says why: No. Try again once that is settled. (DELETE /jwt/history/:jti: 400 Bad Request: no)",
		},
		"forbidden": {
			args: "--skip list", faults: []tiledesktest.Fault{{Method: http.MethodDelete, Status: http.StatusForbidden, Body: `{"success":false,"msg":"no"}`}},
			gist: "failed, accepted true, verified ?, enforced ?, cached ?, error, code 3", summary: unknown + " " + notAsked,
			says: forbidden + "(DELETE /jwt/history/:jti: 403 Forbidden: no)",
		},
		"without the list": {
			faults: []tiledesktest.Fault{{Method: http.MethodGet}, {Method: http.MethodGet}, {Method: http.MethodGet, Status: http.StatusForbidden, Body: `{"success":false,"msg":"no"}`}},
			gist:   "revoked, accepted true, verified true, enforced true, cached ?, code 3", summary: good + " " + notAsked,
			says: "Listing the tokens. The list could not be had. " + forbidden + "(GET /jwt/history: 403 Forbidden: no)",
		},
		"by itself, without the list": {
			env:    map[string]string{"TILEDESK_EMAIL": ""},
			faults: []tiledesktest.Fault{{Method: http.MethodGet}, {Method: http.MethodGet, Status: http.StatusForbidden, Body: `{"success":false,"msg":"no"}`}},
			gist:   "revoked, accepted true, verified true, enforced true, cached ?, code 0", summary: good + " " + notAsked,
			says: "Listing the tokens. The list could not be had. " + forbidden + "(GET /jwt/history: 403 Forbidden: no) Not listed: that takes the credentials of the account, or a token that the server accepts.",
		},
		"refused before": {
			args: "--skip list", leaked: otherwiseSigned,
			gist: "revoked, accepted false, verified ?, enforced ?, cached ?, code 1", summary: theWord + " " + notAsked,
			says: already + "The server did not accept the token before, as far as is known, so nothing is proved by trying it now.",
		},
		"refused before, and nobody else to ask": {
			env: map[string]string{"TILEDESK_EMAIL": ""}, args: "--rest", leaked: otherwiseSigned,
			gist: "failed, accepted false, verified ?, enforced ?, cached ?, error, code 1", summary: refused + " " + notAsked,
			says: "refused: JTI: the server refuses this token, so it cannot revoke itself, and that proves nothing: it may be revoked already, it may have been truncated, or it may be of another server than URL. To find out, run the same command with TILEDESK_EMAIL and the password of user USER: then its entry is looked for by the jti alone. Not listed: that takes the credentials of the account, or a token that the server accepts.",
		},
		"refused before, and of another": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, leaked: otherwiseSigned,
			gist: "not found, accepted false, verified ?, enforced ?, cached ?, error, 0 others, code 1", summary: refused + " No other token is listed.",
			says: already + "The list of other@example.com has no entry for this token, which is of user USER. If that is another account, run the same command without credentials, then the token revokes itself, or with those of that user. If it is this one, no revocation ends the token. " + whyNotRecorded + " END (DELETE /jwt/history/:jti: 404 Not Found: Object not found.) Listing the tokens.",
		},
		"not in the list, and of the account that signs in": {
			args: "--sign-in --rest --skip prove", leaked: unlisted,
			gist: "not found, accepted false, verified ?, enforced ?, cached ?, error, 3 others, rest 3 of 3, code 1", summary: refused + " Of the other tokens: 3 revoked, 1 left alone.",
			says: already + "The list of your account, user USER, has no entry for this token, so no revocation ends it. " + whyNotRecorded + " END (DELETE /jwt/history/:jti: 404 Not Found: Object not found.) Listing the tokens.",
		},
		"not told before, nor revoked": {
			args: "--skip revoke,list", faults: []tiledesktest.Fault{{Method: http.MethodGet, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`}},
			gist: "not attempted, accepted ?, verified ?, enforced ?, cached ?, error, code 1", summary: unknown + " " + notAsked,
			says: "Whether the server accepts the token could not be found out. The server did not do it and says why: No. Try again once that is settled. (GET /jwt/history: 400 Bad Request: no)",
		},
		"not revoked, but the rest": {
			args: "--rest --skip revoke",
			gist: "not attempted, accepted true, verified ?, enforced ?, cached ?, 2 others, rest 2 of 2, code 1", summary: unknown + " Of the other tokens: 2 revoked, 1 left alone.",
			says: "Listing the tokens. " + basicIsSlow,
		},
		"revoked by itself, since the credentials are of another": {
			env: map[string]string{"TILEDESK_EMAIL": "other@example.com"}, args: "--rest --sign-in",
			gist: "revoked, accepted true, verified true, enforced true, cached ?, code 1", summary: good + " " + notAsked,
			says: "These credentials are of another user. Not listed: that takes the credentials of user USER. Begin again with those.",
		},
		"not enforced": {
			opts: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}, args: "--skip list --verify-for 0s",
			gist: "revoked, accepted true, verified false, enforced false, cached false, code 1", summary: "The leaked token is revoked by the word of the server, and the server STILL ACCEPTS it. " + notAsked,
			says: "STILL ACCEPTED: the server noted the revocation of JTI and still accepts the token. " + treatAll + "It does not check revocations: it also accepts a token that was revoked before its first use. Its administrator has to start it with JWT_HISTORY_ENABLED=true. END",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			server.AddUser("other@example.com", testPassword)
			tokens := server.Issue(testEmail, 3)
			for _, fault := range c.faults {
				server.Inject(fault)
			}
			a, stderr := signingIn(server)
			env := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword}
			for name, value := range c.env {
				env[name] = value
			}
			a.getenv = testEnv(env)
			leaked, report := tokens[1], filepath.Join(t.TempDir(), "report")
			if c.leaked != nil {
				leaked = c.leaked(leaked)
			}
			code := a.run(append([]string{"incident", "--token-from", fileWith(t, leaked), "--yes", "--rate", "0", "--report", report}, strings.Fields(c.args)...))
			var record incidentRecord
			if err := json.Unmarshal(a.stdout.(*bytes.Buffer).Bytes(), &record); err != nil {
				t.Fatalf("%v: %s%s", err, a.stdout, stderr)
			}
			if got := record.gist(); got != c.gist || code != record.ExitCode {
				t.Errorf("exit code %d: %s\nwant %s\n%s", code, got, c.gist, stderr)
			}
			if got := strings.Join(record.Summary, " "); got != c.summary {
				t.Errorf("%s\nwant %s", got, c.summary)
			}
			checkRecord(t, record, report, tokens)
			jti, user := identify(tokens[1])
			said := strings.NewReplacer(server.URL(), "URL", jti, "JTI", user, "USER", whatEndsIt, "END", " Written down in "+report+", without any secret.", "").Replace(" " + flat(stderr))
			if said = strings.TrimPrefix(said, " "); said != c.says {
				t.Errorf("said: %s", said)
			}
			if server.Revoked(tokens[1]) != (record.Outcome == "revoked" || record.Rest != nil && record.Rest.Revoked == len(tokens)) || server.Revoked(tokens[0]) != (record.Rest != nil) {
				t.Error("the record is not what happened")
			}
		})
	}
}
