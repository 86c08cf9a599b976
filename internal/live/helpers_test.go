//go:build live

package live

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

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
	UserID    string `json:"id_user"`
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
