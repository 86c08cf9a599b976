package tiledesktest_test

import (
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestAddUser_aNewPasswordEndsNoToken(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	s.AddUser(agent, "another")
	send(t, s, http.MethodGet, "/jwt/history", "JWT "+token, "").wantStatus(t, http.StatusOK)
	send(t, s, http.MethodGet, "/jwt/history", basic(agent, password), "").wantStatus(t, http.StatusUnauthorized)
	send(t, s, http.MethodGet, "/jwt/history", basic(agent, "another"), "").wantStatus(t, http.StatusOK)
	send(t, s, http.MethodPost, "/auth/signin", "", `{"email":"`+agent+`","password":"`+password+`"}`).
		want(t, http.StatusUnauthorized, `{"success":false,"msg":"Authentication failed. Wrong password."}`)
}

func TestDisableUser_isRefusedHoweverTheyAuthorize(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	s.AddUser("other@example.com", password)
	token, other := s.Issue(agent, 1)[0], s.Issue("other@example.com", 1)[0]
	s.DisableUser("Agent@Example.com")
	for _, path := range []string{"/testauth", "/users", "/jwt/history"} {
		for _, authorization := range []string{"JWT " + token, basic(agent, password)} {
			send(t, s, http.MethodGet, path, authorization, "").want(t, http.StatusUnauthorized, "Unauthorized")
		}
		send(t, s, http.MethodGet, path, "JWT "+other, "").wantStatus(t, http.StatusOK)
	}
	revoke(t, s, "/jwt/history/"+jtiOf(token)).wantStatus(t, http.StatusUnauthorized)
	if s.Revoked(token) {
		t.Error("a token is revoked though its user was disabled only")
	}
	send(t, s, http.MethodPost, "/auth/signin", "", `{"email":"`+agent+`","password":"`+password+`"}`).
		want(t, http.StatusUnauthorized, `{"success":false,"msg":"Authentication failed. User not found."}`)

	s.AddUser(agent, password)
	send(t, s, http.MethodGet, "/testauth", "JWT "+token, "").wantStatus(t, http.StatusOK)
}
