package tiledesktest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestServer_acceptsAuthorizationsAsTheRealOneDoes(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	s.AddUser("colon@example.com", "a:b")
	other := tiledesktest.NewServer(t)
	other.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	credentials := strings.TrimPrefix(basic(agent, password), "Basic ")

	for name, c := range map[string]struct {
		header string
		status int
	}{
		"JWT":                               {"JWT " + token, http.StatusOK},
		"jwt in lower case":                 {"jwt " + token, http.StatusOK},
		"Basic":                             {"Basic " + credentials, http.StatusOK},
		"basic in lower case":               {"basic " + credentials, http.StatusOK},
		"Basic without padding":             {"Basic " + strings.TrimRight(credentials, "="), http.StatusOK},
		"an email in another case":          {basic("Agent@Example.com", password), http.StatusOK},
		"nothing":                           {"", http.StatusUnauthorized},
		"Bearer":                            {"Bearer " + token, http.StatusUnauthorized},
		"a token of another server":         {"JWT " + other.Issue(agent, 1)[0], http.StatusUnauthorized},
		"a cut token":                       {"JWT " + token[:len(token)-1], http.StatusUnauthorized},
		"an unknown user":                   {basic("nobody@example.com", password), http.StatusUnauthorized},
		"an empty password":                 {basic(agent, ""), http.StatusUnauthorized},
		"a password with a colon":           {basic("colon@example.com", "a:b"), http.StatusUnauthorized},
		"a scheme alone":                    {"JWT", http.StatusBadRequest},
		"a token alone":                     {token, http.StatusBadRequest},
		"Basic without colon":               {"Basic bm9ib2R5", http.StatusBadRequest},
		"Basic that is not base64":          {"Basic !!!!", http.StatusBadRequest},
		"Basic with two spaces":             {"Basic  " + credentials, http.StatusBadRequest},
		"two spaces":                        {"JWT  " + token, http.StatusForbidden},
		"a tab":                             {"JWT\t" + token, http.StatusForbidden},
		"something behind the token":        {"JWT " + token + " x", http.StatusForbidden},
		"two spaces before an unknown one":  {"JWT  " + token + "x", http.StatusUnauthorized},
		"something behind the base64 text":  {"Basic " + credentials + " x", http.StatusForbidden},
		"Basic with a wrong password, more": {basic(agent, "bad") + " x", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"/testauth", "/users", "/jwt/history"} {
				send(t, s, http.MethodGet, path, c.header, "").wantStatus(t, c.status)
			}
		})
	}
}

func TestServer_signInIssuesATokenThatTheListShows(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser("Agent@example.com", password)

	var body struct {
		Success bool
		Token   string
		User    map[string]any
	}
	got := signIn(t, s, `{"email":"agent@EXAMPLE.com","password":"`+password+`"}`)
	got.wantStatus(t, http.StatusOK)
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}

	token, ok := strings.CutPrefix(body.Token, "JWT ")
	if !ok || !strings.HasSuffix(token, ".c2lnbmF0dXJl") {
		t.Errorf("token %q, want JWT in front and the dummy signature behind", body.Token)
	}
	send(t, s, http.MethodGet, "/testauth", body.Token, "").want(t, http.StatusOK, `{"success":true}`)
	rows := entries(s, "/jwt/history", body.Token)
	if len(rows) != 1 || rows[0].JTI != jtiOf(token) {
		t.Errorf("the list shows %v, want the one token of jti %s", rows, jtiOf(token))
	}
	if tokens := s.Tokens(agent); len(tokens) != 1 || tokens[0] != token {
		t.Errorf("Tokens: %v, want the one signed in for", tokens)
	}
	claims := claimsOf(token)
	if claims["email"] != agent || claims["_id"] != body.User["_id"] || claims["exp"] != nil {
		t.Errorf("claims %v do not fit the user %v, or expire", claims, body.User)
	}
}

func TestServer_signInRefusesWhatTheRealOneRefuses(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	const (
		noPassword   = `{"msg":"Invalid value","param":"password","location":"body"}`
		noEmail      = `{"msg":"Invalid value","param":"email","location":"body"}`
		wrong        = `{"success":false,"msg":"Authentication failed. Wrong password."}`
		brokenAnswer = `{"err":"error"}`
	)
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no password":         {`{"email":"agent@example.com"}`, 422, `{"errors":[` + noPassword + `]}`},
		"no fields":           {`{}`, 422, `{"errors":[` + noEmail + `,` + noPassword + `]}`},
		"an array":            {`[]`, 422, `{"errors":[` + noEmail + `,` + noPassword + `]}`},
		"a number":            {`1`, 500, brokenAnswer},
		"more than one value": {`{}{}`, 500, brokenAnswer},
		"too much":            {strings.Repeat(" ", 512001), 413, `{"err":"Request entity too large","limit":512000}`},
		"just not too much":   {strings.Repeat(" ", 511998) + `{}`, 422, `{"errors":[` + noEmail + `,` + noPassword + `]}`},
		"a wrong kind":        {`{"email":"agent@example.com","password":5}`, 401, wrong},
		"an empty email": {
			`{"email":"","password":"x"}`, 422,
			`{"errors":[{"value":"","msg":"Invalid value","param":"email","location":"body"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signIn(t, s, c.body).want(t, c.status, c.want)
		})
	}
	t.Cleanup(func() {
		if tokens := s.Tokens(agent); len(tokens) != 0 {
			t.Errorf("%d tokens were issued, want none", len(tokens))
		}
	})
}

func TestServer_signInReadsNoFieldsWithoutTheTypeOfJSON(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/auth/signin",
		strings.NewReader(`{"email":"agent@example.com","password":"`+password+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", response.StatusCode)
	}
}

func TestAddUser_againChangesThePasswordAndKeepsTheTokens(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, "old")
	token := s.Issue(agent, 1)[0]
	s.AddUser(agent, "new")
	send(t, s, http.MethodGet, "/testauth", basic(agent, "old"), "").wantStatus(t, http.StatusUnauthorized)
	send(t, s, http.MethodGet, "/testauth", basic(agent, "new"), "").wantStatus(t, http.StatusOK)
	send(t, s, http.MethodGet, "/testauth", "JWT "+token, "").wantStatus(t, http.StatusOK)
}

func signIn(t *testing.T, s *tiledesktest.Server, body string) answer {
	t.Helper()
	return send(t, s, http.MethodPost, "/auth/signin", "", body)
}
