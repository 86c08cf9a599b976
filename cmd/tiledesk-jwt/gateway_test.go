package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// gatewayAfterRevocation refuses every list as a gateway does, once a token was
// revoked.
func gatewayAfterRevocation(t *testing.T) (*tiledesktest.Server, *app, *bytes.Buffer) {
	t.Helper()
	server := newTestServer(t)
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodDelete {
			server.Inject(tiledesktest.Fault{Method: "GET", Times: -1, Status: 401, Body: `{"message":"Unauthorized"}`})
		}
	})
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	return server, a, &stderr
}

// A 401 that is not the server's own does not show that revocation is enforced.
func TestDoctor_takesNoGatewayForEnforcement(t *testing.T) {
	t.Parallel()
	_, a, stderr := gatewayAfterRevocation(t)
	code := a.run([]string{"doctor", "--format", "json"})
	found := a.stdout.(*bytes.Buffer).String()
	if code != exitRefused || !strings.Contains(found, `"enforced":null`) || !strings.Contains(stderr.String(), "not one of the Tiledesk server itself") {
		t.Errorf("exit code %d: %s%s", code, found, stderr)
	}
}

// Nor does it verify a revocation.
func TestRevoke_verifiesByTheServersOwn401(t *testing.T) {
	t.Parallel()
	server, a, stderr := gatewayAfterRevocation(t)
	a.stdin = strings.NewReader(server.Issue(testEmail, 1)[0])
	code := a.run([]string{"revoke", "--token-from", "-", "--verify", "--yes"})
	said := a.stdout.(*bytes.Buffer).String()
	if code != exitRefused || strings.Contains(said, "verified") || !strings.Contains(stderr.String(), "could not be found out") {
		t.Errorf("exit code %d: %s%s", code, said, stderr)
	}
}

// A server that never accepts the token that it gave out, one of several with another
// GLOBAL_SECRET for example, does not show that it refuses revoked ones.
func TestDoctor_triesItsTokenBeforeTheRevocation(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Authorization"), "JWT ") {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("Unauthorized"))
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": front.URL, "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	code := a.run([]string{"doctor", "--format", "json"})
	found := a.stdout.(*bytes.Buffer).String()
	if code != exitRefused || !strings.Contains(found, `"enforced":null`) {
		t.Errorf("exit code %d: %s%s", code, found, stderr.String())
	}
}
