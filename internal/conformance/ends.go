package conformance

import (
	"errors"
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// ends is what ends a token beside its revocation, and what does not. It needs no
// history module.
var ends = map[string]func(*testing.T, Target){
	"a new password ends no token": func(t *testing.T, target Target) {
		if target.ChangePassword == nil {
			t.Skip("no password can be changed here")
		}
		a := newAccount(t, target)
		const after = "An0ther!pass"
		target.ChangePassword(t, a.email, a.token, a.password, after)
		wantSignIn(t, target, a.email, a.password, http.StatusUnauthorized)
		wantSignIn(t, target, a.email, after, http.StatusOK)
		wantAnswers(t, target, a.token, http.StatusOK)
	},
	"a user who is disabled is refused with every token": func(t *testing.T, target Target) {
		if target.Disable == nil {
			t.Skip("no user can be disabled here")
		}
		a := newAccount(t, target)
		wantAnswers(t, target, a.token, http.StatusOK)
		target.Disable(t, a.email, a.token)
		wantAnswers(t, target, a.token, http.StatusUnauthorized)
		wantSignIn(t, target, a.email, a.password, http.StatusUnauthorized)
	},
}

// wantSignIn tries a password.
func wantSignIn(t *testing.T, target Target, email, password string, status int) {
	t.Helper()
	body := `{"email":"` + email + `","password":"` + password + `"}`
	wantStatus(t, send(t, target, http.MethodPost, "/auth/signin", "", body), status)
}

// wantAnswers tries a token on every route that it authorizes and that is there. A
// refusal is that of the server itself, to the letter.
func wantAnswers(t *testing.T, target Target, token string, status int) {
	t.Helper()
	routes := []string{"/testauth", "/users", historyPath}
	if target.NoModule {
		routes = routes[:2]
	}
	for _, path := range routes {
		got := send(t, target, http.MethodGet, path, "JWT "+token, "")
		if status == http.StatusUnauthorized {
			wantUnauthorized(t, got)
			continue
		}
		wantStatus(t, got, status)
	}
}

// notRecorded is a history module that records no sign-in: it knows no token, so
// that none can be revoked.
var notRecorded = map[string]func(*testing.T, Target){
	"the list is empty, though the token in use works": func(t *testing.T, target Target) {
		page, err := target.bystander.client.JWT.ListHistory(t.Context(), nil)
		if err != nil || len(page.Tokens) != 0 || page.Count > 0 {
			t.Errorf("got %v, %v", page, err)
		}
		if all := listed(t, target.reader.client); len(all) != 0 {
			t.Errorf("all pages together hold %d entries", len(all))
		}
	},
	"every revocation is the module's 404, and the token still works": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		_, byJTI := a.client.JWT.RevokeByJTI(t.Context(), jtiOf(t, a.token))
		_, byID := a.client.JWT.RevokeByID(t.Context(), "000000000000000000000000")
		_, signedOut := a.client.SignOut(t.Context())
		for _, err := range []error{byJTI, byID, signedOut} {
			var apiErr *tiledesk.APIError
			if !errors.Is(err, tiledesk.ErrNotFound) || !errors.As(err, &apiErr) || !apiErr.FromServer() {
				t.Errorf("got %v", err)
			}
		}
		if accepted, err := a.client.JWT.Accepts(t.Context(), a.token); !accepted || err != nil {
			t.Errorf("Accepts says %v, %v", accepted, err)
		}
	},
}
