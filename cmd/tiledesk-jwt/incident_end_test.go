package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The question about the rest says how many there are, of which the newest are shown.
func TestIncident_asksAboutTheRest(t *testing.T) {
	t.Parallel()
	for n, question := range map[int]string{
		1:  "Revoke the 1 other token at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N]",
		10: "Revoke all 10 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N]",
		11: "Revoke all 11 other tokens at URL, account agent@example.com, but the one in use? This cannot be undone. [y/N]",
	} {
		server := newTestServer(t)
		others := server.Issue(testEmail, n)
		a, stderr := signingIn(server)
		sitsThere(a, "y\n\n\ny\n")
		code := a.run([]string{"incident", "--token-from", fileWith(t, server.Issue(testEmail, 1)[0]), "--rate", "0", "--report", filepath.Join(t.TempDir(), "report")})
		said := strings.ReplaceAll(flat(stderr), server.URL(), "URL")
		if code != exitDone || !strings.Contains(said, question) {
			t.Errorf("%d others: exit code %d: %s", n, code, said)
		}
		out := flat(a.stdout.(*bytes.Buffer))
		shown := 0
		for i, token := range others {
			jti, _ := identify(token)
			if strings.Contains(out, jti) {
				shown++
			} else if i > 0 {
				t.Errorf("%d others: one of the newest is not shown", n)
			}
			if !server.Revoked(token) {
				t.Errorf("%d others: one is alive", n)
			}
		}
		if shown != min(n, maxShown) || strings.Contains(out, "and 1 more") != (n > maxShown) || strings.Contains(out, "and 0 more") {
			t.Errorf("%d others: %s", n, out)
		}
	}
}

// A run that leaves its own token behind is not a success, whatever else was done.
func TestIncident_failsWhereItsOwnTokenIsLeft(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	leaked := server.Issue(testEmail, 1)[0]
	deletes := 0
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodDelete {
			if deletes++; deletes == 2 { // the sign-out
				server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`})
			}
		}
	})
	a, stderr := signingIn(server)
	code := a.run([]string{"incident", "--token-from", fileWith(t, leaked), "--yes", "--sign-in", "--rate", "0"})
	if out := a.stdout.(*bytes.Buffer).String(); code != exitUndone || !strings.Contains(out, `"verified":true,`) || !strings.HasSuffix(out, `"exitCode":1}`+"\n") || !strings.Contains(stderr.String(), "The token that this run signed in for was left") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}

// What cannot work is refused before anything is sent.
func TestIncident_refusesBeforeItSends(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	leaked := fileWith(t, server.Issue(testEmail, 1)[0])
	for args, c := range map[string]struct {
		stderr bool // is a terminal
		says   string
	}{
		"--token-from FILE":                                   {true, "Nothing was sent: there is no terminal to ask on. With --yes the leaked token is revoked without a question, and with --rest the others too."},
		"--token-from -":                                      {true, "Nothing was sent: stdin is in use, so that you cannot be asked. With --yes"},
		"--token-from /no/such/file --yes":                    {false, "--token-from /no/such/file: there is no such file"},
		"--token-from FILE --no-input":                        {true, "Nothing was sent: with --no-input you cannot be asked. With --yes"},
		"--token-from FILE --yes --verify-for=-1s":            {false, "--verify-for: give a time, such as 60s, or 0s for a single try"},
		"--token-from FILE --yes --report /no/such/folder/r":  {false, "--report /no/such/folder/r: there is no such file; check its name. Nothing was sent."},
		"--token-from FILE --yes --report FILE":               {false, "--report FILE: there is such a file already; choose a new name, so that nothing is lost. Nothing was sent."},
		"--token-from FILE --yes --report FILE --format text": {false, "there is such a file already"},
	} {
		a, stderr := signingIn(server)
		a.onTerminal.stderr, a.appends = c.stderr, true
		token, err := os.ReadFile(leaked)
		if err != nil {
			t.Fatal(err)
		}
		a.stdin = bytes.NewReader(token)
		code := a.run(append([]string{"incident", "--rate", "0"}, strings.Fields(strings.ReplaceAll(args, "FILE", leaked))...))
		said := strings.ReplaceAll(flat(stderr), leaked, "FILE")
		if code != exitUsage || !strings.HasPrefix(said, "tiledesk-jwt: ") || !strings.Contains(said, c.says) || a.stdout.(*bytes.Buffer).Len() > 0 {
			t.Errorf("%s: exit code %d: %s%s", args, code, a.stdout, said)
		}
	}
	if n := len(server.Requests()); n > 0 {
		t.Errorf("%d requests", n)
	}
}

// Where the record was not written, the incident does not end as a success.
func TestIncident_failsWhereTheRecordIsNotWritten(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, stderr := signingIn(server)
	a.stdout = full{}
	report := filepath.Join(t.TempDir(), "report")
	code := a.run([]string{"incident", "--token-from", fileWith(t, server.Issue(testEmail, 1)[0]), "--yes", "--report", report, "--skip", "list", "--rate", "0"})
	if want := fmt.Sprintf("The record could not be written: no space left. Make room, or write it somewhere else.\nWritten down in %s, without any secret.\n", report); code != exitUndone || stderr.String() != want {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(report); err != nil {
		t.Error(err)
	}
}

// A record that cannot be written is not said to be.
func TestIncident_failsWhereTheFileTakesNoRecord(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "report"))
	if err != nil {
		t.Fatal(err)
	}
	a, stderr := signingIn(newTestServer(t))
	i := &incident{incidentCommand: &incidentCommand{Yes: true}, leak: &leak{app: a}, u: &undertaking{}, record: &incidentRecord{}}
	_ = file.Close()
	i.write(t.Context(), &recordFile{File: file})
	if said := stderr.String(); i.code != exitUndone || !strings.HasPrefix(said, "The record could not be written: ") || strings.Contains(said, "Written down") {
		t.Errorf("exit code %d: %s", i.code, said)
	}
}

// What was not stored is not written.
func TestIncident_recordIsStored(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if new(incidentRecord).writeTo(w) == nil {
		t.Error("a pipe stores nothing")
	}
}

// A file is made only where there is something to write into it.
func TestIncident_leavesNoEmptyFile(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, stderr := signingIn(server)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN_FILE": "/no/such/token"})
	report := filepath.Join(t.TempDir(), "report")
	code := a.run([]string{"incident", "--token-from", fileWith(t, sample), "--yes", "--report", report})
	if _, err := os.Stat(report); code != exitUsage || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(stderr.String(), "TILEDESK_TOKEN_FILE") {
		t.Errorf("exit code %d, %v: %s", code, err, stderr)
	}
}

// Before the question about the rest a long run says how long it takes.
func TestIncident_saysHowLongTheRestTakes(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageSize(1000))
	tokens := server.Issue(testEmail, 900)
	a, stderr := signingIn(server)
	a.now = time.Now // as the limiter's
	sitsThere(a, "n\n\nn\n")
	args := []string{"incident", "--token-from", fileWith(t, tokens[0]), "--report", filepath.Join(t.TempDir(), "report")}
	if code := a.run(args); code != exitUndone || !strings.Contains(flat(stderr), " min, since it is limited to 200 requests/min.") || !strings.Contains(flat(stderr), "Revoke all 899 other tokens at") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// Failures beyond those that are shown are counted.
func TestIncident_countsFailures(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 13)
	server.OnRequest(func(r tiledesktest.Request) {
		if leaked, _ := identify(tokens[0]); r.Method == http.MethodDelete && !strings.HasSuffix(r.Path, leaked) {
			server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Path: r.Path, Status: http.StatusBadRequest, Body: `{"success":false,"msg":"no"}`})
		}
	})
	a, stderr := signingIn(server)
	code := a.run([]string{"incident", "--token-from", fileWith(t, tokens[0]), "--yes", "--rest", "--rate", "0"})
	if said := stderr.String(); code != exitUndone || strings.Count(said, "failed: ") != maxShown || !strings.Contains(said, "2 more failed; --report writes down each of them.") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// A run that takes long tells how far it is, of the others alone.
func TestIncident_tellsHowFarTheRestIs(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 3)
	a, stderr := signingIn(server)
	var seconds atomic.Int64
	began := a.now()
	a.now = func() time.Time { return began.Add(time.Duration(seconds.Add(11)) * time.Second) }
	code := a.run([]string{"incident", "--token-from", fileWith(t, tokens[1]), "--yes", "--sign-in", "--rest", "--rate", "0"})
	said := stderr.String()
	if code != exitDone || strings.Count(said, "4 tokens listed so far\n") != 2 || !strings.Contains(said, "2 of 2 revoked\n") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// Ages are shown where there is room beside the tokens.
func TestIncident_showsAgesWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{narrow - 1: "  a\n", narrow: "  a  unknown\n"} {
		a, _ := testApp(new(bytes.Buffer))
		a.console.width = width
		i := &incident{leak: &leak{app: a}, u: &undertaking{}, others: []*tiledesk.Token{{JTI: "a"}}}
		if i.showOthers(); !strings.HasPrefix(a.stdout.(*bytes.Buffer).String(), want) {
			t.Errorf("%d columns: %s", width, a.stdout)
		}
	}
}

// What remains depends on what the server does, and on who signed the token.
func TestIncident_saysWhatRemains(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		audience         []string
		enforced, cached *bool
	}{
		"Disable the user u1": {nil, nil, nil},
		"Disable the user u1 on the server (a status that is not 100)":                                                  {[]string{"https://tiledesk.com"}, ptr(true), nil},
		"Replace the secret of the project p1: it ends every token that was signed with it, and no token of a sign-in.": {[]string{"/projects/p1"}, nil, nil},
		"Have the administrator of the server start it with JWT_HISTORY_ENABLED=true":                                   {nil, ptr(false), ptr(false)},
		"See that the server refuses the token, once it has forgotten its check of it":                                  {nil, ptr(true), ptr(true)},
	} {
		i := &incident{record: &incidentRecord{Enforced: c.enforced, Cached: c.cached}, leak: &leak{claims: &tiledesk.Claims{UserID: "u1", Audience: c.audience}}}
		if list := i.remains(); !strings.HasPrefix(list[0], want) || len(list) != 4 && !strings.HasPrefix(list[1], "Disable the user u1") {
			t.Errorf("%s: %q", want, list)
		}
	}
}
