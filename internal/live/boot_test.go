//go:build live

package live

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestStandInIssuesTokensLikeThoseOfASignIn(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	signedIn := signIn(t, s, newUser(t, s))
	issued := issue(t, s, signedIn, 100)
	if len(issued) != 100 {
		t.Fatalf("issued %d tokens", len(issued))
	}

	all := list(t, s, "?direction=1&page=2", signedIn)
	if all.Count != 101 || len(all.JWTs) != 21 || all.JWTs[20].JTI != jtiOf(t, issued[99]) {
		t.Errorf("the last page is %+v, want 21 of 101 and %s at the end", all, jtiOf(t, issued[99]))
	}
	if answer := call(t, s, http.MethodGet, "/testauth", issued[0]); answer.Status != http.StatusOK {
		t.Errorf("an issued token is answered %s", answer)
	}
	if answer := call(t, s, http.MethodDelete, "/jwt/history/"+jtiOf(t, issued[0]), issued[1]); answer.Status != http.StatusOK {
		t.Errorf("the revocation answers %s", answer)
	}
	if answer := call(t, s, http.MethodGet, "/testauth", issued[0]); answer.Status != http.StatusUnauthorized {
		t.Errorf("a revoked token is answered %s", answer)
	}
}

func TestAnswersSayWhoGaveThem(t *testing.T) {
	t.Parallel()
	s := shared(t, asItIs)
	token := signIn(t, s, newUser(t, s))
	server := "open-source server " + s.Version()
	for authorization, by := range map[string]string{
		"":    server,
		token: "stand-in for the closed history module, mounted in the " + server,
	} {
		if answer := call(t, s, http.MethodGet, "/jwt/history", authorization); answer.By != by {
			t.Errorf("the list was answered by %q, want %q", answer.By, by)
		}
	}
}

func TestServerListensOnLoopbackAlone(t *testing.T) {
	t.Parallel()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(shared(t, asItIs).URL(), "http://"))
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
