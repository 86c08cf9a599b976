//go:build live

package live

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// One server for what does not need its own, since each takes seconds to boot.
func TestServerWithTheStandIn(t *testing.T) {
	t.Parallel()
	s := bootWithUser(t, Options{})
	t.Run("answers as recorded", func(t *testing.T) { answersLikeTheRecordings(t, s) })
	t.Run("refuses a revoked token", func(t *testing.T) { refusesARevokedToken(t, s) })
	t.Run("keeps the tokens of users apart", func(t *testing.T) { keepsTheTokensOfUsersApart(t, s) })
	t.Run("issues tokens like those of a sign-in", func(t *testing.T) { issuesTokensLikeThoseOfASignIn(t, s) })
	t.Run("listens on loopback alone", func(t *testing.T) { listensOnLoopbackAlone(t, s) })
}

func answersLikeTheRecordings(t *testing.T, s *Server) {
	token := signIn(t, s)
	raw := strings.TrimPrefix(token, "JWT ")

	for name, authorization := range map[string]string{
		"list_401_no_authorization":      "",
		"list_401_bearer_scheme":         "Bearer " + raw,
		"list_401_bad_signature":         "JWT " + raw[:strings.LastIndex(raw, ".")] + ".c2lnbmF0dXJl",
		"list_401_wrong_password":        basic(email, "bad"),
		"list_400_malformed_basic":       "Basic !!!!",
		"list_403_two_spaces":            "JWT  " + raw,
		"token_accepted_200":             token,
		"revoke_400_empty_jti":           token,
		"revoke_jti_404":                 token,
		"revoke_id_404":                  token,
		"revoke_id_500_not_an_object_id": token,
		"signin_401_unknown_user":        "",
		"signin_401_wrong_password":      "",
		"signin_422_validation":          "",
		"signin_500_malformed_json":      "",
	} {
		t.Run(name, func(t *testing.T) { answersAsRecorded(t, s, name, authorization) })
	}
}

func refusesARevokedToken(t *testing.T, s *Server) {
	own, byJTI, byID, kept := signIn(t, s), signIn(t, s), signIn(t, s), signIn(t, s)

	id := ""
	for _, row := range list(t, s, "", own).JWTs {
		if row.JTI == jtiOf(t, byID) {
			id = row.ID
		}
	}
	for _, path := range []string{"/jwt/history/" + jtiOf(t, byJTI), "/jwt/history/id/" + id} {
		answer := call(t, s, http.MethodDelete, path, own)
		var revoked row
		decode(t, answer.Body, &revoked)
		if answer.Status != http.StatusOK || revoked.Status != -1 || !strings.HasPrefix(answer.By, "stand-in") {
			t.Errorf("DELETE %s answers %s", path, answer)
		}
	}
	answersAsRecorded(t, s, "token_revoked_401", byJTI)
	answersAsRecorded(t, s, "token_revoked_401", byID)
	answersAsRecorded(t, s, "token_accepted_200", kept)

	// The token that authorises its own revocation is the last to go.
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, own), own); answer.Status != http.StatusOK {
		t.Errorf("revoking the own token answers %s", answer)
	}
	answersAsRecorded(t, s, "list_401_own_token_revoked", own)
}

func keepsTheTokensOfUsersApart(t *testing.T, s *Server) {
	mine, other := signInAnew(t, s, "mine@example.com"), signInAnew(t, s, "other@example.com")

	if got := jtis(list(t, s, "", mine).JWTs); !slices.Equal(got, []string{jtiOf(t, mine)}) {
		t.Errorf("the list holds %v, not just the caller's %s", got, jtiOf(t, mine))
	}
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, other), mine); answer.Status != http.StatusNotFound {
		t.Errorf("revoking another user's token answers %s", answer)
	}
	answersAsRecorded(t, s, "token_accepted_200", other)
}

func issuesTokensLikeThoseOfASignIn(t *testing.T, s *Server) {
	signedIn := signInAnew(t, s, "many@example.com")

	issued, err := s.Issue(t.Context(), signedIn, 100)
	if err != nil || len(issued) != 100 {
		t.Fatalf("issued %d tokens and %v", len(issued), err)
	}

	all := list(t, s, "?direction=1&page=2", signedIn)
	if all.Count != 101 || len(all.JWTs) != 21 || all.JWTs[20].JTI != jtiOf(t, issued[99]) {
		t.Errorf("the last page is %+v, want 21 of 101 and %s at the end", all, jtiOf(t, issued[99]))
	}
	answersAsRecorded(t, s, "token_accepted_200", issued[0])
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, issued[0]), issued[1]); answer.Status != http.StatusOK {
		t.Errorf("the revocation answers %s", answer)
	}
	answersAsRecorded(t, s, "token_revoked_401", issued[0])
}

func listensOnLoopbackAlone(t *testing.T, s *Server) {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL(), "http://"))

	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		ip := address.(*net.IPNet).IP
		if ip.Equal(net.IPv4(127, 0, 0, 1)) || ip.IsLinkLocalUnicast() {
			continue
		}
		conn, err := net.Dial("tcp", net.JoinHostPort(ip.String(), port))
		if err == nil {
			conn.Close()
			t.Errorf("the server can be reached at %s", ip)
		}
	}
}

func TestServerWithoutTheHistoryModuleTakesItsPathForAProject(t *testing.T) {
	t.Parallel()
	s := bootWithUser(t, Options{WithoutHistory: true})
	token := signIn(t, s)

	for name, authorization := range map[string]string{
		"history_off_list_400":                  token,
		"history_off_list_400_no_authorization": "",
		"history_off_revoke_jti_400":            token,
		"history_off_revoke_id_400":             token,
		"token_accepted_200":                    token,
	} {
		t.Run(name, func(t *testing.T) { answersAsRecorded(t, s, name, authorization) })
	}
}

func TestServerWithoutEnforcementGoesOnTakingARevokedToken(t *testing.T) {
	t.Parallel()
	s := bootWithUser(t, Options{WithoutEnforcement: true})
	token, revoked := signIn(t, s), signIn(t, s)

	answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, revoked), token)
	if answer.Status != http.StatusOK {
		t.Fatalf("the revocation answers %s", answer)
	}
	answersAsRecorded(t, s, "enforcement_off_token_still_accepted_200", revoked)
}
