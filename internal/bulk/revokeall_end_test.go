package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// The own token, last of all: its entry is not found, and then the server refuses
// the token itself, which it accepted for the listing. So it has ended.
func TestRevokeAll_ownTokenThatIsNotFoundAndThenRefusedIsGone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		byJTI *http.Response
		want  tiledesk.Outcome
	}{
		"the server's own 401": {servertest.Answer(401, "Unauthorized"), tiledesk.AlreadyGone},
		"the 401 of a proxy":   {servertest.Answer(401, "<title>Sign in</title>"), tiledesk.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []string
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
				switch {
				case r.Method == "GET":
					return servertest.FirstPageOf(r, servertest.RowOf("own"), servertest.RowOf("a")), nil
				case strings.HasSuffix(r.URL.Path, "a"):
					return servertest.Answer(200, ""), nil
				}
				sent = append(sent, r.URL.Path)
				if strings.HasSuffix(r.URL.Path, "/id/id-own") {
					return servertest.Answer(404, `{"success":false,"msg":"Object not found."}`), nil
				}
				return test.byJTI, nil
			})
			var heard servertest.Hearing
			report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
			if got := heard.Of(t, "own"); got.Outcome != test.want || got.Attempts != 2 || report.Revoked != 1 {
				t.Errorf("got %v, %+v, %v", got, *report, err)
			}
			if strings.Join(sent, " ") != "/jwt/history/id/id-own /jwt/history/own" {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

// Credentials that fail only when all is done but the own token.
func TestRevokeAll_credentialsThatFailAtTheEnd(t *testing.T) {
	t.Parallel()
	sealed := errors.New("the vault is sealed")
	lists, deleted := 0, 0
	credentials := tiledesk.CredentialsFunc(func(context.Context) (string, error) {
		if lists == 4 { // two listings of two pages
			return "", sealed
		}
		return "JWT " + servertest.TokenOf("own"), nil
	})
	client := servertest.NewClientWith(t, credentials, func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			deleted++
			return servertest.Answer(200, ""), nil
		}
		lists++
		return servertest.FirstPageOf(r, servertest.RowOf("own"), servertest.RowOf("a")), nil
	})
	var heard servertest.Hearing
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true, Concurrency: 1, OnResult: heard.Hear})
	own := heard.Of(t, "own")
	if own.Outcome != tiledesk.Failed || !errors.Is(own.Err, sealed) || own.Attempts != 0 || deleted != 1 {
		t.Errorf("got %v after %d DELETEs", own, deleted)
	}
	if report.Revoked != 1 || report.Passes != 2 || !errors.Is(err, sealed) {
		t.Errorf("got %+v, %v", *report, err)
	}
}

// The same for a run over given targets, which asks nothing between the others and
// the own.
func TestRevokeEach_credentialsThatFailAtTheEnd(t *testing.T) {
	t.Parallel()
	sealed := errors.New("the vault is sealed")
	asked, deleted := 0, 0
	client := servertest.NewClientWith(t, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
		if asked++; asked > 2 {
			return "", sealed
		}
		return "JWT " + servertest.TokenOf("own"), nil
	}), func(*http.Request) (*http.Response, error) {
		deleted++
		return servertest.Answer(200, ""), nil
	})
	var heard servertest.Hearing
	report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a", "own"), &tiledesk.RevokeOptions{IncludeCurrent: true, Concurrency: 1, OnResult: heard.Hear})
	own := heard.Of(t, "own")
	if own.Outcome != tiledesk.Failed || !errors.Is(own.Err, sealed) || own.Attempts != 0 || deleted != 1 {
		t.Errorf("got %v after %d DELETEs", own, deleted)
	}
	if report.Revoked != 1 || !errors.Is(err, sealed) {
		t.Errorf("got %+v, %v", *report, err)
	}
}
