package conformance

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

const historyPath = "/jwt/history"

// authorization is what stands before every route of the history.
var authorization = map[string]func(*testing.T, Target){
	"JWT is accepted in any case": func(t *testing.T, target Target) {
		token := target.bystander.token
		for _, scheme := range []string{"JWT", "jwt", "Jwt"} {
			wantStatus(t, send(t, target, http.MethodGet, historyPath, scheme+" "+token, ""), 200)
		}
	},
	"Basic is accepted": func(t *testing.T, target Target) {
		a := target.bystander
		if _, err := clientOf(t, target, tiledesk.BasicAuth(a.email, a.password)).JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
	"a Basic password ends at its first colon": func(t *testing.T, target Target) {
		a := target.bystander
		client := clientOf(t, target, tiledesk.BasicAuth(a.email, a.password+":more"))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
	"Bearer is refused": func(t *testing.T, target Target) {
		token := target.bystander.token
		wantUnauthorized(t, send(t, target, http.MethodGet, historyPath, "Bearer "+token, ""))
	},
	"white space of another kind around a valid token is 403": func(t *testing.T, target Target) {
		token := target.bystander.token
		for _, header := range []string{"JWT  " + token, "JWT\t" + token, "JWT " + token + " more"} {
			got := send(t, target, http.MethodGet, historyPath, header, "")
			wantStatus(t, got, 403)
			wantBody(t, got, `{"success":false,"msg":"Unauthorized."}`)
		}
	},
	"broken Basic, and a header of one word, are 400 as bare text": func(t *testing.T, target Target) {
		for _, header := range []string{"Basic !!!!", "Basic bm9ib2R5", "Basic", "JWT", target.bystander.token} {
			got := send(t, target, http.MethodGet, historyPath, header, "")
			wantStatus(t, got, 400)
			wantBody(t, got, "Bad Request")
		}
	},
	"an empty jti is not a route, but needs an authorization": func(t *testing.T, target Target) {
		wantUnauthorized(t, send(t, target, http.MethodDelete, historyPath+"/", "", ""))
		got := send(t, target, http.MethodDelete, historyPath+"/", "JWT "+target.bystander.token, "")
		wantStatus(t, got, 400)
		wantBody(t, got, `{"error":"Invalid project id: jwt"}`)
	},
	"nothing, a wrong password and a bad signature are the same 401": func(t *testing.T, target Target) {
		a, token := target.bystander, target.bystander.token
		forged := token[:strings.LastIndexByte(token, '.')+1] + "Zm9yZ2Vk"
		wantUnauthorized(t, send(t, target, http.MethodGet, historyPath, "", ""))
		wantUnauthorized(t, send(t, target, http.MethodGet, historyPath, "JWT "+forged, ""))
		_, err := clientOf(t, target, tiledesk.BasicAuth(a.email, "wrong")).JWT.ListHistory(t.Context(), nil)
		if !errors.Is(err, tiledesk.ErrUnauthorized) {
			t.Errorf("got %v", err)
		}
	},
}

// moduleAbsent is a server without the history module.
var moduleAbsent = map[string]func(*testing.T, Target){
	"every call is 400 and says why, authorized or not": func(t *testing.T, target Target) {
		a := target.bystander
		_, list := a.client.JWT.ListHistory(t.Context(), nil)
		_, byJTI := a.client.JWT.RevokeByJTI(t.Context(), "9211a07c-0cdc-4a97-ab71-4d43172ce127")
		_, byID := a.client.JWT.RevokeByID(t.Context(), "6b02c07b9faa1f3010013192")
		for _, err := range []error{list, byJTI, byID} {
			if !errors.Is(err, tiledesk.ErrHistoryUnavailable) {
				t.Errorf("got %v", err)
			}
		}
		got := send(t, target, http.MethodGet, historyPath, "", "")
		wantStatus(t, got, 400)
		wantBody(t, got, `{"error":"Invalid project id: jwt"}`)
	},
}

// enforced is what the server does with a revoked token.
var enforced = map[string]func(*testing.T, Target){
	"a revoked token is refused everywhere": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		token := a.tokens(t, target, 1)[0]
		wantStatus(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""), 200)
		if _, err := a.client.JWT.RevokeToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		wantUnauthorized(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""))
		if accepted, err := a.client.JWT.Accepts(t.Context(), token); accepted || err != nil {
			t.Errorf("Accepts says %v, %v", accepted, err)
		}
	},
	"a token without a jti outlives its revocation, since the server asks about the jti": withoutJTI,
	"a client signs out once, and a second time is not an error": func(t *testing.T, target Target) {
		email, password := target.NewUser(t)
		client, err := tiledesk.SignIn(t.Context(), email, password, options(target)...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.CloseIdleConnections)
		for range 2 {
			if _, err := client.SignOut(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := client.JWT.ListHistory(t.Context(), nil); !errors.Is(err, tiledesk.ErrUnauthorized) {
			t.Errorf("after the sign-out a list is %v", err)
		}
	},
}

// withoutJTI are tokens that a customer's project signed, say.
func withoutJTI(t *testing.T, target Target) {
	if target.IssueWithoutJTI == nil {
		t.Skip("no such token can be had here")
	}
	a := newAccount(t, target)
	token := target.IssueWithoutJTI(t, a.email, a.token)
	revoked := 0
	for _, entry := range listed(t, a.client) {
		if entry.JTI != "" {
			continue
		}
		revoked++
		if _, err := a.client.JWT.RevokeByID(t.Context(), entry.ID); err != nil {
			t.Error(err)
		}
	}
	if revoked != 1 {
		t.Errorf("%d entries without a jti, want 1", revoked)
	}
	wantStatus(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""), 200)
}

// notEnforced is a server whose JWT_HISTORY_ENABLED is off.
var notEnforced = map[string]func(*testing.T, Target){
	"a revoked token still works, and Accepts tells": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		token := a.tokens(t, target, 1)[0]
		if _, err := a.client.JWT.RevokeToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""), 200)
		if accepted, err := a.client.JWT.Accepts(t.Context(), token); !accepted || err != nil {
			t.Errorf("Accepts says %v, %v", accepted, err)
		}
	},
}

func wantStatus(t *testing.T, got reply, status int) {
	t.Helper()
	if got.status != status {
		t.Errorf("status (got) %d, (want) %d; body %.200s", got.status, status, got.body)
	}
}

func wantBody(t *testing.T, got reply, body string) {
	t.Helper()
	if got.body != body {
		t.Errorf("body (got) %.200s, (want) %s", got.body, body)
	}
}

// wantUnauthorized checks the 401 to the letter: bare text, no Content-Type.
func wantUnauthorized(t *testing.T, got reply) {
	t.Helper()
	wantStatus(t, got, 401)
	wantBody(t, got, "Unauthorized")
	if challenge := got.header.Get("WWW-Authenticate"); challenge != `Basic realm="Users"` || got.header.Get("Content-Type") != "" {
		t.Errorf("the 401 has the headers %v", got.header)
	}
}

func wantMessage(t *testing.T, err error, status int, message string) {
	t.Helper()
	var apiErr *tiledesk.APIError
	if !errors.As(err, &apiErr) || apiErr.StatusCode != status || apiErr.Message != message {
		t.Errorf("got %v, want %d %s", err, status, message)
	}
}
