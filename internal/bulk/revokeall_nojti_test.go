package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// stubborn is a server that lists the same rows and revokes whatever it is asked to. It
// notes the last part of each DELETE.
type stubborn struct {
	rows   []string
	more   []string // from the second listing on
	status int      // of a DELETE; 0: 200
	body   string

	mu      sync.Mutex
	lists   int
	deleted []string
}

func (w *stubborn) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == "DELETE" {
		w.deleted = append(w.deleted, path.Base(r.URL.Path))
		if w.status != 0 {
			return servertest.Answer(w.status, w.body), nil
		}
		return servertest.Answer(200, ""), nil
	}
	rows := w.rows
	if !r.URL.Query().Has("page") {
		w.lists++
	}
	if w.lists > 1 {
		rows = slices.Concat(w.rows, w.more)
	}
	return servertest.FirstPageOf(r, rows...), nil
}

// without is a row without a jti.
func without(id string) string { return `{"_id":"` + id + `","tokenId":"` + id + `"}` }

func authorizedBy(value string) tiledesk.Credentials {
	return tiledesk.CredentialsFunc(func(context.Context) (string, error) { return value, nil })
}

var basic = tiledesk.BasicAuth(servertest.Email, servertest.Password)

func TestRevokeAll_entryWithoutJTIIsNotRevokedWhereOthersShowOne(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		credentials tiledesk.Credentials
		server      *stubborn
		revoked     int
	}{
		"with Basic":                   {basic, &stubborn{rows: []string{without("1"), servertest.RowOf("a")}}, 1},
		"with a token that is listed":  {tiledesk.JWTAuth(servertest.TokenOf("own")), &stubborn{rows: []string{servertest.RowOf("own"), without("1"), servertest.RowOf("a")}}, 1},
		"none but the own shows one":   {tiledesk.JWTAuth(servertest.TokenOf("own")), &stubborn{rows: []string{without("1"), servertest.RowOf("own")}}, 0},
		"and the server calls it gone": {basic, &stubborn{rows: []string{without("1"), servertest.RowOf("a")}, status: 404, body: notThere}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var heard servertest.Hearing
			client := servertest.NewClientWith(t, test.credentials, test.server.RoundTrip)
			report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: heard.Hear})
			got := heard.Of(t, "") // the one without a jti
			if got.Outcome != tiledesk.Failed || got.Err == nil || !strings.Contains(got.Err.Error(), "GLOBAL_SECRET") || !strings.Contains(got.Err.Error(), "password does not") {
				t.Errorf("got %v: %v", got.Outcome, got.Err)
			}
			if report.Revoked != test.revoked || report.WithoutJTI != 0 || err == nil || !slices.Contains(test.server.deleted, "1") {
				t.Errorf("got %+v, %v after %q", report, err, test.server.deleted)
			}
		})
	}
}

func TestRevokeAll_countsWhatItRevokedWithoutJTI(t *testing.T) {
	t.Parallel()
	server := &stubborn{rows: []string{without("1"), without("2")}}
	report, err := servertest.NewClientWith(t, basic, server.RoundTrip).JWT.RevokeAll(t.Context(), nil)
	if err != nil || report.Revoked != 2 || report.WithoutJTI != 2 || report.Skipped != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
	// An entry with a jti that appears later shows that they still work.
	server = &stubborn{rows: []string{without("1"), without("2")}, more: []string{servertest.RowOf("a")}}
	report, err = servertest.NewClientWith(t, basic, server.RoundTrip).JWT.RevokeAll(t.Context(), nil)
	if report.Revoked != 3 || report.WithoutJTI != 2 || !errors.Is(report.RunErr(), tiledesk.ErrUnexpectedResponse) || !strings.Contains(err.Error(), "2 tokens without a jti counted") {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_includesTheOwnTokenThatTheListDoesNotShow(t *testing.T) {
	t.Parallel()
	own := tiledesk.JWTAuth(servertest.RawToken(`{"jti":"own","iat":1700000000}`))
	none := func(*tiledesk.Token) bool { return false }
	for name, test := range map[string]struct {
		rows    []string
		opts    tiledesk.RevokeOptions
		status  int
		outcome tiledesk.Outcome
		deleted string
	}{
		"an empty list":           {nil, tiledesk.RevokeOptions{}, 0, tiledesk.Revoked, "own"},
		"last of all":             {[]string{servertest.RowOf("a"), servertest.RowOf("b")}, tiledesk.RevokeOptions{Concurrency: 1}, 0, tiledesk.Revoked, "id-a id-b own"},
		"planned":                 {nil, tiledesk.RevokeOptions{DryRun: true}, 0, tiledesk.Planned, ""},
		"not matched":             {nil, tiledesk.RevokeOptions{Match: none}, 0, tiledesk.Skipped, ""},
		"the server knows it not": {nil, tiledesk.RevokeOptions{}, 404, tiledesk.NotFound, "own"},
		"others failed":           {[]string{servertest.RowOf("a")}, tiledesk.RevokeOptions{}, 500, tiledesk.NotAttempted, "id-a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &stubborn{rows: test.rows, status: test.status, body: notThere}
			var heard servertest.Hearing
			test.opts.IncludeCurrent, test.opts.OnResult = true, heard.Hear
			report, err := servertest.NewClientWith(t, own, server.RoundTrip).JWT.RevokeAll(t.Context(), &test.opts)
			got := heard.Of(t, "own")
			if got.Outcome != test.outcome || strings.Join(server.deleted, " ") != test.deleted || got.Token == nil || got.Token.CreatedAt.Unix() != 1700000000 {
				t.Errorf("got %v of %v after %q: %+v, %v", got.Outcome, got.Token, server.deleted, report, err)
			}
			if done := test.outcome != tiledesk.NotFound && test.outcome != tiledesk.NotAttempted; (err == nil) != done || len(heard) != len(test.rows)+1 {
				t.Errorf("heard %v, %v", heard, err)
			}
		})
	}
}

func TestRevokeAll_asksMatchAboutTheOwnTokenThatTheListDoesNotShow(t *testing.T) {
	t.Parallel()
	server := new(stubborn)
	var asked []tiledesk.Token
	_, err := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), server.RoundTrip).JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true, Match: func(token *tiledesk.Token) bool {
		asked = append(asked, *token)
		return true
	}})
	if err != nil || len(asked) != 1 || asked[0].JTI != "own" || asked[0].Raw != nil || len(server.deleted) != 1 {
		t.Errorf("asked about %v, sent %q, %v", asked, server.deleted, err)
	}
}

func TestRevokeAll_saysThatAnOwnTokenWithoutJTICannotBeEnded(t *testing.T) {
	t.Parallel()
	server := &stubborn{rows: []string{servertest.RowOf("a")}}
	report, err := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.RawToken(`{"sub":"user"}`)), server.RoundTrip).JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if report.Revoked != 1 || report.RunErr() == nil || !strings.Contains(err.Error(), "shows no jti") {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeEach_leavesAnOwnTokenAloneThatIsNoTarget(t *testing.T) {
	t.Parallel()
	server := new(stubborn)
	report, err := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), server.RoundTrip).JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if err != nil || report.Revoked != 1 || slices.Contains(server.deleted, "own") {
		t.Errorf("got %+v, %v after %q", report, err, server.deleted)
	}
}

func TestRevokeAll_findsTheOwnTokenUnderAnyScheme(t *testing.T) {
	t.Parallel()
	own, other := servertest.TokenOf("Own-1"), servertest.TokenOf("gateway")
	padded := strings.Replace(own, ".", "=.", 1)
	for name, value := range map[string]string{
		"JWT": "JWT " + own, "Bearer": "Bearer " + own, "bare": own, "another scheme": "Token " + own,
		"key=value": "token=" + own, "a quoted value": `Token token="` + own + `"`, "a dotted key": "x.token=" + own,
		"behind another token": "Bearer " + other + ", JWT " + own, "before another": "JWT;" + own + ";" + other, "padded": "Bearer " + padded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The own token comes first, where a run would revoke it first, and in another case.
			server := &stubborn{rows: []string{`{"_id":"1","jti":"oWN-1"}`, servertest.RowOf("a"), servertest.RowOf("b")}}
			report, err := servertest.NewClientWith(t, authorizedBy(value), server.RoundTrip).JWT.RevokeAll(t.Context(), nil)
			slices.Sort(server.deleted)
			if err != nil || report.Skipped != 1 || report.Revoked != 2 || !slices.Equal(server.deleted, []string{"id-a", "id-b"}) {
				t.Errorf("got %+v, %v after %q", report, err, server.deleted)
			}
		})
	}
}

// A server can put a whole token in the place of the jti, or the jti in that of the id.
func TestRevokeAll_findsTheOwnTokenWhereverItIsNamed(t *testing.T) {
	t.Parallel()
	own := servertest.TokenOf("Own-1")
	for name, row := range map[string]string{
		"a token as jti": `{"_id":"1","jti":"` + own + `"}`, "a token with its scheme": `{"_id":"1","jti":"JWT ` + own + `"}`,
		"a token as id": `{"_id":"` + own + `","jti":"x"}`, "the jti as id": `{"_id":"own-1","jti":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &stubborn{rows: []string{row, servertest.RowOf("a")}}
			report, err := servertest.NewClientWith(t, tiledesk.JWTAuth(own), server.RoundTrip).JWT.RevokeAll(t.Context(), nil)
			if !slices.Equal(server.deleted, []string{"id-a"}) || report.Revoked != 1 {
				t.Errorf("got %+v, %v after %q", report, err, server.deleted)
			}
		})
	}
}

func TestRevokeEach_comparesJTIsWithoutCase(t *testing.T) {
	t.Parallel()
	server := new(stubborn)
	report, err := servertest.NewClientWith(t, authorizedBy("Bearer "+servertest.TokenOf("Own-1")), server.RoundTrip).JWT.RevokeEach(t.Context(), servertest.ByJTI("OWN-1", "own-1", "a"), nil)
	if err != nil || report.Skipped != 2 || report.Revoked != 1 || !slices.Equal(server.deleted, []string{"a"}) {
		t.Errorf("got %+v, %v after %q", report, err, server.deleted)
	}
}

func TestRevokeAll_leavesEntriesWithoutJTIAloneWhereTheOwnIsNotListed(t *testing.T) {
	t.Parallel()
	for name, credentials := range map[string]tiledesk.Credentials{
		"its jti is not there":   tiledesk.JWTAuth(servertest.TokenOf("own")),
		"it shows none":          tiledesk.JWTAuth(servertest.RawToken(`{"sub":"user"}`)),
		"it cannot be read":      tiledesk.JWTAuth("opaque"),
		"encrypted, as a Bearer": authorizedBy("Bearer eyJhbGciOiJkaXIifQ.a2V5.aXY.dGV4dA.dGFn"),
		"one of two is there":    authorizedBy("Bearer " + servertest.TokenOf("a") + " " + servertest.TokenOf("own")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &stubborn{rows: []string{without("1"), servertest.RowOf("a"), servertest.RowOf("b"), without("2")}}
			report, err := servertest.NewClientWith(t, credentials, server.RoundTrip).JWT.RevokeAll(t.Context(), nil)
			if err != nil || report.Skipped < 2 || report.Revoked+report.Skipped != 4 || slices.Contains(server.deleted, "1") || slices.Contains(server.deleted, "2") {
				t.Errorf("got %+v, %v after %q", report, err, server.deleted)
			}
		})
	}
}

func TestRevokeAll_revokesNothingWhereNoEntryShowsAJTI(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]tiledesk.RevokeOptions{"default": {}, "with the current": {IncludeCurrent: true}, "a dry run": {DryRun: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &stubborn{rows: []string{without("own"), without("2"), without("3")}}
			report, err := servertest.NewClientWith(t, authorizedBy("Bearer "+servertest.TokenOf("own")), server.RoundTrip).JWT.RevokeAll(t.Context(), &opts)
			if len(server.deleted) > 0 || report.NotAttempted != 3 || !errors.Is(report.RunErr(), tiledesk.ErrInvalidArgument) ||
				!strings.Contains(err.Error(), "RevokeEach") || !strings.Contains(err.Error(), "BasicAuth") {
				t.Errorf("got %+v, %v after %q", report, err, server.deleted)
			}
		})
	}
	// Nothing is wrong where nothing was chosen.
	server := &stubborn{rows: []string{without("own")}}
	report, err := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), server.RoundTrip).JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{Match: func(*tiledesk.Token) bool { return false }})
	if err != nil || report.Skipped != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_knowsTheOwnTokenWhereverItIsListed(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][][]string{
		"on the last page":     {{without("1"), servertest.RowOf("a")}, {servertest.RowOf("b"), servertest.RowOf("c")}, {servertest.RowOf("own")}},
		"twice":                {{servertest.RowOf("own"), servertest.RowOf("a")}, {`{"_id":"again","jti":"own"}`, without("1")}, {servertest.RowOf("b")}},
		"twice in other cases": {{`{"_id":"1st","jti":"OWN"}`, servertest.RowOf("a")}, {without("1"), servertest.RowOf("own")}, {servertest.RowOf("b")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, include := range []bool{false, true} {
				var mu sync.Mutex
				var deleted []string
				client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					if r.Method == "DELETE" {
						deleted = append(deleted, path.Base(r.URL.Path))
						return servertest.Answer(200, ""), nil
					}
					page := int(("0" + r.URL.Query().Get("page"))[len(r.URL.Query().Get("page"))] - '0')
					if page >= len(pages) {
						return servertest.Answer(200, "[]"), nil
					}
					return servertest.Answer(200, "["+strings.Join(pages[page], ",")+"]"), nil
				})
				report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: include})
				// The entry without a jti is tried, since the own token is another one.
				if report.Failed != 1 || !slices.Contains(deleted, "1") || slices.Contains(deleted, "id-own") || slices.Contains(deleted, "again") || slices.Contains(deleted, "1st") {
					t.Errorf("got %+v, %v after %q", report, err, deleted)
				}
			}
		})
	}
}
