//go:build live

package live

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	email    = "agent@example.com"
	password = "Passw0rd!x"
)

// bootWithUser starts a server that knows one user.
func bootWithUser(t *testing.T, opts Options) *Server {
	t.Helper()
	s := Boot(t, opts)
	if err := s.AddUser(t.Context(), email, password); err != nil {
		t.Fatal(err)
	}
	return s
}

func signIn(t *testing.T, s *Server) string {
	t.Helper()
	token, err := s.SignIn(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signInAnew signs a user up and in, who so has one token.
func signInAnew(t *testing.T, s *Server, email string) string {
	t.Helper()
	if err := s.AddUser(t.Context(), email, password); err != nil {
		t.Fatal(err)
	}
	token, err := s.SignIn(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func call(t *testing.T, s *Server, method, path, authorization string) *Answer {
	t.Helper()
	answer, err := s.Call(t.Context(), method, path, authorization, "")
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func basic(email, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password))
}

func jtiOf(t *testing.T, token string) string {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ JTI string }
	decode(t, payload, &claims)
	return claims.JTI
}

type row struct {
	ID        string `json:"_id"`
	JTI       string
	Status    int
	CreatedAt string
}

type envelope struct {
	PerPage, Count int
	JWTs           []row
}

func list(t *testing.T, s *Server, query, authorization string) envelope {
	t.Helper()
	answer := call(t, s, http.MethodGet, "/jwt/history"+query, authorization)
	if answer.Status != http.StatusOK {
		t.Fatalf("the list answers %s", answer)
	}
	var page envelope
	decode(t, answer.Body, &page)
	return page
}

func decode(t *testing.T, body []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}

func jtis(rows []row) []string {
	var all []string
	for _, row := range rows {
		all = append(all, row.JTI)
	}
	return all
}

// A recording is an exchange with the same server that somebody else measured.
type recording struct {
	AnsweredBy string `json:"answered_by"`
	Request    struct {
		Method, Path string
		Body         json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    string
	}
}

func recorded(t *testing.T, name string) recording {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	decode(t, content, &r)
	return r
}

// sent is the body as it went over the wire: JSON, or a text that is none.
func (r recording) sent(t *testing.T) string {
	t.Helper()
	var text *string // null is no body
	if r.Request.Body[0] == '{' {
		return string(r.Request.Body)
	}
	decode(t, r.Request.Body, &text)
	if text == nil {
		return ""
	}
	return *text
}

// answersAsRecorded sends the request of a recording and expects its response,
// from the same author.
func answersAsRecorded(t *testing.T, s *Server, name, authorization string) {
	t.Helper()
	want := recorded(t, name)
	got, err := s.Call(t.Context(), want.Request.Method, want.Request.Path, authorization, want.sent(t))
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != want.Response.Status || string(got.Body) != want.Response.Body || got.By != want.AnsweredBy {
		t.Errorf("%s: got %s, want %d %s [%s]", name, got, want.Response.Status, want.Response.Body, want.AnsweredBy)
	}
	for key, value := range want.Response.Headers {
		if got.Header.Get(key) != value {
			t.Errorf("%s: %s is %q, want %q", name, key, got.Header.Get(key), value)
		}
	}
}
