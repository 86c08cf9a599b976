package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// What is bound for this machine may be in the clear, so that it never goes to a
// proxy: under no name of this machine. The names need not resolve for that.
func TestCommand_keepsLoopbackFromTheProxy(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := make(map[string]bool) // of the proxy, by host
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Hostname()] = true
		mu.Unlock()
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(proxy.Close)
	server := newTestServer(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	list := func(url string) (string, int) {
		c := exec.Command("tiledesk-jwt", "list", "--retries", "0", "--insecure-http", "--base-url", url)
		c.Env = append(os.Environ(), quickExit, "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=",
			"TILEDESK_EMAIL="+testEmail, "TILEDESK_PASSWORD="+testPassword)
		text, _ := c.CombinedOutput() // the exit code is looked at
		return string(text), c.ProcessState.ExitCode()
	}
	for _, host := range []string{"x.localhost", "localhost.", "LOCALHOST", "127.0.0.1"} {
		text, code := list("http://" + host + ":" + port)
		if host == "127.0.0.1" && code != exitDone {
			t.Errorf("%s: exit code %d: %s", host, code, text)
		}
	}
	list("http://tiledesk.invalid") // shows that the proxy is used
	mu.Lock()
	defer mu.Unlock()
	if !asked["tiledesk.invalid"] || len(asked) != 1 {
		t.Errorf("the proxy was asked for %v", asked)
	}
}
