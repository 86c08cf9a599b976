package bulk_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

var errFull = errors.New("no space left on device")

// account is a server with five tokens, and a client that is not one of them.
func account(t *testing.T) (*tiledesktest.Server, *tiledesk.Client) {
	t.Helper()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 5)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"),
		tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(servertest.Quick))
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

func deletes(server *tiledesktest.Server) (n int) {
	for _, r := range server.Requests() {
		if r.Method == http.MethodDelete {
			n++
		}
	}
	return n
}

func TestRevokeOptions_stopAfterOnResult(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	results := 0
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		Concurrency: 1,
		OnResult:    func(tiledesk.RevokeResult) { results++ },
		Stop: func() error {
			if results == 2 {
				return errFull
			}
			return nil
		},
	})
	if report.Revoked != 2 || report.NotAttempted != 3 || results != 5 || deletes(server) != 2 {
		t.Errorf("got %+v after %d results and %d DELETEs", report, results, deletes(server))
	}
	if !errors.Is(err, errFull) || !errors.Is(report.RunErr(), errFull) {
		t.Errorf("got %v, %v", err, report.RunErr())
	}
}

func TestRevokeOptions_stopAfterMatch(t *testing.T) {
	t.Parallel()
	server, client := account(t)
	matched := 0
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		Match: func(*tiledesk.Token) bool { matched++; return matched != 3 },
		Stop: func() error {
			if matched == 3 {
				return errFull
			}
			return nil
		},
	})
	if report.Revoked != 0 || report.NotAttempted != 3 || report.Skipped != 0 || !report.Incomplete || matched != 3 || deletes(server) != 0 {
		t.Errorf("got %+v after %d tokens and %d DELETEs", report, matched, deletes(server))
	}
	if !errors.Is(err, errFull) || !errors.Is(report.RunErr(), errFull) {
		t.Errorf("got %v, %v", err, report.RunErr())
	}
}

func TestRevokeOptions_stopAfterTheLastResult(t *testing.T) {
	t.Parallel()
	_, client := account(t)
	asked := 0
	report, _ := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{JTI: "unknown"}), &tiledesk.RevokeOptions{
		OnResult: func(tiledesk.RevokeResult) {},
		Stop:     func() error { asked++; return errFull },
	})
	if asked != 1 || !errors.Is(report.RunErr(), errFull) || strings.Count(report.RunErr().Error(), errFull.Error()) != 1 {
		t.Errorf("asked %d times: %v", asked, report.RunErr())
	}
}

func TestAll_skipsItsOwnTokenAfterAStop(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{listOf("a", "own")}, remove: func(bulk.Request) bulk.Answer { return refused }}
	got, _ := runAll(t, f, bulk.Options{})
	got.want(t, map[string]string{"a": "failed after 1", "own": "skipped after 0"})
}

func TestRevokeOptions_stopWithASecret(t *testing.T) {
	t.Parallel()
	_, client := account(t)
	report, _ := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		OnResult: func(tiledesk.RevokeResult) {},
		Stop:     func() error { return errors.New("cannot store " + servertest.Token) },
	})
	if text := report.RunErr().Error(); strings.Contains(text, servertest.Token) || !strings.Contains(text, "cannot store") {
		t.Error("got", text)
	}
}

// OnResult and Match are the only ones that Stop follows.
func TestRevokeOptions_stopIsAskedOnceForEach(t *testing.T) {
	t.Parallel()
	_, client := account(t)
	asked, called := 0, 0
	_, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
		Match:    func(*tiledesk.Token) bool { called++; return called%2 == 0 },
		OnResult: func(tiledesk.RevokeResult) { called++ },
		Stop:     func() error { asked++; return nil },
	})
	if err != nil || asked != called || called != 10 {
		t.Errorf("asked %d times for %d calls: %v", asked, called, err)
	}
}
