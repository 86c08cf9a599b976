package facetest

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// What lists and revocations may look like is the matter of internal/wire. Here is
// what its values become.

// listing asks a server with that one answer for a list.
func listing(t *testing.T, status int, body string, header ...string) (*tiledesk.HistoryPage, error) {
	t.Helper()
	transport := servertest.Answering(servertest.Reply(status, body, header...))
	page, err := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)).JWT.ListHistory(t.Context(), nil)
	transport.Sent(t, 1, "GET", servertest.ListPath)
	if (page == nil) == (err == nil) {
		t.Fatalf("got page %v and error %v, want one of them", page, err)
	}
	return page, err
}

func TestListHistory_pages(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]tiledesk.HistoryPage{
		`{"perPage":40,"count":95,"jwts":[{"_id":"a","jti":"x"},{"_id":"b"}]}`: {PerPage: 40, Count: 95, Tokens: []*tiledesk.Token{
			{ID: "a", JTI: "x", Raw: []byte(`{"_id":"a","jti":"x"}`)}, {ID: "b", Raw: []byte(`{"_id":"b"}`)},
		}},
		` [null] `:                 {},
		`[]`:                       {Count: -1, Tokens: []*tiledesk.Token{}},
		`[{"_id":"a"}]`:            {Count: -1, Tokens: []*tiledesk.Token{{ID: "a", Raw: []byte(`{"_id":"a"}`)}}},
		`{"jwts":[],"count":null}`: {Count: -1, Tokens: []*tiledesk.Token{}},
	} {
		page, err := listing(t, 200, body)
		if want.Tokens == nil {
			if !errors.Is(err, tiledesk.ErrUnexpectedResponse) {
				t.Errorf("%s: got %v, want ErrUnexpectedResponse", body, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if page.PerPage != want.PerPage || page.Count != want.Count || !reflect.DeepEqual(page.Tokens, want.Tokens) {
			t.Errorf("%s: got %+v", body, *page)
		}
		if string(page.Response.Body) != body || page.Response.StatusCode != 200 || page.Response.Attempts != 1 {
			t.Errorf("%s: the response is %v", body, page.Response)
		}
	}
}

func TestListHistory_contentTypeDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"", "text/html", "text/plain; charset=utf-8", "application/octet-stream"} {
		page, err := listing(t, 200, `[{"_id":"a"}]`, "Content-Type", contentType)
		if err != nil || len(page.Tokens) != 1 {
			t.Errorf("%q: got %v, %v, want one entry", contentType, page, err)
		}
	}
}

func TestListHistory_refuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status  int
		body    string
		kind    error // nil: an *APIError of no kind
		message string
	}{
		"nothing":               {200, "", tiledesk.ErrUnexpectedResponse, ""},
		"HTML":                  {200, "<!doctype html><title>Dashboard</title>", tiledesk.ErrUnexpectedResponse, ""},
		"text in quotes":        {200, `"hello"`, tiledesk.ErrUnexpectedResponse, "hello"},
		"a part of a list":      {206, `[]`, tiledesk.ErrUnexpectedResponse, ""},
		"a failure":             {200, `{"success":false,"msg":"No way."}`, nil, "No way."},
		"a failure with a list": {200, `{"errors":[{"param":"page","msg":"bad"}],"jwts":[]}`, nil, "page: bad"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := listing(t, test.status, test.body)
			apiErr := servertest.APIErrorOf(t, err, test.status, 1)
			if test.kind != nil && !errors.Is(err, test.kind) || test.kind == nil && errors.Is(err, tiledesk.ErrUnexpectedResponse) {
				t.Errorf("got %v, want %v", err, test.kind)
			}
			if apiErr.Message != test.message || string(apiErr.Response.Body) != test.body {
				t.Errorf("got message %q and %d bytes, want %q and the whole body", apiErr.Message, len(apiErr.Response.Body), test.message)
			}
			client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(test.status, test.body)))
			if accepts, err := client.JWT.Accepts(t.Context(), servertest.Token); accepts || err == nil {
				t.Errorf("Accepts says %v, %v", accepts, err)
			}
		})
	}
}

func TestAPIError_fields(t *testing.T) {
	t.Parallel()
	replay := servertest.ReadRecording(t, "signin_422_validation").Replay()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) { return replay, nil })
	_, err := client.JWT.ListHistory(t.Context(), nil)
	want := []tiledesk.FieldError{{Field: "email", Message: "Invalid value"}}
	if apiErr := servertest.APIErrorOf(t, err, 422, 1); !reflect.DeepEqual(apiErr.Fields, want) || apiErr.Message != "email: Invalid value" {
		t.Errorf("got %q and the fields %+v, want %+v", apiErr.Message, apiErr.Fields, want)
	}
}
