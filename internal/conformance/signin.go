package conformance

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// signIn is POST /auth/signin, which the open server answers.
var signIn = map[string]func(*testing.T, Target){
	"sign-in gives a token with the documented claims that never expires": func(t *testing.T, target Target) {
		claims, err := tiledesk.ParseClaims(target.bystander.token)
		if err != nil {
			t.Fatal(err)
		}
		if claims.JTI == "" || claims.UserID == "" || claims.IssuedAt == nil || claims.ExpiresAt != nil ||
			claims.Subject != "user" || claims.Issuer == "" || len(claims.Audience) == 0 {
			t.Errorf("the claims are %+v", claims)
		}
	},
	"a wrong password is 401 with its reason": func(t *testing.T, target Target) {
		_, err := tiledesk.SignIn(t.Context(), target.bystander.email, "wrong", options(target)...)
		wantMessage(t, err, http.StatusUnauthorized, "Authentication failed. Wrong password.")
	},
	"an unknown user is 401 with its reason": func(t *testing.T, target Target) {
		_, err := tiledesk.SignIn(t.Context(), "nobody@example.org", "wrong", options(target)...)
		wantMessage(t, err, http.StatusUnauthorized, "Authentication failed. User not found.")
	},
	"an email that is not one is 422 and names the field": func(t *testing.T, target Target) {
		_, err := tiledesk.SignIn(t.Context(), "zz", "wrong", options(target)...)
		var apiErr *tiledesk.APIError
		if !errors.As(err, &apiErr) || apiErr.StatusCode != 422 || len(apiErr.Fields) != 1 || apiErr.Fields[0].Field != "email" {
			t.Errorf("got %v", err)
		}
	},
	"what is missing is 422 and named": func(t *testing.T, target Target) {
		const noEmail = `{"msg":"Invalid value","param":"email","location":"body"}`
		const noPassword = `{"msg":"Invalid value","param":"password","location":"body"}`
		for body, want := range map[string]string{
			`{}`:                              noEmail + "," + noPassword,
			`[]`:                              noEmail + "," + noPassword,
			`{"email":"a@example.com"}`:       noPassword,
			`{"email":null,"password":"any"}`: `{"value":null,` + noEmail[1:],
		} {
			got := send(t, target, http.MethodPost, "/auth/signin", "", body)
			wantStatus(t, got, 422)
			wantBody(t, got, `{"errors":[`+want+`]}`)
		}
	},
	"broken JSON is 500": func(t *testing.T, target Target) {
		for _, body := range []string{"{bad", "1", "{}{}"} {
			got := send(t, target, http.MethodPost, "/auth/signin", "", body)
			wantStatus(t, got, 500)
			wantBody(t, got, `{"err":"error"}`)
		}
	},
	"a body above 500 KB is 413 and says the limit": func(t *testing.T, target Target) {
		got := sendTooMuch(t, target, strings.Repeat(" ", 512001))
		wantStatus(t, got, 413)
		wantBody(t, got, `{"err":"Request entity too large","limit":512000}`)
		wantStatus(t, send(t, target, http.MethodPost, "/auth/signin", "", strings.Repeat(" ", 511998)+"{}"), 422)
	},
}

// paths are those that no route of this API takes.
var paths = map[string]func(*testing.T, Target){
	"an unknown path is read as a project's": func(t *testing.T, target Target) {
		for path, project := range map[string]string{
			"/nope": "nope", "/nope/more": "nope", "/a%20b%2Fc/x": "a b/c", "/v3/jwt/history": "v3", "/auth/signin": "auth", "/jwt": "jwt",
		} {
			got := send(t, target, http.MethodDelete, path, "", "")
			wantStatus(t, got, 400)
			wantBody(t, got, `{"error":"Invalid project id: `+project+`"}`)
		}
	},
	"a path that is not UTF-8 is 500, whoever asks": func(t *testing.T, target Target) {
		for _, path := range []string{"/%FF", "/nope/%FF", historyPath + "/%FF", historyPath + "/id/%FF"} {
			for _, authorization := range []string{"", "JWT " + target.bystander.token} {
				got := send(t, target, http.MethodDelete, path, authorization, "")
				wantStatus(t, got, 500)
				wantBody(t, got, `{"err":"error"}`)
			}
		}
	},
	"the root is there to read alone": func(t *testing.T, target Target) {
		wantStatus(t, send(t, target, http.MethodGet, "/", "", ""), 200)
		got := send(t, target, http.MethodDelete, "/", "", "")
		wantStatus(t, got, 404)
		if !strings.Contains(got.body, "Cannot DELETE /") {
			t.Errorf("the body is %.200s", got.body)
		}
	},
}
