package tiledesktest_test

import (
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestWithoutRecording_nothingIsListedRevokedOrRefused(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutRecording(), tiledesktest.WithPageSize(2))
	s.AddUser(agent, password)
	issued := s.Issue(agent, 3)
	send(t, s, http.MethodPost, "/auth/signin", "", `{"email":"`+agent+`","password":"`+password+`"}`).wantStatus(t, http.StatusOK)
	tokens := s.Tokens(agent)
	if len(tokens) != len(issued)+1 {
		t.Fatalf("the server knows %d tokens, want those issued and that of the sign-in", len(tokens))
	}
	for _, token := range tokens {
		own := "JWT " + token
		for _, query := range []string{"", "?page=0", "?page=1", "?direction=1&sortField=jti"} {
			send(t, s, http.MethodGet, "/jwt/history"+query, own, "").want(t, http.StatusOK, `{"perPage":2,"count":0,"jwts":[]}`)
		}
		send(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(token), own, "").want(t, http.StatusNotFound, notFound)
		send(t, s, http.MethodGet, "/testauth", own, "").wantStatus(t, http.StatusOK)
		if s.Revoked(token) {
			t.Error("a token is revoked on a server that recorded none")
		}
	}
}

func TestWithoutRecording_idsAreCheckedButNeverFound(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutRecording())
	s.AddUser(agent, password)
	own := "JWT " + s.Issue(agent, 1)[0]
	revoke(t, s, "/jwt/history/id/6b02c07b9faa1f3010013192").want(t, http.StatusNotFound, notFound)
	revoke(t, s, "/jwt/history/id/nope").wantStatus(t, http.StatusInternalServerError)
	send(t, s, http.MethodGet, "/jwt/history", "", "").wantStatus(t, http.StatusUnauthorized)
	send(t, s, http.MethodGet, "/jwt/history", own, "").wantStatus(t, http.StatusOK)
}

func TestWithoutRecording_combinesWithTheOtherOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opt  tiledesktest.Option
		want string
	}{
		"bare array":     {tiledesktest.WithBareArray(), `[]`},
		"without count":  {tiledesktest.WithoutCount(), `{"perPage":40,"jwts":[]}`},
		"page count":     {tiledesktest.WithPageCount(), `{"perPage":40,"count":0,"jwts":[]}`},
		"pages from 1":   {tiledesktest.WithOneBasedPages(), `{"perPage":40,"count":0,"jwts":[]}`},
		"not enforced":   {tiledesktest.WithoutEnforcement(), `{"perPage":40,"count":0,"jwts":[]}`},
		"revoked hidden": {tiledesktest.WithRevokedHidden(), `{"perPage":40,"count":0,"jwts":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := tiledesktest.NewServer(t, tiledesktest.WithoutRecording(), c.opt)
			s.AddUser(agent, password)
			token := s.Issue(agent, 1)[0]
			send(t, s, http.MethodGet, "/jwt/history", "JWT "+token, "").want(t, http.StatusOK, c.want)
			revoke(t, s, "/jwt/history/"+jtiOf(token)).want(t, http.StatusNotFound, notFound)
		})
	}

	s := tiledesktest.NewServer(t, tiledesktest.WithoutRecording(), tiledesktest.WithoutHistoryModule())
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	send(t, s, http.MethodGet, "/jwt/history", "JWT "+token, "").want(t, http.StatusBadRequest, noProject)
}
