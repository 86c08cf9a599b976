package tiledesktest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const (
	notFound  = `{"success":false,"msg":"Object not found."}`
	noProject = `{"error":"Invalid project id: jwt"}`
)

func TestServer_revokedTokenIsRefusedEverywhereAndStaysInTheList(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	tokens := s.Issue(agent, 2)
	if s.Revoked(tokens[0]) {
		t.Error("revoked before anybody did")
	}
	first := send(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(tokens[0]), "JWT "+tokens[0], "")
	first.wantStatus(t, http.StatusOK)

	for _, path := range []string{"/testauth", "/users", "/jwt/history"} {
		send(t, s, http.MethodGet, path, "JWT "+tokens[0], "").wantStatus(t, http.StatusUnauthorized)
		send(t, s, http.MethodGet, path, "JWT "+tokens[1], "").wantStatus(t, http.StatusOK)
	}
	for _, form := range []string{tokens[0], "JWT " + tokens[0], " jwt  " + tokens[0] + "\n"} {
		if !s.Revoked(form) {
			t.Errorf("not revoked: %.8q…", form)
		}
	}
	if s.Revoked(tokens[1]) || s.Revoked("Bearer "+tokens[0]) || s.Revoked("eyJ.unknown.c2lnbmF0dXJl") || s.Revoked("") {
		t.Error("another token counts as revoked")
	}
	rows := entries(s, "/jwt/history", "JWT "+tokens[1])
	if len(rows) != 2 || rows[1].Status != -1 || rows[0].Status != 100 {
		t.Errorf("the list shows %v, want both, the older with status -1", rows)
	}
	again := revoke(t, s, "/jwt/history/id/"+strings.ToUpper(rows[1].ID))
	again.want(t, http.StatusOK, first.body) // updatedAt included
}

func TestWithRevokedHidden_revokedTokensLeaveTheList(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithRevokedHidden())
	s.AddUser(agent, password)
	tokens := s.Issue(agent, 6)
	if got := listJTIs(s, "sortField=jti"); len(got) != 6 {
		t.Errorf("%d listed, want 6", len(got))
	}
	for _, i := range []int{0, 2, 5} {
		revoke(t, s, "/jwt/history/"+jtiOf(tokens[i])).wantStatus(t, http.StatusOK)
	}
	want := jtis([]string{tokens[1], tokens[3], tokens[4]})
	if got := listJTIs(s, "direction=1"); !slices.Equal(got, want) {
		t.Errorf("the list shows %v, want %v", got, want)
	}
	if got := listJTIs(s, "direction=1&sortField=jti"); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("sorted: %v, want %v", got, want)
	}
	got := send(t, s, http.MethodGet, "/jwt/history?page=1", basic(agent, password), "")
	got.want(t, http.StatusOK, `{"perPage":40,"count":3,"jwts":[]}`)
	revoke(t, s, "/jwt/history/"+jtiOf(tokens[0])).wantStatus(t, http.StatusOK)
	if n := len(s.Tokens(agent)); n != 6 {
		t.Errorf("%d tokens known, want 6", n)
	}
}

func TestWithSecondRevokeNotFound_answers404(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithSecondRevokeNotFound())
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	id := entries(s, "/jwt/history", "JWT "+token)[0].ID
	revoke(t, s, "/jwt/history/id/"+id).wantStatus(t, http.StatusOK)
	revoke(t, s, "/jwt/history/id/"+id).want(t, http.StatusNotFound, notFound)
	revoke(t, s, "/jwt/history/"+jtiOf(token)).want(t, http.StatusNotFound, notFound)
}

func TestWithoutIDRoute_onlyTheJTIRevokes(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutIDRoute())
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	id := entries(s, "/jwt/history", "JWT "+token)[0].ID
	got := revoke(t, s, "/jwt/history/id/"+id)
	got.want(t, http.StatusNotFound, notFound)
	if contentType := got.header.Get("Content-Type"); contentType != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q, want that of the API", contentType)
	}
	if s.Revoked(token) {
		t.Error("revoked by a route that is not there")
	}
	revoke(t, s, "/jwt/history/"+jtiOf(token)).wantStatus(t, http.StatusOK)
}

func TestIssueWithoutJTI_isRevokedByIDOnly(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	tokens := s.IssueWithoutJTI(agent, 2)
	if tokens[0] == tokens[1] || claimsOf(tokens[0])["jti"] != nil {
		t.Errorf("claims %v, want no jti, and no token twice", claimsOf(tokens[0]))
	}
	got := send(t, s, http.MethodGet, "/jwt/history", "JWT "+tokens[1], "")
	if strings.Contains(got.body, `"jti"`) {
		t.Errorf("an entry has a jti: %s", got.body)
	}
	rows := entries(s, "/jwt/history", "JWT "+tokens[1])
	revoke(t, s, "/jwt/history/undefined").want(t, http.StatusNotFound, notFound)
	revoke(t, s, "/jwt/history/id/"+rows[1].ID).wantStatus(t, http.StatusOK)
	if !s.Revoked(tokens[0]) || s.Revoked(tokens[1]) {
		t.Error("want the older revoked, the younger not")
	}
	// Nothing but its jti could tell the server that it is revoked.
	send(t, s, http.MethodGet, "/testauth", "JWT "+tokens[0], "").wantStatus(t, http.StatusOK)
}

func TestServer_tokensOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	s.AddUser("other@example.com", password)
	token := s.Issue("other@example.com", 1)[0]
	id := entries(s, "/jwt/history", "JWT "+token)[0].ID
	revoke(t, s, "/jwt/history/"+jtiOf(token)).want(t, http.StatusNotFound, notFound)
	revoke(t, s, "/jwt/history/id/"+id).want(t, http.StatusNotFound, notFound)
	if s.Revoked(token) {
		t.Error("revoked by a stranger")
	}
}

func TestServer_parameterIsOneSegmentDecodedOnce(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	for _, jti := range []string{"id/x", "a/b", "a%2Fb", "a?b", "a..b", "ü", "a b", "a+b", "id", `q"<>&`, "a;b=c", "%"} {
		token := s.IssueWithJTI(agent, jti)
		if got := jtiOf(token); got != jti {
			t.Errorf("the token's jti is %q, want %q", got, jti)
		}
		revoke(t, s, "/jwt/history/"+url.PathEscape(jti)).wantStatus(t, http.StatusOK)
		if !s.Revoked(token) {
			t.Errorf("%q was not revoked", jti)
		}
		if sent := s.Requests(); sent[len(sent)-1].Path != "/jwt/history/"+url.PathEscape(jti) {
			t.Errorf("the path is recorded as %s", sent[len(sent)-1].Path)
		}
	}
}

func TestServer_matchesPathsAsExpressDoes(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	s.IssueWithJTI(agent, "here")
	own := basic(agent, password)
	for _, c := range []struct {
		method, path, authorization string
		status                      int
	}{
		{http.MethodGet, "/", "", http.StatusOK},
		{http.MethodGet, "/jwt/history/", own, http.StatusOK},
		{http.MethodHead, "/jwt/history", own, http.StatusOK},
		{http.MethodGet, "/JWT/History", own, http.StatusOK},
		{http.MethodDelete, "/jwt/history/here/", own, http.StatusOK},
		{http.MethodDelete, "/jwt/history/id/", own, http.StatusNotFound}, // the jti "id"
		{http.MethodDelete, "/jwt/history/ID/nope", own, http.StatusInternalServerError},
		{http.MethodDelete, "/jwt/history/id/abcd", own, http.StatusInternalServerError}, // hex, and too short
		{http.MethodDelete, "/jwt/history/id/nope", "", http.StatusUnauthorized},
		{http.MethodDelete, "/jwt/history/%69d/nope", own, http.StatusBadRequest},
		{http.MethodDelete, "/jwt/history/id/", "", http.StatusUnauthorized},
		{http.MethodDelete, "/jwt/history/id/twelve-bytes", own, http.StatusNotFound},
		{http.MethodDelete, "/jwt/history/%FF", own, http.StatusInternalServerError},
		{http.MethodDelete, "/jwt/history/id/%FF", "", http.StatusInternalServerError},
		{http.MethodGet, "/nope/%FF", "", http.StatusInternalServerError},
		{http.MethodDelete, "/", own, http.StatusNotFound},
		{http.MethodDelete, "/jwt/history", own, http.StatusBadRequest},
		{http.MethodDelete, "/jwt/history//", own, http.StatusBadRequest},
		{http.MethodDelete, "/jwt/history//here", own, http.StatusBadRequest},
		{http.MethodDelete, "/jwt/history/", "", http.StatusUnauthorized},
		{http.MethodPost, "/jwt/history", own, http.StatusBadRequest},
		{http.MethodGet, "/jwt/history/here", own, http.StatusBadRequest},
		{http.MethodGet, "/jwt/histories", "", http.StatusBadRequest},
		{http.MethodGet, "/auth/signin", "", http.StatusBadRequest},
		{http.MethodGet, "/v3/jwt/history", own, http.StatusBadRequest},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			send(t, s, c.method, c.path, c.authorization, "").wantStatus(t, c.status)
		})
	}
}

func TestWithoutHistoryModule_everythingIsAnInvalidProject(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutHistoryModule())
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	for _, authorization := range []string{"", "JWT " + token, "Bearer x"} {
		send(t, s, http.MethodGet, "/jwt/history", authorization, "").want(t, http.StatusBadRequest, noProject)
		got := send(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(token), authorization, "")
		got.want(t, http.StatusBadRequest, noProject)
	}
	send(t, s, http.MethodGet, "/testauth", "JWT "+token, "").wantStatus(t, http.StatusOK)
	if s.Revoked(token) {
		t.Error("revoked without the module")
	}
}

func TestWithoutEnforcement_aRevokedTokenStillWorks(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutEnforcement())
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	send(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(token), "JWT "+token, "").wantStatus(t, http.StatusOK)
	if !s.Revoked(token) {
		t.Error("the revocation was not stored")
	}
	send(t, s, http.MethodGet, "/jwt/history", "JWT "+token, "").wantStatus(t, http.StatusOK)
}
