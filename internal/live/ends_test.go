//go:build live

package live

import (
	"flag"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// What ends a token of the real server, and what does not. README.md, SECURITY.md
// and docs/server.md say the same.

// uses are the ways to use a token, and how the server answers while it accepts it.
// The history module has a say in the first three alone.
var uses = map[string]int{
	"GET /testauth": 200, "GET /users": 200, "GET /jwt/history": 200,
	"POST /auth/signinWithCustomToken": 200, "WebSocket": 101,
}

var newSecret = flag.Bool("new-secret", false, "also restart a server with another GLOBAL_SECRET, which takes two boots")

// wantUses tries a token, and expects what is in changed in place of that in uses.
func wantUses(t *testing.T, s *Server, token string, changed map[string]int) {
	t.Helper()
	for _, use := range slices.Sorted(maps.Keys(uses)) {
		want := uses[use]
		if other, ok := changed[use]; ok {
			want = other
		}
		status := 0
		if method, path, ok := strings.Cut(use, " "); ok {
			answer := call(t, s, method, path, token)
			status = answer.Status
			if status == 401 && string(answer.Body) != "Unauthorized" {
				t.Errorf("%s refuses with %s", use, answer)
			}
		} else {
			status = handshake(t, s, token)
		}
		if status != want {
			t.Errorf("%s is answered %d, want %d", use, status, want)
		}
	}
}

// handshake asks for a WebSocket; 101 is a yes.
func handshake(t *testing.T, s *Server, token string) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/?token="+url.QueryEscape(token), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		req.Header.Set(name, value)
	}
	res, err := caller.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestANewPasswordEndsNoToken(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	token := signIn(t, s, email)
	wantUses(t, s, token, nil)
	if err := s.ChangePassword(t.Context(), token, password, "An0ther!pass"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(t.Context(), email, password); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("the old password is answered %v", err)
	}
	if _, err := s.SignIn(t.Context(), email, "An0ther!pass"); err != nil {
		t.Error(err)
	}
	wantUses(t, s, token, nil)
}

func TestARevocationEndsATokenOnTheRoutesAlone(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	token := signIn(t, s, newUser(t, s))
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, token), token); answer.Status != http.StatusOK {
		t.Fatalf("the revocation answers %s", answer)
	}
	wantUses(t, s, token, map[string]int{"GET /testauth": 401, "GET /users": 401, "GET /jwt/history": 401})
}

func TestADisabledUserIsRefusedWithEveryToken(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	tokens := []string{signIn(t, s, email), signIn(t, s, email)}
	if err := s.Disable(t.Context(), tokens[0]); err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		wantUses(t, s, token, map[string]int{
			"GET /testauth": 401, "GET /users": 401, "GET /jwt/history": 401, "WebSocket": 401,
		})
	}
	if _, err := s.SignIn(t.Context(), email, password); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a sign-in is answered %v", err)
	}
}

func TestANewGlobalSecretEndsEveryToken(t *testing.T) {
	t.Parallel()
	if !*newSecret {
		t.Skip("takes two boots: -new-secret")
	}
	s := Boot(t, Options{})
	email := newUser(t, s)
	token, other := signIn(t, s, email), signIn(t, s, newUser(t, s))
	if err := s.restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, ended := range []string{token, other} {
		wantUses(t, s, ended, map[string]int{
			"GET /testauth": 401, "GET /users": 401, "GET /jwt/history": 401, "WebSocket": 401,
			"POST /auth/signinWithCustomToken": 401,
		})
	}
	wantUses(t, s, signIn(t, s, email), nil)
}

func TestTheHistoryNeverHearsOfTheSuperPassword(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	email := newUser(t, s)
	own := signIn(t, s, email)
	unseen, err := s.SignIn(t.Context(), email, s.superPassword)
	if err != nil {
		t.Fatal(err)
	}
	rows := list(t, s, "", own).JWTs
	if len(rows) != 1 || rows[0].JTI != jtiOf(t, own) {
		t.Errorf("the list shows %+v, want the sign-in with the user's own password alone", rows)
	}
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, unseen), own); answer.Status != http.StatusNotFound {
		t.Errorf("the revocation of the other one answers %s", answer)
	}
	wantUses(t, s, unseen, nil)
}

// The event of the exchange carries no jti, and comes for the first exchange with a
// project only.
func TestTheHistoryHearsOfACustomSignInOnceAndWithoutItsJTI(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	owner, guest := signIn(t, s, newUser(t, s)), signIn(t, s, newUser(t, s))
	project, err := s.AddProject(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.CustomSignIn(t.Context(), guest, project); err != nil {
			t.Fatal(err)
		}
		rows := list(t, s, "", guest).JWTs
		if len(rows) != 2 || rows[0].JTI != "" || rows[1].JTI != jtiOf(t, guest) {
			t.Errorf("the list shows %+v, want one row without a jti above that of the sign-in", rows)
		}
	}
}

func TestAServerThatRecordsNothingCanRevokeNothing(t *testing.T) {
	t.Parallel()
	s := shared(t, notRecorded)
	email := newUser(t, s)
	token := signIn(t, s, email)
	if page := list(t, s, "", token); page.Count != 0 || len(page.JWTs) != 0 {
		t.Errorf("the list shows %+v", page)
	}
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, token), token); answer.Status != http.StatusNotFound {
		t.Errorf("the revocation answers %s", answer)
	}
	wantUses(t, s, token, nil)
}
