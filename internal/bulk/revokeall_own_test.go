package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeEach_skipsTheOwnJTI(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 3)
	own := tokenName(tokens[2]).JTI
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{JTI: own}, tiledesk.Target{JTI: own, ID: "6b02c254b4f8164bc2ae64b3"}), nil)
	if err != nil || report.Skipped != 2 || server.Revoked(tokens[2]) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeEach_withTheCurrentRevokesItLast(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 5)
	var heard servertest.Hearing
	own, other := tokenName(tokens[4]).JTI, tokenName(tokens[0]).JTI
	report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI(own, other, own), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
	// The second time the server refuses it already.
	if err != nil || report.Revoked != 2 || report.AlreadyGone != 1 || heard[0].Target.JTI != other || !server.Revoked(tokens[4]) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_ownTokenIsKeptWhereAnythingIsLeftUndone(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]tiledesktest.Fault{
		"one failed":                  {Method: "DELETE", Status: 500},
		"the run stopped":             {Method: "DELETE", Status: 403},
		"the second listing is wrong": {Method: "GET", Status: 200, Body: servertest.Page404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, tokens := servertest.NewServer(t, 5)
			if fault.Method == "GET" {
				server.Inject(tiledesktest.Fault{Method: "GET", Times: 2})
			}
			server.Inject(fault)
			var heard servertest.Hearing
			report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
			if got := heard.Of(t, tokenName(tokens[4]).JTI); err == nil || got.Outcome != tiledesk.NotAttempted || server.Revoked(tokens[4]) {
				t.Errorf("got %+v, %v: %v", report, err, got)
			}
		})
	}
}

// A run that stops does not count its own token as not revoked: it would have
// skipped it anyway.
func TestRevokeAll_skipsTheOwnTokenAlsoAfterAStop(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 3)
	server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 302})
	var heard servertest.Hearing
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{Concurrency: 1, OnResult: heard.Hear})
	if got := heard.Of(t, tokenName(tokens[2]).JTI); !errors.Is(err, tiledesk.ErrRedirected) || got.Outcome != tiledesk.Skipped ||
		report.Failed != 1 || report.NotAttempted != 1 || report.Skipped != 1 {
		t.Errorf("got %+v, %v: %v", report, err, got)
	}
}

func TestRevokeAll_ownTokenThatIsRefusedAtTheEndIsGone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusal *http.Response
		outcome tiledesk.Outcome
	}{
		"by the server": {servertest.Answer(401, "Unauthorized"), tiledesk.AlreadyGone},
		"by a proxy":    {servertest.Answer(401, "<html><title>Authorization Required</title></html>"), tiledesk.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
				if path.Base(r.URL.Path) != "own" {
					return servertest.Answer(200, ""), nil
				}
				if tries++; tries == 1 {
					return nil, errors.New("connection reset") // after the effect
				}
				return test.refusal, nil
			})
			var heard servertest.Hearing
			_, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("own", "a"), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
			if got := heard.Of(t, "own"); got.Outcome != test.outcome || got.Attempts != 2 || errors.Is(err, tiledesk.ErrUnauthorized) != (test.outcome == tiledesk.Failed) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// ownThroughout lists the jtis n-1 down to 0 and fails the test when one that was sent
// before is revoked.
func ownThroughout(t *testing.T, credentials tiledesk.Credentials, n int, opts *tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error) {
	t.Helper()
	var mu sync.Mutex
	sent := make(map[string]bool)
	rows := make([]string, n)
	for i := range rows {
		rows[n-1-i] = servertest.RowOf(fmt.Sprint(i))
	}
	client := servertest.NewClientWith(t, credentials, func(r *http.Request) (*http.Response, error) {
		claims, err := tiledesk.ParseClaims(r.Header.Get("Authorization"))
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		sent[claims.JTI] = true
		if jti := strings.TrimPrefix(path.Base(r.URL.Path), "id-"); r.Method == "DELETE" && sent[jti] && !opts.IncludeCurrent {
			t.Errorf("%s was revoked though it had been sent", jti)
		}
		if r.Method == "DELETE" {
			return servertest.Answer(200, ""), nil
		}
		return servertest.FirstPageOf(r, rows...), nil
	})
	return client.JWT.RevokeAll(t.Context(), opts)
}

func TestRevokeAll_everyJTIThatRotatingCredentialsSendIsProtected(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := 0
	report, err := ownThroughout(t, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return servertest.TokenOf(fmt.Sprint(asked / 5)), nil // a new one for every fifth call
	}), 100, &tiledesk.RevokeOptions{Concurrency: 1})
	if err != nil || report.Skipped < 10 || report.Revoked+report.Skipped != 100 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_tokenInUseIsTheLastOfTheOwnOnes(t *testing.T) {
	t.Parallel()
	for name, jtis := range map[string][]string{
		"credentials that alternate":          {"0", "1"},
		"credentials with a pool of three":    {"2", "0", "1"},
		"one of the credentials shows no jti": {"0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for calls := range 6 { // wherever in its turn the run happens to end
				asked := -calls
				var order []string
				client := servertest.NewClientWith(t, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
					asked++
					return servertest.TokenOf(jtis[(asked+6)%len(jtis)]), nil
				}), func(r *http.Request) (*http.Response, error) {
					claims, _ := tiledesk.ParseClaims(r.Header.Get("Authorization"))
					if slices.Contains(order, claims.JTI) {
						return servertest.Answer(401, "Unauthorized"), nil
					}
					if r.Method == "DELETE" {
						order = append(order, strings.TrimPrefix(path.Base(r.URL.Path), "id-"))
						return servertest.Answer(200, ""), nil
					}
					return servertest.FirstPageOf(r, servertest.RowOf("0"), servertest.RowOf("1"), servertest.RowOf("2")), nil
				})
				report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true, Concurrency: 1})
				if endless := slices.Contains(jtis, ""); (err != nil) != endless || report.Revoked != 3 {
					t.Errorf("after %d calls: got %+v, %v in the order %q", calls, report, err, order)
				}
			}
		})
	}
}

func TestRevokeAll_ownTokenWithoutJTISkipsTheEntriesWithoutOne(t *testing.T) {
	t.Parallel()
	rows := []string{servertest.RowOf("a"), `{"_id":"1"}`, `{"_id":"2","jti":null}`}
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.RawToken(`{"sub":"user"}`)), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" && !strings.HasSuffix(r.URL.Path, "/id-a") {
			t.Errorf("%s was revoked", r.URL.Path)
		}
		if r.Method == "DELETE" {
			return servertest.Answer(200, ""), nil
		}
		return servertest.FirstPageOf(r, rows...), nil
	})
	if report, err := client.JWT.RevokeAll(t.Context(), nil); err != nil || report.Skipped != 2 || report.Revoked != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
	// By hand, an id is taken at its word.
	if report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{ID: "id-a"}), nil); err != nil || report.Revoked != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_basicCredentialsProtectNothing(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(servertest.Email, servertest.Password)
	tokens := append(server.Issue(servertest.Email, 5), server.IssueWithoutJTI(servertest.Email, 2)...)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth(servertest.Email, servertest.Password), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if err == nil || report.Revoked != 5 || report.Failed != 2 || report.Skipped != 0 || revokedAmong(server, tokens) != 7 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeEach_stopsWhereTheCredentialsFail(t *testing.T) {
	t.Parallel()
	broken := errors.New("the vault is sealed")
	var asked atomic.Int32
	client := servertest.NewClientWith(t, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
		asked.Add(1)
		return "", broken
	}), func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return servertest.Answer(200, ""), nil
	})
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(20_000)...), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if !errors.Is(report.RunErr(), broken) || report.Failed == 0 || report.Failed > 4 || report.Failed+report.NotAttempted > 10 {
		t.Errorf("got %+v, %v", report, err)
	}
	if asked.Load() > 8 {
		t.Errorf("the credentials were asked %d times", asked.Load())
	}
	if _, err := client.JWT.RevokeAll(t.Context(), nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// Credentials can give a new token at any time, also when all is listed and only the
// own ones are left.
func TestRevokeAll_includesTheOwnTokenThatCameLast(t *testing.T) {
	t.Parallel()
	for last := range 8 { // requests under the first token
		var mu sync.Mutex
		asked, jti := 0, "own-1"
		var deleted []string
		rotating := tiledesk.CredentialsFunc(func(context.Context) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if asked++; asked > last {
				jti = "own-2"
			}
			return "JWT " + servertest.TokenOf(jti), nil
		})
		client := servertest.NewClientWith(t, rotating, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if r.Method == "DELETE" {
				deleted = append(deleted, strings.TrimPrefix(path.Base(r.URL.Path), "id-"))
				return servertest.Answer(200, `{"success":true}`), nil
			}
			return servertest.FirstPageOf(r, servertest.RowOf("own-1")), nil
		})
		report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
		if err == nil && (!slices.Contains(deleted, jti) || report.Revoked != len(deleted)) {
			t.Errorf("%d: got %+v after %q; the newest token is %s", last, report, deleted, jti)
		}
	}
}
