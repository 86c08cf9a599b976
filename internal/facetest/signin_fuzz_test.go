package facetest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// FuzzSignIn reads the reply to a sign-in: what it takes for a token fits into a
// header as it is.
func FuzzSignIn(f *testing.F) {
	for _, name := range servertest.RecordingNames(f) {
		f.Add([]byte(servertest.ReadRecording(f, name).Response.Body))
	}
	for _, seed := range []string{
		`{"success":true,"token":"JWT ` + servertest.Token + `"}`, `{"token":"a\u0000b"}`, `{"token":"a\r\nX: y"}`, `{"token":1}`, `{"token":""}`,
		`{"token":"a","token":"b c"}`, `{"success":false,"token":"a"}`, `[{"token":"a"}]`, `{"token":"Bearer a"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var sent string
		transport := servertest.Step(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return servertest.Answer(200, string(body)), nil
			}
			sent = r.Header.Get("Authorization")
			return servertest.Answer(200, "[]"), nil
		})
		client, err := tiledesk.SignIn(context.Background(), servertest.Email, servertest.Password, servertest.WithTransport(transport), tiledesk.WithRateLimiter(nil))
		if (client == nil) == (err == nil) {
			t.Fatalf("got %v and %v", client, err)
		}
		if err != nil {
			return
		}
		_, err = client.JWT.ListHistory(context.Background(), nil)
		token, ok := strings.CutPrefix(sent, "JWT ")
		if err != nil || !ok || token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("the token makes the header %q, %v", sent, err)
		}
	})
}
