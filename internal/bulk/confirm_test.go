package bulk_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

var errNo = errors.New("somebody said no")

// A yes lets the run go on with the listing that was asked about.
func TestRevokeOptions_Confirm_asksOnceBetweenListingAndRevoking(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	var asked [][]*tiledesk.Token
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		Match: func(token *tiledesk.Token) bool { return len(token.Raw) > 0 },
		Confirm: func(planned []*tiledesk.Token, incomplete bool) error {
			if incomplete || deletes(server) > 0 {
				t.Errorf("incomplete: %v, after %d requests", incomplete, len(server.Requests()))
			}
			asked = append(asked, planned)
			server.Issue("agent@example.com", 1) // revoked without another question
			return nil
		},
	})
	if err != nil || report.Revoked != 6 {
		t.Fatalf("got %+v, %v", report, err)
	}
	if len(asked) != 1 || len(asked[0]) != 5 {
		t.Fatalf("asked %d times", len(asked))
	}
	page, err := client.JWT.ListHistory(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, token := range asked[0] { // behind the one that came later
		if token.ID != page.Tokens[i+1].ID || token.JTI == "" || token.CreatedAt.IsZero() || token.Raw != nil {
			t.Errorf("asked about %v in place %d", token, i)
		}
	}
}

func TestRevokeOptions_Confirm_revokesNothingAfterANo(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		Confirm: func([]*tiledesk.Token, bool) error { return errNo },
	})
	if !errors.Is(err, errNo) || !errors.Is(report.RunErr(), errNo) || report.NotAttempted != 5 || report.Passes != 1 || deletes(server) > 0 {
		t.Errorf("got %+v, %v after %d DELETEs", report, err, deletes(server))
	}
}

// The own token is asked about only where it is to be revoked.
func TestRevokeOptions_Confirm_leavesTheOwnTokenOut(t *testing.T) {
	t.Parallel()
	for _, include := range []bool{false, true} {
		server := tiledesktest.NewServer(t)
		server.AddUser("agent@example.com", "secret")
		own := server.Issue("agent@example.com", 3)[1]
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(own), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil))
		if err != nil {
			t.Fatal(err)
		}
		want := 2
		if include {
			want = 3
		}
		report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
			IncludeCurrent: include,
			Confirm: func(planned []*tiledesk.Token, _ bool) error {
				if len(planned) != want {
					t.Errorf("include %v: asked about %d", include, len(planned))
				}
				return nil
			},
		})
		if err != nil || report.Revoked != want {
			t.Errorf("include %v: got %+v, %v", include, report, err)
		}
	}
}

// A listing that may lack tokens is asked about; one that failed is not, and nothing
// of it is revoked.
func TestRevokeOptions_Confirm_ofAListingThatIsNotWhole(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		opt := tiledesktest.WithPageIgnored()
		if fails {
			opt = tiledesktest.WithPageSize(2)
		}
		server := tiledesktest.NewServer(t, tiledesktest.WithPageSize(2), opt)
		server.AddUser("agent@example.com", "secret")
		server.Issue("agent@example.com", 5)
		server.OnRequest(func(r tiledesktest.Request) {
			if fails && r.Query.Get("page") == "1" {
				server.Inject(tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError})
			}
		})
		client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"),
			tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(servertest.Quick))
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
			Confirm: func(planned []*tiledesk.Token, incomplete bool) error {
				asked += len(planned)
				if !incomplete {
					t.Error("the list is said to be whole")
				}
				return nil
			},
		})
		switch {
		case err == nil, fails && (asked != 0 || report.Revoked != 0 || deletes(server) != 0 || !errors.Is(err, tiledesk.ErrServer)):
			t.Errorf("fails: asked about %d, got %+v, %v", asked, report, err)
		case !fails && asked != 2:
			t.Errorf("asked about %d, got %+v", asked, report)
		}
	}
}

func TestRevokeOptions_Confirm_isNotAskedWhereNothingIsRevoked(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	never := func([]*tiledesk.Token, bool) error { t.Error("asked"); return nil }
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{DryRun: true, Confirm: never})
	if err != nil || report.Planned != 5 {
		t.Errorf("got %+v, %v", report, err)
	}
	_, err = client.JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{JTI: "a"}), &tiledesk.RevokeOptions{Confirm: never})
	if !errors.Is(err, tiledesk.ErrInvalidArgument) || deletes(server) != 0 {
		t.Errorf("got %v", err)
	}
}
