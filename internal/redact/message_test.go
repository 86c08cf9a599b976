package redact_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// The words of a server are fit for a terminal and short, the body is whole.
func TestAPIError_messageIsCleaned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"bare text with white space":    {body: "\r\n  Bad \t\n Request  \n", want: "Bad Request"},
		"control characters":            {body: `{"msg":"a\u0000b\u001b[31mc\u007fd\u0085e\nf"}`, want: "a b [31mc d e f"},
		"characters that only show off": {body: "{\"msg\":\"a\u202eb\u2066c\u200bd\ufeffe\u00adf\"}", want: "abcdef"},
		"line and paragraph separators": {body: "a\u2028b\u2029c", want: "a b c"},
		"invalid UTF-8":                 {body: "a\xffb\xc3", want: "a\ufffdb\ufffd"},
		"more of it":                    {body: "a\xff\xfe\xfdb", want: "a\ufffdb"},
		"invalid UTF-8 in JSON":         {body: "{\"msg\":\"a\xffb\"}", want: "a\ufffdb"},
		"300 characters":                {body: strings.Repeat("ü", 300), want: strings.Repeat("ü", 300)},
		"301 characters":                {body: strings.Repeat("ü", 301), want: strings.Repeat("ü", 299) + "…"},
		"a megabyte":                    {body: strings.Repeat("x", 1<<20), want: strings.Repeat("x", 299) + "…"},
		"a page of secrets":             {body: "<html><title>Oops</title>s3cret</html>", want: "Oops"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servertest.NewLoopback(t, servertest.AnswerWith(422, tt.body))
			_, err := servertest.NewClient(t, server.URL).JWT.ListHistory(t.Context(), nil)
			apiErr := servertest.APIErrorOf(t, err, 422, 1)
			if apiErr.Message != tt.want {
				t.Errorf("the message is %q, want %q", apiErr.Message, tt.want)
			}
			if utf8.RuneCountInString(apiErr.Message) > maxMessage || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells too much: %v", err)
			}
			if string(apiErr.Response.Body) != tt.body {
				t.Errorf("the response has not the whole body: %q", apiErr.Response.Body)
			}
		})
	}
}

// A hostile answer costs no more than its length.
func TestAPIError_hostileMessages(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{ // those that cost something to clean
		"a million errors":                      `{"errors":[` + strings.Repeat(`{"msg":"m","param":"p"},`, 500_000) + `{}]}`,
		"tokens that begin and begin":           strings.Repeat("eyJ", 4<<20),
		"tokens of endless parts":               strings.Repeat("eyJa.", 2<<20),
		"spaces, and something at the very end": strings.Repeat(" ", 8<<20) + "x" + strings.Repeat(" ", 4<<20) + "y",
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(400, body)))
			_, err := client.JWT.ListHistory(t.Context(), nil)
			var apiErr *tiledesk.APIError
			if !errors.As(err, &apiErr) || len(apiErr.Fields) > 100 {
				t.Errorf("got %v", err)
			}
		})
	}
}
