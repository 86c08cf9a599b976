package tiledesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeAllEndsWhenTokensKeepAppearing(t *testing.T) {
	t.Parallel()
	server, client, _ := newTestServer(t, 1)
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == "GET" && r.Query.Get("page") == "" {
			server.Issue(testEmail, 1)
		}
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "keep appearing") || report.Passes != 10 || report.Revoked != 10 || !report.Incomplete {
		t.Errorf("got %+v, %v", report, err)
	}
	if errors.Is(err, ErrIncompleteHistory) {
		t.Errorf("no listing was incomplete: %v", err)
	}
}

func TestRevokeAllSaysThatItsTenthListingWasIncomplete(t *testing.T) {
	t.Parallel()
	_, client, _ := newTestServer(t, 100, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5), tiledesktest.WithRevokedHidden())
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, ErrIncompleteHistory) || !strings.Contains(err.Error(), "keep appearing") || report.Passes != 10 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAllListsAgainAfterAnIncompleteListing(t *testing.T) {
	t.Parallel()
	// The count of the second listing falls between its two pages, as when somebody
	// revokes meanwhile: it brings nothing new, and proves nothing.
	lists := 0
	client := newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			return answer(200, ""), nil
		}
		lists++
		page, count := rowOf("a"), 2
		if r.URL.Query().Has("page") {
			page = rowOf("b")
		}
		if r.URL.Query().Get("page") == "2" {
			page = ""
		}
		if lists == 5 {
			count = 1
		}
		return answer(200, fmt.Sprintf(`{"perPage":1,"count":%d,"jwts":[%s]}`, count, page)), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if err != nil || report.Revoked != 2 || report.Passes != 3 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAllSaysThatItsLastListingWasIncomplete(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 12, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5))
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, ErrIncompleteHistory) || report.Revoked != 4 || revokedAmong(server, tokens) != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAllUsesWhatAListingGaveBeforeItFailed(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 12, tiledesktest.WithPageSize(5))
	for _, fault := range after(1, "GET", tiledesktest.Fault{Status: 500}) {
		server.Inject(fault)
	}
	report, err := client.JWT.RevokeAll(t.Context(), &RevokeOptions{IncludeCurrent: true})
	if !errors.Is(err, ErrServer) || report.Revoked != 4 || report.NotAttempted != 1 || revokedAmong(server, tokens) != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAllStopsOnAListingThatIsRefused(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 12, tiledesktest.WithPageSize(5))
	for _, fault := range after(1, "GET", tiledesktest.Fault{Status: 401, Body: "Unauthorized"}) {
		server.Inject(fault)
	}
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	// The token in use would have been skipped anyway.
	if !errors.Is(err, ErrUnauthorized) || report.NotAttempted != 4 || report.Skipped != 1 || revokedAmong(server, tokens) != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeReport_incompleteWhereTokensMayBeUnseen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts   []tiledesktest.Option
		faults []tiledesktest.Fault
		want   bool
	}{
		"all is well":               {want: false},
		"one token fails":           {faults: []tiledesktest.Fault{{Method: "DELETE", Status: 500}}, want: false},
		"the run stops":             {faults: []tiledesktest.Fault{{Method: "DELETE", Status: 403}}, want: false},
		"a page fails":              {faults: after(1, "GET", tiledesktest.Fault{Status: 500}), want: true},
		"a page is refused":         {faults: after(1, "GET", tiledesktest.Fault{Status: 403}), want: true},
		"the server ignores a page": {opts: []tiledesktest.Option{tiledesktest.WithPageIgnored()}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, _ := newTestServer(t, 7, append(tt.opts, tiledesktest.WithPageSize(5))...)
			for _, fault := range tt.faults {
				server.Inject(fault)
			}
			report, err := client.JWT.RevokeAll(t.Context(), nil)
			if report.Incomplete != tt.want {
				t.Errorf("got %t: %v", report.Incomplete, err)
			}
		})
	}
}

func TestMatchIsAskedOnceATokenAndSeesTheWholeEntry(t *testing.T) {
	t.Parallel()
	_, client, tokens := newTestServer(t, 50, tiledesktest.WithOneBasedPages())
	asked := make(map[string]int)
	var heard hearing
	report, err := client.JWT.RevokeAll(t.Context(), &RevokeOptions{OnResult: heard.hear, Match: func(token *Token) bool {
		asked[token.JTI]++
		var ip string
		if found, err := token.Field("ip", &ip); !found || err != nil || ip == "" {
			t.Errorf("Match got %s without its fields", token.Raw)
		}
		matched := len(asked)%2 == 0
		token.JTI, token.ID = "changed", "changed" // harms nobody
		return matched
	}})
	if err != nil || len(asked) != len(tokens) || report.Revoked+report.Skipped != 50 || report.Skipped < 25 {
		t.Errorf("got %+v, %v", report, err)
	}
	for jti, n := range asked {
		if n != 1 {
			t.Errorf("Match was asked %d times about %s", n, jti)
		}
	}
	for _, result := range heard {
		if result.Token == nil || result.Token.Raw != nil || result.Token.JTI != result.Target.JTI || result.Token.CreatedAt.IsZero() || result.Target.JTI == "changed" {
			t.Errorf("got %+v of %+v", result, result.Token)
		}
	}
}

func TestAlreadyGoneOnlyWhereTheAPISaysSoOnEveryRoute(t *testing.T) {
	t.Parallel()
	const gone = `{"success":false,"msg":"Object not found."}`
	for name, test := range map[string]struct {
		byID, byJTI *http.Response
		outcome     Outcome
	}{
		"404 on both routes":                   {answer(404, gone), answer(404, gone), AlreadyGone},
		"404 by id, revoked by jti":            {answer(404, gone), answer(200, ""), Revoked},
		"404 by id in HTML, revoked by jti":    {answer(404, page404), answer(200, ""), Revoked},
		"404 by id in HTML, 404 by jti":        {answer(404, page404), answer(404, gone), Failed},
		"404 by id, 404 by jti in HTML":        {answer(404, gone), answer(404, page404), Failed},
		"404 by id, 404 of a gateway by jti":   {answer(404, gone), answer(404, `{"message":"no Route matched with those values"}`), Failed},
		"404 by id, 404 by jti without a word": {answer(404, gone), answer(404, ""), Failed},
		"404 by id, 500 by jti":                {answer(404, gone), answer(500, gone), Failed},
		"null by id and jti":                   {answer(200, "null"), answer(200, "null"), AlreadyGone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deleted := false
			client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
				switch {
				case r.Method == "GET" && deleted:
					return firstPageOf(r), nil
				case r.Method == "GET":
					return firstPageOf(r, rowOf("a")), nil
				}
				deleted = true
				if strings.Contains(r.URL.Path, "/id/") {
					return test.byID, nil
				}
				return test.byJTI, nil
			})
			var heard hearing
			_, _ = client.JWT.RevokeAll(t.Context(), &RevokeOptions{OnResult: heard.hear})
			if got := heard.of(t, "a"); got.Outcome != test.outcome || got.Attempts != 2 {
				t.Errorf("got %v after %d attempts: %v", got.Outcome, got.Attempts, got.Err)
			}
		})
	}
}

func TestEntriesWithoutAnyIdentifierFailOneByOne(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
		return firstPageOf(r, `{"status":100}`, `{"status":100}`, `{"status":-1}`, `null`), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.Failed != 4 || report.Passes != 2 || !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestTwoRunsAtOnceAndOneAfterDoNoHarm(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]tiledesktest.Option{
		"revoked tokens stay":              nil,
		"revoked tokens leave":             tiledesktest.WithRevokedHidden(),
		"a second revocation is not found": tiledesktest.WithSecondRevokeNotFound(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, tokens := newTestServer(t, 60, option, tiledesktest.WithPageSize(7))
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					// One that finds everything revoked already cannot know that it was.
					_, err := client.JWT.RevokeAll(t.Context(), nil)
					if err != nil && !errors.Is(err, ErrIncompleteHistory) && !errors.Is(err, ErrUnexpectedResponse) {
						t.Errorf("got %v", err)
					}
				})
			}
			both.Wait()
			server.Issue(testEmail, 1) // one more to revoke shows whether such rows stay in the list
			report, err := client.JWT.RevokeAll(t.Context(), nil)
			if err != nil || report.Failed > 0 || revokedAmong(server, tokens) != 59 || server.Revoked(tokens[59]) {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

func TestCreatedBeforeNeverMatchesAnUnknownTime(t *testing.T) {
	t.Parallel()
	limit := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		created time.Time
		want    bool
	}{
		"older":        {limit.Add(-1), true},
		"exactly then": {limit, false},
		"younger":      {limit.Add(1), false},
		"unknown":      {time.Time{}, false},
	} {
		if got := CreatedBefore(limit)(&Token{CreatedAt: test.created}); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
