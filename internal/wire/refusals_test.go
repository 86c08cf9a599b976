package wire_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

func TestSaysUnauthorized(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"Unauthorized": true, "": false, "unauthorized": false, "Unauthorized\n": false, " Unauthorized": false, "Unauthorized.": false,
		`"Unauthorized"`: false, `{"message":"Unauthorized"}`: false, "\xef\xbb\xbfUnauthorized": false, "<title>Unauthorized</title>": false,
	} {
		if got := wire.SaysUnauthorized(whole(401, body)); got != want {
			t.Errorf("%q: %t", body, got)
		}
	}
	if wire.SaysUnauthorized(wire.Answer{Status: 401, Body: []byte("Unauthorized")}) {
		t.Error("what may begin another text counts")
	}
}

// The API's word that a token is not there names no token, holds no list, and has no
// other status in it.
func TestSaysNotFound(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"success":false,"msg":"Object not found."}`:           true,
		`{"success":false}`:                                     true,
		"\xef\xbb\xbf" + `{"success":false}`:                    true,
		`{"success":false,"status":404}`:                        true,
		`{"success":false,"n":0}`:                               true,
		`{"success":false,"code":"NOT_FOUND"}`:                  true,
		`{"success":false,"status":500,"message":"down"}`:       false,
		`{"success":false,"statusCode":"502","message":"down"}`: false,
		`{"success":false,"n":1}`:                               false,
		`{"success":false,"_id":"a"}`:                           false,
		`{"success":false,"jwts":[]}`:                           false,
		`{"success":true,"msg":"Object not found."}`:            false,
		`{"success":true,"success":false}`:                      false,
		`{"msg":"Object not found."}`:                           false,
		`{"message":"no Route matched with those values"}`:      false,
		`{"error":"not found"}`:                                 false,
		`{}`:                                                    false,
		`null`:                                                  false,
		`[{"success":false}]`:                                   false,
		`"Object not found."`:                                   false,
		`{"success":false`:                                      false,
		"":                                                      false,
		"Not Found":                                             false,
		"<title>404</title>":                                    false,
	} {
		if got := wire.SaysNotFound(whole(404, body)); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

func TestSaysFailure(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"success":false,"msg":"Authentication failed. Wrong password."}`: true,
		`{"success":false}`:                true,
		`{"success":false,"status":500}`:   true,
		`{"success":true}`:                 false,
		`{"success":true,"success":false}`: false,
		`{"success":false,"success":true}`: false,
		`{"msg":"no"}`:                     false,
		`{"error":"no"}`:                   false,
		`[]`:                               false,
		`false`:                            false,
		`{"success":false`:                 false,
		"":                                 false,
		"Unauthorized":                     false,
	} {
		if got := wire.SaysFailure(whole(401, body)); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

// The token is the last member of that name, and text.
func TestReadSignIn(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		token string
		kind  wire.Kind
	}{
		`{"success":true,"token":"JWT a.b.c"}`: {"JWT a.b.c", revoked},
		"\xef\xbb\xbf" + `{"token":"a"}`:       {"a", revoked},
		`{"token":"a","token":"b"}`:            {"b", revoked},
		`{"token":""}`:                         {"", revoked},
		`{"token":"a","token":1}`:              {"", wire.Unexpected},
		`{"token":null}`:                       {"", wire.Unexpected},
		`{"token":{"token":"a"}}`:              {"", wire.Unexpected},
		`{"success":true}`:                     {"", wire.Unexpected},
		`{"Token":"a"}`:                        {"", wire.Unexpected},
		`[{"token":"a"}]`:                      {"", wire.Unexpected},
		`"a"`:                                  {"", wire.Unexpected},
		"":                                     {"", wire.Unexpected},
		"<html>":                               {"", wire.Unexpected},
		`{"token":"a"`:                         {"", wire.Unexpected},
		`{"success":false,"token":"a"}`:        {"", wire.Reported},
		`{"error":"no","token":"a"}`:           {"", wire.Reported},
		`{"statusCode":500,"message":"down"}`:  {"", wire.Reported},
	} {
		token, fault := wire.ReadSignIn([]byte(body))
		if token != want.token || kindOf(fault) != want.kind {
			t.Errorf("%s: got %q and %+v, want %q and %d", body, token, fault, want.token, want.kind)
		}
	}
	for body, advice := range map[string]string{"": "is empty", " \n": "is empty", " <html>": "HTML", "Hello": "not JSON"} {
		if _, fault := wire.ReadSignIn([]byte(body)); fault == nil || !strings.Contains(fault.Advice, advice) {
			t.Errorf("%q: got %+v, want %q", body, fault, advice)
		}
	}
	if fault := wire.NoToken(); fault.Kind != wire.Unexpected || fault.Advice == "" {
		t.Errorf("got %+v", fault)
	}
}
