package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// incidentRecord is what was done, for programs and for whoever asks later.
type incidentRecord struct {
	Began          *string      `json:"began"`
	Ended          *string      `json:"ended"`
	BaseURL        string       `json:"baseURL"`
	Account        *string      `json:"account"`
	ByItself       bool         `json:"byItself"` // no other credentials were given
	Token          inspected    `json:"token"`
	AcceptedBefore *bool        `json:"acceptedBefore"`
	Outcome        string       `json:"outcome"`
	Error          *string      `json:"error"`
	Verified       *bool        `json:"verified"` // by the leaked token itself
	Enforced       *bool        `json:"enforced"` // by that, or by the token of --sign-in
	Cached         *bool        `json:"cached"`   // of a token that is still accepted: the server checks, and remembers that
	Others         *otherTokens `json:"others"`
	Rest           *runJSON     `json:"rest"`
	Interrupted    bool         `json:"interrupted"`
	Summary        []string     `json:"summary"`
	Remains        []string     `json:"remains"`
	ExitCode       int          `json:"exitCode"`
}

// otherTokens are those that were listed beside the leaked one and the one in use.
type otherTokens struct {
	Count      int        `json:"count"`
	Incomplete bool       `json:"incomplete"`
	Tokens     []otherRow `json:"tokens"`
}

type otherRow struct {
	ID        string  `json:"id"`
	JTI       string  `json:"jti"`
	CreatedAt *string `json:"createdAt"`
}

func newIncidentRecord(now time.Time, s *session, l *leak) *incidentRecord {
	return &incidentRecord{
		Began: orNull(stamp(now)), BaseURL: s.BaseURL(), Account: orNull(s.account), ByItself: l.self,
		Token: claimsJSON(l.claims), Outcome: tiledesk.NotAttempted.String(),
	}
}

// took takes in what became of the leaked token.
func (r *incidentRecord) took(u *undertaking, err error) {
	r.Error = nil
	if err != nil {
		r.failed(err)
	}
	if u.report == nil {
		return
	}
	switch {
	case u.report.Revoked > 0:
		r.Outcome = tiledesk.Revoked.String()
	case u.report.AlreadyGone > 0:
		r.Outcome = tiledesk.AlreadyGone.String()
	case u.report.NotFound > 0:
		r.Outcome = tiledesk.NotFound.String()
	default:
		r.Outcome = tiledesk.Failed.String()
	}
}

func (r *incidentRecord) failed(err error) { r.Error = orNull(safe(withoutPrefix(err))) }

func (r *incidentRecord) list(tokens []*tiledesk.Token, incomplete bool) {
	others := &otherTokens{Count: len(tokens), Incomplete: incomplete, Tokens: make([]otherRow, len(tokens))}
	for i, token := range tokens {
		others.Tokens[i] = otherRow{redact.Identifier(token.ID), redact.Identifier(token.JTI), orNull(stamp(token.CreatedAt))}
	}
	r.Others = others
}

// conclude says what became of everything, and what remains to be done.
func (i *incident) conclude(ctx context.Context) {
	r := i.record
	if !i.isRevoked() || r.Verified != nil && !*r.Verified {
		i.code = worse(i.code, exitUndone)
	}
	if interrupted(ctx) {
		i.code = worse(i.code, exitInterrupted)
	}
	r.Summary, r.Remains = i.summary(), i.remains()
	r.Ended, r.ExitCode = orNull(stamp(i.app.now())), i.code
	if i.u.json {
		return
	}
	i.heading("What came of it")
	for _, line := range r.Summary {
		i.app.console.say("%s", line)
	}
	i.heading("What remains to be done")
	for _, line := range r.Remains {
		i.app.console.item(line)
	}
}

// summary is in the order of the steps.
func (i *incident) summary() []string {
	r := i.record
	token := "The leaked token is NOT known to be revoked. Treat it as still valid."
	switch {
	case !i.isRevoked() && r.AcceptedBefore != nil && !*r.AcceptedBefore:
		token = "The leaked token is NOT known to be revoked: the server refuses what the file holds, which proves nothing. Treat it as still valid."
	case !i.isRevoked():
	case r.Verified == nil:
		token = "The leaked token is revoked by the word of the server. Whether the server refuses it was not verified: treat it as still valid."
	case *r.Verified:
		token = "The leaked token is revoked, and the server refuses it."
	default:
		token = "The leaked token is revoked by the word of the server, and the server STILL ACCEPTS it."
	}
	others := "What else is signed in was not listed."
	switch {
	case r.Rest != nil:
		others = "Of the other tokens: " + either(strings.Join(countsOf(i.rest), ", "), "nothing was revoked") + "."
	case r.Others != nil && r.Others.Count == 0:
		others = "No other token is listed."
	case r.Others != nil:
		others = count(r.Others.Count, "other token") + " left alone. To revoke: tiledesk-jwt revoke-all --sign-in"
	}
	if r.Others != nil && r.Others.Incomplete {
		others += " The list may lack tokens."
	}
	return []string{token, others}
}

// remains is what this API cannot do, and what is left to the reader.
func (i *incident) remains() []string {
	r, user := i.record, either(i.leak.claims.UserID, "unknown")
	var list []string
	switch {
	case r.Cached != nil && *r.Cached:
		list = append(list, "See that the server refuses the token, once it has forgotten its check of it: tiledesk-jwt revoke --token-from FILE --verify-for 10m")
	case r.Enforced != nil && !*r.Enforced:
		list = append(list, "Have the administrator of the server start it with JWT_HISTORY_ENABLED=true: until then it accepts revoked tokens.")
	}
	if len(i.leak.claims.Audience) > 0 && strings.HasPrefix(i.leak.claims.Audience[0], "/projects/") {
		list = append(list, "Replace the secret of the project "+strings.TrimPrefix(i.leak.claims.Audience[0], "/projects/")+": it ends every token that was signed with it, and no token of a sign-in.")
	} else {
		list = append(list, "Disable the user "+user+" on the server (a status that is not 100) while the account may be in other hands: its tokens, also those that no list shows, are refused by the routes and by the WebSocket.")
	}
	return append(list,
		"Rotate GLOBAL_SECRET of the server where a token must not work anywhere any more: a revoked one can still exchange itself at signinWithCustomToken and open the WebSocket. It ends all tokens of all users. A new password ends none.",
		"See whether somebody comes back: tiledesk-jwt watch",
		"Find out how the token leaked, and delete the file that it was read from.",
	)
}

// recordFile is where the record goes; none for the zero value.
type recordFile struct {
	*os.File
	written bool
}

// newRecordFile makes a file that is not there yet, so that no record of another
// incident is lost. Without a name there is no file.
func newRecordFile(name string) (*recordFile, error) {
	if name == "" {
		return &recordFile{}, nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // whoever runs this names the file
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, errors.New("there is such a file already; choose a new name, so that nothing is lost")
	case err != nil:
		return nil, unreadable(err)
	}
	return &recordFile{File: file}, nil
}

// close leaves no file without a record.
func (f *recordFile) close() {
	if f.File == nil {
		return
	}
	_ = f.Close() // it was synced
	if !f.written {
		_ = os.Remove(f.Name()) // it is empty
	}
}

// write prints the record for programs, and puts it into the file.
func (i *incident) write(ctx context.Context, file *recordFile) {
	if i.u.json {
		if err := unwritten("The record", writeJSON(i.app.console.out(), i.record)); err != nil {
			i.app.console.complain("%s", explain(err))
			i.code = worse(i.code, exitUndone)
		}
	}
	if file.File == nil && !i.Yes && !interrupted(ctx) {
		name := "tiledesk-incident-" + i.app.now().UTC().Format("20060102-150405") + ".json"
		goes, err := i.app.askYesNo(ctx, true, "Write this down in %s?", name)
		if err != nil || !goes {
			return
		}
		if file, err = newRecordFile(name); err != nil {
			i.app.console.complain("%s: %s.", name, err)
			i.code = worse(i.code, exitUndone)
			return
		}
		defer file.close()
	}
	if file.File == nil {
		return
	}
	if err := i.record.writeTo(file.File); err != nil {
		i.app.console.complain("The record could not be written: %s.", unreadable(err))
		i.code = worse(i.code, exitUndone)
		return
	}
	file.written = true
	i.app.console.note("Written down in %s, without any secret.", file.Name())
}

func (r *incidentRecord) writeTo(file *os.File) error {
	var line, text bytes.Buffer
	_ = writeJSON(&line, r)                        // plain values, into memory
	_ = json.Indent(&text, line.Bytes(), "", "  ") // of what was just written
	if _, err := file.Write(text.Bytes()); err != nil {
		return err
	}
	return file.Sync()
}
