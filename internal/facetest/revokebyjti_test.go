package facetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// What counts as a revocation is the matter of internal/wire. Here is what its
// verdicts become, by either route. JTI and ID stand for the token.
func TestRevokeByJTI_answers(t *testing.T) {
	t.Parallel()
	reported := errors.New("an *APIError of no kind")
	for name, test := range map[string]struct {
		status  int
		body    string
		want    error
		message string
	}{
		"nothing":            {200, "", nil, ""},
		"204":                {204, "", nil, ""},
		"success":            {200, `{"success":true}`, nil, ""},
		"the document":       {200, ` {"_id":"ID","jti":"JTI","status":-1} `, nil, ""},
		"null":               {200, "null", tiledesk.ErrNotFound, ""},
		"none in the result": {200, `{"n":0,"ok":1}`, tiledesk.ErrNotFound, ""},
		"null with 202":      {202, "null", tiledesk.ErrNotFound, ""},
		"a failure":          {200, `{"success":false,"msg":"Object not found."}`, reported, "Object not found."},
		"a failure with 202": {202, `{"success":false,"msg":"Try later."}`, reported, "Try later."},
		"a success with 202": {202, `{"success":true}`, tiledesk.ErrUnexpectedResponse, ""},
		"HTML":               {200, "<!DOCTYPE html><title>Dashboard</title>", tiledesk.ErrUnexpectedResponse, ""},
		"a list":             {200, `{"perPage":40,"count":0,"jwts":[]}`, tiledesk.ErrUnexpectedResponse, ""},
		"another's document": {200, `{"_id":"6b02c254b4f8164bc2ae64ff","jti":"another"}`, tiledesk.ErrUnexpectedResponse, ""},
	} {
		for by, revoke := range servertest.BothRevocations {
			t.Run(name+", by "+by, func(t *testing.T) {
				t.Parallel()
				body := strings.NewReplacer("JTI", servertest.JTI, "ID", servertest.ID).Replace(test.body)
				transport := servertest.Answering(servertest.Reply(test.status, body))
				resp, err := revoke.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
				transport.Sent(t, 1, "DELETE", revoke.Path)
				if (resp == nil) == (err == nil) || (err == nil) != (test.want == nil) {
					t.Fatalf("got response %v and error %v, want one of them and %v", resp, err, test.want)
				}
				if err == nil {
					if string(resp.Body) != body || resp.StatusCode != test.status {
						t.Errorf("the response is %v", resp)
					}
					return
				}
				if apiErr := servertest.APIErrorOf(t, err, test.status, 1); apiErr.Message != test.message {
					t.Errorf("the message is %q, want %q", apiErr.Message, test.message)
				}
				for _, kind := range []error{tiledesk.ErrNotFound, tiledesk.ErrUnexpectedResponse} {
					if is := errors.Is(err, kind); is != (test.want == kind) {
						t.Errorf("got %v; is it %v: %t", err, kind, is)
					}
				}
			})
		}
	}
}
