package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeAll_asksMatchOnceATokenWithTheWholeEntry(t *testing.T) {
	t.Parallel()
	_, client, tokens := servertest.NewServer(t, 50, tiledesktest.WithOneBasedPages())
	asked := make(map[string]int)
	var heard servertest.Hearing
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: heard.Hear, Match: func(token *tiledesk.Token) bool {
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

func TestRevokeAll_alreadyGoneOnlyWhereTheAPISaysSoOnEveryRoute(t *testing.T) {
	t.Parallel()
	const gone = `{"success":false,"msg":"Object not found."}`
	for name, test := range map[string]struct {
		byID, byJTI *http.Response
		outcome     tiledesk.Outcome
	}{
		"404 on both routes":                   {servertest.Answer(404, gone), servertest.Answer(404, gone), tiledesk.AlreadyGone},
		"404 by id, revoked by jti":            {servertest.Answer(404, gone), servertest.Answer(200, ""), tiledesk.Revoked},
		"404 by id in HTML, revoked by jti":    {servertest.Answer(404, servertest.Page404), servertest.Answer(200, ""), tiledesk.Revoked},
		"404 by id in HTML, 404 by jti":        {servertest.Answer(404, servertest.Page404), servertest.Answer(404, gone), tiledesk.Failed},
		"404 by id, 404 by jti in HTML":        {servertest.Answer(404, gone), servertest.Answer(404, servertest.Page404), tiledesk.Failed},
		"404 by id, 404 of a gateway by jti":   {servertest.Answer(404, gone), servertest.Answer(404, `{"message":"no Route matched with those values"}`), tiledesk.Failed},
		"404 by id, 404 by jti without a word": {servertest.Answer(404, gone), servertest.Answer(404, ""), tiledesk.Failed},
		"404 by id, 500 by jti":                {servertest.Answer(404, gone), servertest.Answer(500, gone), tiledesk.Failed},
		"null by id and jti":                   {servertest.Answer(200, "null"), servertest.Answer(200, "null"), tiledesk.AlreadyGone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deleted := false
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
				switch {
				case r.Method == "GET" && deleted:
					return servertest.FirstPageOf(r), nil
				case r.Method == "GET":
					return servertest.FirstPageOf(r, servertest.RowOf("a")), nil
				}
				deleted = true
				if strings.Contains(r.URL.Path, "/id/") {
					return test.byID, nil
				}
				return test.byJTI, nil
			})
			var heard servertest.Hearing
			_, _ = client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: heard.Hear})
			if got := heard.Of(t, "a"); got.Outcome != test.outcome || got.Attempts != 2 {
				t.Errorf("got %v after %d attempts: %v", got.Outcome, got.Attempts, got.Err)
			}
		})
	}
}

func TestRevokeAll_entriesWithoutAnyIdentifierFailOneByOne(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		return servertest.FirstPageOf(r, `{"status":100}`, `{"status":100}`, `{"status":-1}`, `null`), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.Failed != 4 || report.Passes != 2 || !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_twoRunsAtOnceAndOneAfterDoNoHarm(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]tiledesktest.Option{
		"revoked tokens stay":              nil,
		"revoked tokens leave":             tiledesktest.WithRevokedHidden(),
		"a second revocation is not found": tiledesktest.WithSecondRevokeNotFound(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, tokens := servertest.NewServer(t, 60, option, tiledesktest.WithPageSize(7))
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					// One that finds everything revoked already cannot know that it was.
					_, err := client.JWT.RevokeAll(t.Context(), nil)
					if err != nil && !errors.Is(err, tiledesk.ErrIncompleteHistory) && !errors.Is(err, tiledesk.ErrUnexpectedResponse) {
						t.Errorf("got %v", err)
					}
				})
			}
			both.Wait()
			server.Issue(servertest.Email, 1) // one more to revoke shows whether such rows stay in the list
			report, err := client.JWT.RevokeAll(t.Context(), nil)
			if err != nil || report.Failed > 0 || revokedAmong(server, tokens) != 59 || server.Revoked(tokens[59]) {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

func TestCreatedBefore_neverMatchesAnUnknownTime(t *testing.T) {
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
		if got := tiledesk.CreatedBefore(limit)(&tiledesk.Token{CreatedAt: test.created}); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestRevokeAll_sparesTheTokenInUse(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 95)
	report, err := client.JWT.RevokeAll(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Revoked != 94 || report.Skipped != 1 || report.Passes != 2 {
		t.Errorf("got %+v", report)
	}
	for _, token := range tokens[:94] {
		if !server.Revoked(token) {
			t.Error("a token is alive that was reported as revoked")
		}
	}
	if server.Revoked(tokens[94]) {
		t.Error("the run revoked the token that it uses")
	}
}

func TestRevokeAll_revokesTheTokenInUseLast(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 95, tiledesktest.WithRevokedHidden())
	var last tiledesk.RevokeResult
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: func(r tiledesk.RevokeResult) { last = r }})
	if err != nil || report.Revoked != 95 {
		t.Fatalf("got %+v, %v", report, err)
	}
	claims, _ := tiledesk.ParseClaims(tokens[94])
	if last.Target.JTI != claims.JTI || !server.Revoked(tokens[94]) {
		t.Errorf("the last result is %+v", last)
	}
}
