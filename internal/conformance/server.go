package conformance

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

const historyPath = "/jwt/history"

// signIn is POST /auth/signin, which the open server answers.
var signIn = map[string]func(*testing.T, Target){
	"sign-in gives a token with the documented claims that never expires": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		claims, err := tiledesk.ParseClaims(a.token(t, target))
		if err != nil {
			t.Fatal(err)
		}
		if claims.JTI == "" || claims.UserID == "" || claims.IssuedAt == nil || claims.ExpiresAt != nil ||
			claims.Subject != "user" || claims.Issuer == "" || len(claims.Audience) == 0 {
			t.Errorf("the claims are %+v", claims)
		}
	},
	"a wrong password is 401 with its reason": func(t *testing.T, target Target) {
		email, _ := target.NewUser(t)
		_, err := tiledesk.SignIn(t.Context(), email, "wrong", options(target)...)
		wantMessage(t, err, http.StatusUnauthorized, "Authentication failed. Wrong password.")
	},
	"an unknown user is 401 with its reason": func(t *testing.T, target Target) {
		_, err := tiledesk.SignIn(t.Context(), "nobody@example.org", "wrong", options(target)...)
		wantMessage(t, err, http.StatusUnauthorized, "Authentication failed. User not found.")
	},
	"an email that is none is 422 and names the field": func(t *testing.T, target Target) {
		_, err := tiledesk.SignIn(t.Context(), "zz", "wrong", options(target)...)
		var apiErr *tiledesk.APIError
		if !errors.As(err, &apiErr) || apiErr.StatusCode != 422 || len(apiErr.Fields) != 1 || apiErr.Fields[0].Field != "email" {
			t.Errorf("got %v", err)
		}
	},
	"broken JSON is 500": func(t *testing.T, target Target) {
		if got := send(t, target, http.MethodPost, "/auth/signin", "", "{bad"); got.status != 500 {
			t.Errorf("got %d %s", got.status, got.body)
		}
	},
}

// authorization is what stands before every route of the history.
var authorization = map[string]func(*testing.T, Target){
	"JWT is taken in any case": func(t *testing.T, target Target) {
		token := newAccount(t, target).token(t, target)
		for _, scheme := range []string{"JWT", "jwt", "Jwt"} {
			wantStatus(t, send(t, target, http.MethodGet, historyPath, scheme+" "+token, ""), 200)
		}
	},
	"Basic is taken": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		if _, err := clientOf(t, target, tiledesk.BasicAuth(a.email, a.password)).JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
	},
	"Bearer is refused": func(t *testing.T, target Target) {
		token := newAccount(t, target).token(t, target)
		wantUnauthorized(t, send(t, target, http.MethodGet, historyPath, "Bearer "+token, ""))
	},
	"two spaces after JWT are 403": func(t *testing.T, target Target) {
		token := newAccount(t, target).token(t, target)
		got := send(t, target, http.MethodGet, historyPath, "JWT  "+token, "")
		wantStatus(t, got, 403)
		wantBody(t, got, `{"success":false,"msg":"Unauthorized."}`)
	},
	"broken Basic is 400 as bare text": func(t *testing.T, target Target) {
		got := send(t, target, http.MethodGet, historyPath, "Basic !!!!", "")
		wantStatus(t, got, 400)
		wantBody(t, got, "Bad Request")
	},
	"nothing, a wrong password and a bad signature are the same 401": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		token := a.token(t, target)
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
		a := newAccount(t, target)
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
		token := a.token(t, target)
		wantStatus(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""), 200)
		if _, err := a.client.JWT.RevokeToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		wantUnauthorized(t, send(t, target, http.MethodGet, "/testauth", "JWT "+token, ""))
		if accepted, err := a.client.JWT.Accepts(t.Context(), token); accepted || err != nil {
			t.Errorf("Accepts says %v, %v", accepted, err)
		}
	},
	"a client signs out once, and a second time is no error": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		for range 2 {
			if _, err := a.client.SignOut(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.client.JWT.ListHistory(t.Context(), nil); !errors.Is(err, tiledesk.ErrUnauthorized) {
			t.Errorf("after the sign-out a list is %v", err)
		}
	},
}

// notEnforced is a server whose JWT_HISTORY_ENABLED is off.
var notEnforced = map[string]func(*testing.T, Target){
	"a revoked token goes on working, and Accepts tells": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		token := a.token(t, target)
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
