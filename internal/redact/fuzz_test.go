package redact_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// maxMessage is how many characters of a text an error shows.
const maxMessage = 300

// refusals gives the error of a revocation that is answered like that; nil where
// the answer is a success.
func refusals(f *testing.F) func(status int, header http.Header, body []byte) error {
	f.Helper()
	var answer *http.Response
	client := servertest.NewClientWith(f, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
		return answer, nil
	}, tiledesk.WithBaseURL(servertest.URL), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	return func(status int, header http.Header, body []byte) error {
		answer = servertest.Answer(status, string(body))
		answer.Header = header
		_, err := client.JWT.RevokeByJTI(context.Background(), servertest.JTI)
		return err
	}
}

// FuzzErrorMessage tells what an answer says, fit for a terminal and without what
// the request held.
func FuzzErrorMessage(f *testing.F) {
	for _, name := range servertest.RecordingNames(f) {
		r := servertest.ReadRecording(f, name).Response
		f.Add(r.Status, r.Headers["content-type"], []byte(r.Body))
	}
	for _, seed := range []string{
		"", "Unauthorized", `{"msg":"a"}`, `{"message":{"msg":"a"}}`, `{"error":{"err":"a"}}`, `{"errors":[{"param":"p","msg":"m","value":"v"},"x",1]}`,
		"<html><title>502 Bad &amp; Gateway</title>", "<title>", "<TITLE>x</title", "Ⱥ<title>Ⱥ</title>", "\xff\xfe\x00", "JWT " + servertest.Token, `"text"`, "\u202etext",
	} {
		f.Add(502, "text/html", []byte(seed))
		f.Add(400, "", []byte(seed))
	}
	refusal := refusals(f)
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		var e *tiledesk.APIError
		if err := refusal(status, http.Header{"Content-Type": {contentType}}, body); !errors.As(err, &e) {
			return
		}
		text := e.Error()
		switch {
		case !utf8.ValidString(text):
			t.Fatalf("the text is not UTF-8: %q", text)
		case strings.ContainsFunc(text, unicode.IsControl):
			t.Fatalf("the text has control characters: %q", text)
		case utf8.RuneCountInString(e.Message) > maxMessage:
			t.Fatalf("the message has %d characters", utf8.RuneCountInString(e.Message))
		case strings.Contains(undone(text), servertest.Token), strings.Contains(undone(text), servertest.JTI):
			t.Fatalf("the text shows a secret: %q", text)
		}
		for _, field := range e.Fields {
			if strings.Contains(field.Field+field.Message, servertest.Token) {
				t.Fatalf("a field shows a secret: %q", field)
			}
		}
	})
}

// FuzzRedirect tells where a redirect points to, and nothing that it hides there.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		"", "/", "/login?next=/jwt/history/" + servertest.JTI, "//other.test/", "https://user:s3cret@other.test/a", "http://tiledesk.test:80/", "%zz", ":", "\x1b[2J",
		"https://" + servertest.Token + ".test/", "https://\u202etset.rehto/", "javascript:alert(1)", "https://[::1", "https://x.test\\@y.test/",
	} {
		f.Add(seed)
	}
	refusal := refusals(f)
	f.Fuzz(func(t *testing.T, location string) {
		err := refusal(http.StatusFound, http.Header{"Location": {location}}, nil)
		if !errors.Is(err, tiledesk.ErrRedirected) {
			t.Fatalf("got %v, want ErrRedirected", err)
		}
		text := err.Error()
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || len(text) > 4*maxMessage+200 {
			t.Fatalf("the text is not fit for a terminal: %q", text)
		}
		if strings.Contains(text, servertest.JTI) || strings.Contains(text, servertest.Token) || strings.Contains(text, "s3cret") && strings.Contains(location, ":s3cret@") {
			t.Fatalf("the text shows a secret: %q", text)
		}
	})
}
