package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	out := mustRun(t, nil)
	jtis := strings.Fields(recorded)
	for _, want := range []string{
		"40 tokens on the first page",
		fmt.Sprintf("%d tokens on all pages", len(jtis)),
		"revoked " + jtis[1],
		"still accepts that token: false",
		"an unknown jti is tiledesk.ErrNotFound",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

func TestRealServer(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 50)
	extra := server.IssueWithJTI("agent@example.com", "this-one")
	basic := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": "agent@example.com", "TILEDESK_PASSWORD": "secret"}

	out := mustRun(t, basic)
	if !strings.Contains(out, "51 tokens on all pages") || !strings.Contains(out, "Nothing was revoked") {
		t.Errorf("listed with a password:\n%s", out)
	}
	for _, request := range server.Requests() {
		if request.Method != http.MethodGet {
			t.Errorf("sent %s without being told to", request.Method)
		}
	}

	token := map[string]string{"TILEDESK_BASE_URL": server.URL() + "/", "TILEDESK_TOKEN": "JWT " + tokens[0]}
	mustRun(t, token, "-revoke", "this-one")
	if !server.Revoked(extra) {
		t.Error("-revoke did not revoke")
	}
}

func TestBadEnvironment(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"without credentials":    {"TILEDESK_BASE_URL": "https://tiledesk.test"},
		"no TILEDESK_BASE_URL":   {"TILEDESK_TOKEN": "abc"},
		"unset one or the other": {"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_TOKEN": "abc", "TILEDESK_EMAIL": "a@example.com"},
		"without TILEDESK_PASS":  {"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_EMAIL": "a@example.com"},
		"without TILEDESK_EMAIL": {"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_PASSWORD": "hunter2"},
		"put https:// in front":  {"TILEDESK_BASE_URL": "tiledesk.test", "TILEDESK_TOKEN": "abc"},
		"Bearer in front":        {"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_TOKEN": "Bearer abc"},
		"in the clear":           {"TILEDESK_BASE_URL": "http://tiledesk.test", "TILEDESK_TOKEN": "abc"},
	} {
		var out strings.Builder
		err := run(t.Context(), nil, lookup(env), &out)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want a sentence with %q", env, err, want)
		}
		if out.Len() > 0 || err != nil && (strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%v: printed %q and %v", env, out.String(), err)
		}
	}
}

// TestRecorded keeps tokens.txt equal to what was recorded. Update it with
// UPDATE=1 go test ./examples/quickstart.
func TestRecorded(t *testing.T) {
	t.Parallel()
	var jtis strings.Builder
	for _, name := range []string{"list_200_first_page_jwt", "list_200_page_1_basic", "list_200_page_2"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var recording struct {
			Response struct {
				Body string `json:"body"`
			} `json:"response"`
		}
		var page struct {
			Tokens []struct {
				JTI string `json:"jti"`
			} `json:"jwts"`
		}
		if err := json.Unmarshal(text, &recording); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(recording.Response.Body), &page); err != nil {
			t.Fatal(err)
		}
		for _, token := range page.Tokens {
			jtis.WriteString(token.JTI + "\n")
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("tokens.txt", []byte(jtis.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if recorded != jtis.String() {
		t.Error("tokens.txt is not what the recordings hold; update it with UPDATE=1")
	}
}

func mustRun(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	var out strings.Builder
	if err := run(t.Context(), args, lookup(env), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}
