package facetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// vault holds the token of the moment, and gets the next one when it is refused.
type vault struct {
	mu      sync.Mutex
	token   string
	next    func() (string, error) // nil: there is no other
	refused []string               // what it was told of
}

func (v *vault) Authorization(context.Context) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.token, nil
}

func (v *vault) Refused(_ context.Context, authorization string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refused = append(v.refused, authorization)
	switch {
	case authorization != "JWT "+v.token:
		return true, nil // somebody else was faster
	case v.next == nil:
		return false, nil
	}
	token, err := v.next()
	if err == nil {
		v.token = token
	}
	return err == nil, err
}

// oldVault is a vault whose token is revoked, and whose next is fine.
func oldVault(t *testing.T, server *tiledesktest.Server) (v *vault, old, fresh string) {
	t.Helper()
	old, fresh = server.IssueWithJTI(agent, "old"), server.IssueWithJTI(agent, "fresh")
	revoke(t, server, "old", fresh)
	return &vault{token: old, next: func() (string, error) { return fresh, nil }}, old, fresh
}

// revoke revokes a token as somebody else would.
func revoke(t *testing.T, server *tiledesktest.Server, jti, by string) {
	t.Helper()
	if _, err := newClient(t, server, tiledesk.JWTAuth(by)).JWT.RevokeByJTI(t.Context(), jti); err != nil {
		t.Error(err)
	}
}

func TestCredentials_refusedLetTheCallBeSentOnceMore(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	v, old, fresh := oldVault(t, server)
	var w watch
	client := newClient(t, server, v, tiledesk.WithObserver(w.observe))
	before := len(server.Requests())
	response, err := client.JWT.RevokeByJTI(t.Context(), "phone")
	if err != nil || response.Attempts != 2 {
		t.Errorf("got %v, %v", response, err)
	}
	var sent []string
	for _, request := range server.Requests()[before:] {
		sent = append(sent, request.Header.Get("Authorization"))
	}
	if !slices.Equal(sent, []string{"JWT " + old, "JWT " + fresh}) || !slices.Equal(v.refused, sent[:1]) {
		t.Errorf("sent %v, and told of %v", sent, v.refused)
	}
	if len(w.attempts) != 2 || w.attempts[1].Number != 2 {
		t.Errorf("the observer heard %+v", w.attempts)
	}
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil || len(v.refused) != 1 {
		t.Errorf("the next call: %v, told of %v", err, v.refused)
	}
}

func TestCredentials_refusedAreAskedOnceACall(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	v, old, _ := oldVault(t, server)
	v.next = func() (string, error) { return old, nil } // no better
	client := newClient(t, server, v)
	_, err := client.JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrUnauthorized")
	var answered *tiledesk.APIError
	if !errors.As(err, &answered) || answered.Attempts != 2 || len(v.refused) != 1 {
		t.Errorf("%v, told of %d", err, len(v.refused))
	}
}

func TestCredentials_refusedEndTheCallWithTheirError(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	v, old, _ := oldVault(t, server)
	errSealed := errors.New("the vault is sealed")
	v.next = func() (string, error) { return "", errSealed }
	_, err := newClient(t, server, v).JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrUnauthorized", "ErrCredentials")
	if !errors.Is(err, errSealed) {
		t.Errorf("%v does not answer for the error of the vault", err)
	}
	v.next = func() (string, error) { return "", fmt.Errorf("no successor of %s", old) }
	if _, err = newClient(t, server, v).JWT.ListHistory(t.Context(), nil); strings.Contains(err.Error(), old) {
		t.Errorf("it shows the token: %v", err)
	}
	v.next = nil
	_, err = newClient(t, server, v).JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrUnauthorized")
}

func TestCredentials_refusedAreNotAskedAboutAProxy(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	v, _, _ := oldVault(t, server)
	server.Inject(tiledesktest.Fault{Status: http.StatusUnauthorized, Body: "<html>log in to the gateway</html>"})
	_, err := newClient(t, server, v).JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrUnauthorized")
	if len(v.refused) != 0 {
		t.Errorf("told of %v", v.refused)
	}
}

func TestCredentials_refusedAreNotAskedByASignOut(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	v, _, fresh := oldVault(t, server)
	_, err := newClient(t, server, v).SignOut(t.Context())
	wantKinds(t, err, "ErrUnauthorized")
	if len(v.refused) != 0 || server.Revoked(fresh) {
		t.Errorf("told of %v, the fresh token is revoked: %v", v.refused, server.Revoked(fresh))
	}
}

func TestCredentials_refusedLeaveRetriesToBothAuthorizations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, _ := newServer(t)
		v, _, _ := oldVault(t, server)
		busy := tiledesktest.Fault{Status: http.StatusServiceUnavailable, Times: 3}
		server.Inject(busy)
		server.OnRequest(func(r tiledesktest.Request) {
			if len(v.refused) == 1 && len(server.Requests()) == 6 { // the first under the new one
				server.Inject(busy)
			}
		})
		page, err := newClient(t, server, v).JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 8 {
			t.Errorf("got %v, %v", page, err)
		}
	})
}

func TestRevokeAll_survivesARotationAndSkipsBothTokens(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []int{1, 4} {
		server, _ := newServer(t)
		server.Issue(agent, 20)
		old := server.IssueWithJTI(agent, "old")
		fresh := ""
		v := &vault{token: old}
		v.next = func() (string, error) {
			fresh = server.IssueWithJTI(agent, "fresh")
			return fresh, nil
		}
		results := map[string]tiledesk.Outcome{}
		done := 0
		report, err := newClient(t, server, v).JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{
			Concurrency: concurrency,
			OnResult: func(result tiledesk.RevokeResult) {
				results[result.Target.JTI] = result.Outcome
				if done++; done == 5 {
					revoke(t, server, "old", old)
				}
			},
		})
		if err != nil || report.Revoked != 20 || report.Skipped != 2 {
			t.Fatalf("got %+v, %v", report, err)
		}
		if results["old"] != tiledesk.Skipped || results["fresh"] != tiledesk.Skipped || server.Revoked(fresh) {
			t.Errorf("old is %v and fresh %v", results["old"], results["fresh"])
		}
	}
}

// The token that takes the place of the refused one is among the targets: the very
// request that would revoke it is the one that the server refuses.
func TestRevokeEach_doesNotRevokeTheTokenThatItRotatesTo(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	v, _, fresh := oldVault(t, server)
	targets := tiledesk.Targets(tiledesk.Target{JTI: "FRESH"}, tiledesk.Target{JTI: "phone"}, tiledesk.Target{JTI: "old"})
	report, err := newClient(t, server, v).JWT.RevokeEach(t.Context(), targets, &tiledesk.RevokeOptions{Concurrency: 1})
	if err != nil || report.Revoked != 1 || report.Skipped != 2 || server.Revoked(fresh) {
		t.Errorf("got %+v, %v", report, err)
	}
	for _, r := range server.Requests() {
		if r.Header.Get("Authorization") == "" {
			t.Errorf("%s %s went without an authorization", r.Method, r.Path)
		}
	}
}

func TestRevokeEach_revokesTheTokenThatItRotatesToLast(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	v, _, fresh := oldVault(t, server)
	targets := tiledesk.Targets(tiledesk.Target{JTI: "fresh"}, tiledesk.Target{JTI: "phone"})
	report, err := newClient(t, server, v).JWT.RevokeEach(t.Context(), targets, &tiledesk.RevokeOptions{Concurrency: 1, IncludeCurrent: true})
	if err != nil || report.Revoked != 2 || !server.Revoked(fresh) {
		t.Errorf("got %+v, %v", report, err)
	}
	requests := server.Requests()
	if last := requests[len(requests)-1]; last.Path != "/jwt/history/fresh" {
		t.Errorf("the last request was for %s", last.Path)
	}
}

func TestRevokeAll_asksForNoOtherTokenAtItsEnd(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	old := server.IssueWithJTI(agent, "old")
	v := &vault{token: old, next: func() (string, error) { return server.IssueWithJTI(agent, "fresh"), nil }}
	server.OnRequest(func(r tiledesktest.Request) {
		if strings.HasPrefix(r.Path, "/jwt/history/id/") && server.Revoked(server.Tokens(agent)[0]) {
			server.OnRequest(nil)
			revoke(t, server, "old", old) // so that the last request finds the token revoked
		}
	})
	report, err := newClient(t, server, v).JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if err != nil || report.Revoked != 1 || report.AlreadyGone != 1 || len(v.refused) != 0 {
		t.Errorf("got %+v, %v, told of %v", report, err, v.refused)
	}
}

// A reply that was lost before the rotation may have been the revocation.
func TestRevokeEach_remembersALostReplyAfterARotation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, _ := newServer(t)
		v, _, _ := oldVault(t, server)
		server.Inject(tiledesktest.Fault{Status: http.StatusGatewayTimeout})
		report, _ := newClient(t, server, v).JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{JTI: "unknown"}), nil)
		if report.NotFound != 1 || !strings.Contains(report.Failures[0].Err.Error(), "an earlier reply was lost") {
			t.Errorf("got %+v", report)
		}
		if attempts := report.Failures[0].Attempts; attempts != 3 {
			t.Errorf("%d attempts, want the lost one, the refused one and the last", attempts)
		}
	})
}

func TestRevokeAll_stopsWhereNoOtherTokenIsGiven(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	v, _, _ := oldVault(t, server)
	errSealed := errors.New("the vault is sealed")
	v.next = func() (string, error) { return "", errSealed }
	report, err := newClient(t, server, v).JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, errSealed) || report.RunErr() == nil || len(v.refused) != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
}

// A call that ends before it is sent once more was answered: with the refusal.
func TestCredentials_refusalIsTheAnswerWhereNothingIsSentAfterIt(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, "phone")
	v, _, fresh := oldVault(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	v.next = func() (string, error) { cancel(); return fresh, nil }
	client := newClient(t, server, v)
	_, err := client.JWT.RevokeByJTI(ctx, "phone")
	var answer *tiledesk.APIError
	if !errors.As(err, &answer) || !answer.FromServer() || answer.Attempts != 1 || !errors.Is(err, context.Canceled) || errors.Is(err, tiledesk.ErrNoAnswer) {
		t.Errorf("got %v", err)
	}
}
