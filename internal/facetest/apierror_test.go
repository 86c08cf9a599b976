package facetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

var sentinels = []error{
	tiledesk.ErrInvalidArgument, tiledesk.ErrUnauthorized, tiledesk.ErrForbidden, tiledesk.ErrNotFound, tiledesk.ErrRateLimited, tiledesk.ErrServer, tiledesk.ErrHistoryUnavailable,
	tiledesk.ErrRedirected, tiledesk.ErrUnexpectedResponse, tiledesk.ErrResponseTooLarge, tiledesk.ErrIncompleteHistory,
}

// Each status is what it is and nothing else, for every call.
func TestAPIError_isWhatTheStatusSays(t *testing.T) {
	t.Parallel()
	tests := map[int]error{
		400: nil, 401: tiledesk.ErrUnauthorized, 402: nil, 403: tiledesk.ErrForbidden, 404: tiledesk.ErrNotFound, 405: nil, 408: nil, 409: nil, 410: nil, 422: nil,
		429: tiledesk.ErrRateLimited, 499: nil, 500: tiledesk.ErrServer, 501: tiledesk.ErrServer, 502: tiledesk.ErrServer, 503: tiledesk.ErrServer, 504: tiledesk.ErrServer, 599: tiledesk.ErrServer,
		300: tiledesk.ErrRedirected, 304: tiledesk.ErrRedirected, 308: tiledesk.ErrRedirected,
	}
	for status, want := range tests {
		for call, do := range servertest.Calls {
			t.Run(fmt.Sprintf("%d to %s", status, call), func(t *testing.T) {
				t.Parallel()
				client := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}), servertest.WithTransport(servertest.Reply(status, `{"msg":"because"}`, "Retry-After", "7", "X-Request-Id", "r1")))
				err := do.Run(t.Context(), client)
				var apiErr *tiledesk.APIError
				if !errors.As(err, &apiErr) {
					t.Fatalf("got %v, want an *APIError", err)
				}
				for _, sentinel := range sentinels {
					if got := errors.Is(err, sentinel); got != (sentinel == want) {
						t.Errorf("errors.Is(err, %q) is %t", sentinel, got)
					}
				}
				if apiErr.StatusCode != status || apiErr.Message != "because" || apiErr.Attempts != 1 || apiErr.RetryAfter != 7*time.Second {
					t.Errorf("the fields are %d, %q, %d, %s", apiErr.StatusCode, apiErr.Message, apiErr.Attempts, apiErr.RetryAfter)
				}
				if r := apiErr.Response; r == nil || r.StatusCode != status || r.Header.Get("X-Request-Id") != "r1" || string(r.Body) != `{"msg":"because"}` || r.Attempts != 1 {
					t.Error("the response is not the one that came")
				}
				if prefix := fmt.Sprintf("tiledesk: %s: %d", do.Route, status); apiErr.Method+" "+apiErr.Route != do.Route || !strings.HasPrefix(err.Error(), prefix) {
					t.Errorf("%q does not begin with %q", err, prefix)
				}
			})
		}
	}
}

func TestAPIError_texts(t *testing.T) {
	t.Parallel()
	bearer := servertest.Always("Bearer of-a-gateway")
	tests := map[string]struct {
		credentials  tiledesk.Credentials
		status       int
		body, header string
		jti          string
		is           error
		want         string
	}{
		"401 with Basic":              {credentials: tiledesk.BasicAuth("a@b.c", "password"), status: 401, body: "Unauthorized", is: tiledesk.ErrUnauthorized, want: "tiledesk: DELETE /jwt/history/:jti: 401 Unauthorized: the server refused the Basic credentials: check email and password"},
		"401 with a token":            {credentials: tiledesk.JWTAuth(servertest.Token), status: 401, body: "Unauthorized", is: tiledesk.ErrUnauthorized, want: "tiledesk: DELETE /jwt/history/:jti: 401 Unauthorized: the server refused the JWT: it may be revoked, expired, truncated or signed for another server"},
		"401 with custom credentials": {credentials: bearer, status: 401, body: "Unauthorized", is: tiledesk.ErrUnauthorized, want: "tiledesk: DELETE /jwt/history/:jti: 401 Unauthorized: the server refused the authorization that the credentials gave"},
		"401 with words":              {credentials: bearer, status: 401, body: `{"msg":"No."}`, is: tiledesk.ErrUnauthorized, want: "tiledesk: DELETE /jwt/history/:jti: 401 Unauthorized: No.: this is not the answer of the Tiledesk server: a proxy or gateway in front of it refused, and nothing is known about the authorization that the credentials gave: check the base URL and what the proxy asks for"},
		"401 of a gateway, a token":   {credentials: tiledesk.JWTAuth(servertest.Token), status: 401, body: "<title>Log in</title>", is: tiledesk.ErrUnauthorized, want: "nothing is known about the token: treat it as still valid"},
		"401 of a gateway, Basic":     {credentials: tiledesk.BasicAuth("a@b.c", "password"), status: 401, body: `{"message":"Unauthorized"}`, is: tiledesk.ErrUnauthorized, want: "nothing is known about email and password"},
		"403":                         {status: 403, body: `{"success":false,"msg":"Unauthorized."}`, is: tiledesk.ErrForbidden, want: "tiledesk: DELETE /jwt/history/:jti: 403 Forbidden: Unauthorized."},
		"500 without words":           {status: 500, is: tiledesk.ErrServer, want: "tiledesk: DELETE /jwt/history/:jti: 500 Internal Server Error"},
		"a status without a name":     {status: 599, body: "Oops", is: tiledesk.ErrServer, want: "tiledesk: DELETE /jwt/history/:jti: 599: Oops"},
		"words that repeat the name":  {status: 404, body: "not found", is: tiledesk.ErrNotFound, want: "tiledesk: DELETE /jwt/history/:jti: 404 Not Found"},
		"no history module":           {status: 400, body: `{"error":"Invalid project id: jwt"}`, is: tiledesk.ErrHistoryUnavailable, want: "history module (@tiledesk-ent/tiledesk-server-jwthistory): its administrator has to install it"},
		"no history module, jti jwt":  {status: 400, body: `{"error":"Invalid project id: jwt"}`, jti: "jwt", is: tiledesk.ErrHistoryUnavailable, want: "history module"},
		"another project":             {status: 400, body: `{"error":"Invalid project id: 42"}`, want: "tiledesk: DELETE /jwt/history/:jti: 400 Bad Request: Invalid project id: 42"},
		"that text with another code": {status: 500, body: `{"error":"Invalid project id: jwt"}`, is: tiledesk.ErrServer, want: "tiledesk: DELETE /jwt/history/:jti: 500 Internal Server Error: Invalid project id: jwt"},
		"the jti in the words":        {status: 404, body: `{"msg":"token 0815-4711 not found"}`, jti: "0815-4711", is: tiledesk.ErrNotFound, want: "tiledesk: DELETE /jwt/history/:jti: 404 Not Found: token [redacted] not found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credentials, jti := tt.credentials, tt.jti
			if credentials == nil {
				credentials = tiledesk.JWTAuth(servertest.Token)
			}
			if jti == "" {
				jti = "2e5e5e9b-8a3b-4975-83e2-35ea216c468b"
			}
			client, err := tiledesk.NewClient(credentials, servertest.WithTransport(servertest.Reply(tt.status, tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.JWT.RevokeByJTI(t.Context(), jti)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("got %v, want %v", err, tt.is)
			}
			if got := err.Error(); got != tt.want && (strings.HasPrefix(tt.want, "tiledesk:") || !strings.Contains(got, tt.want)) {
				t.Errorf("the text is\n%s, want\n%s", got, tt.want)
			}
			if tt.is != tiledesk.ErrHistoryUnavailable && errors.Is(err, tiledesk.ErrHistoryUnavailable) {
				t.Error("it is not ErrHistoryUnavailable")
			}
		})
	}
}

// The text of an answer that broke off is one sentence, not one error in another.
func TestAPIError_cutShort(t *testing.T) {
	t.Parallel()
	server := servertest.NewLoopback(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"msg":"No`))
	})
	_, err := servertest.NewClient(t, server.URL).JWT.ListHistory(t.Context(), nil)
	want := "tiledesk: GET /jwt/history: 403 Forbidden: the answer was truncated: unexpected EOF"
	if err == nil || err.Error() != want || !errors.Is(err, tiledesk.ErrForbidden) {
		t.Errorf("got %v, want %s", err, want)
	}
	server.Only(t)
}

// An *APIError as JSON has what a log needs, and no body.
func TestAPIError_asJSON(t *testing.T) {
	t.Parallel()
	err := &tiledesk.APIError{StatusCode: 422, Message: "No.", Fields: []tiledesk.FieldError{{Field: "email", Message: "Invalid"}}, Method: "GET", Route: "/jwt/history", Attempts: 1, Response: &tiledesk.Response{Body: []byte("s3cret")}}
	text, failed := json.Marshal(err)
	if failed != nil || !strings.Contains(string(text), `"Message":"No."`) || strings.Contains(string(text), "s3cret") {
		t.Errorf("got %s, %v", text, failed)
	}
}

// A transport's error stays reachable, and the text is one line without the URL.
func TestErrNoAnswer_ofABrokenConnection(t *testing.T) {
	t.Parallel()
	cause := errors.New("the cable\nis out")
	client := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}), servertest.WithTransport(servertest.Step(
		func(*http.Request) (*http.Response, error) { return nil, cause })))
	_, err := client.JWT.RevokeByID(context.Background(), "6b02c254b4f8164bc2ae64b3")
	if !errors.Is(err, cause) || err.Error() != "tiledesk: DELETE /jwt/history/id/:id: no answer: the cable is out" {
		t.Errorf("got %v", err)
	}
	var apiErr *tiledesk.APIError
	if errors.As(err, &apiErr) {
		t.Error("an *APIError without an answer")
	}
	for _, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			t.Errorf("it is %v", sentinel)
		}
	}
	if !errors.Is(err, tiledesk.ErrNoAnswer) {
		t.Error("it is not ErrNoAnswer")
	}
}

// ErrNoAnswer is about requests that were sent: what answered, and what never
// left, is not that.
func TestErrNoAnswer_onlyWhereARequestWasSent(t *testing.T) {
	t.Parallel()
	answered := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}), servertest.WithTransport(servertest.Step(
		func(*http.Request) (*http.Response, error) { return servertest.Answer(500, ""), nil })))
	unsent := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithRateLimiter(refusingLimiter{}), servertest.WithTransport(servertest.Step(
		func(*http.Request) (*http.Response, error) {
			t.Error("a request left")
			return nil, errors.New("never")
		})))
	for name, client := range map[string]*tiledesk.Client{"answered": answered, "not sent": unsent} {
		if _, err := client.JWT.RevokeByJTI(context.Background(), "a"); err == nil || errors.Is(err, tiledesk.ErrNoAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
