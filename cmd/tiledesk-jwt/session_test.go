package main

import (
	"bytes"
	"context"
	"testing"
)

// testEnv is a getenv of fixed variables.
func testEnv(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// A question before a revocation names the server and the account.
func TestSession_where(t *testing.T) {
	t.Parallel()
	const url = "https://chat.example.com/api"
	ofUser := "eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIiwiX2lkIjoidTEifQ.c2lnbmF0dXJl"
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"TILEDESK_EMAIL": "agent@example.com", "TILEDESK_PASSWORD": "x"}, url + ", account agent@example.com"},
		{map[string]string{"TILEDESK_TOKEN": ofUser}, url + ", account u1"},
		{map[string]string{"TILEDESK_TOKEN": sample}, url + ", account unknown"},
	} {
		c.env["TILEDESK_BASE_URL"] = url + "/"
		a, _ := testApp(new(bytes.Buffer))
		a.getenv = testEnv(c.env)
		s, err := a.connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.where(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
