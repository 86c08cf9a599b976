package facetest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// TestJWTService_recordings replays every recorded exchange through the client: it must send
// the recorded request, or refuse to, and must make of the answer what it is.
func TestJWTService_recordings(t *testing.T) {
	t.Parallel()
	for _, name := range servertest.RecordingNames(t) {
		if strings.HasPrefix(name, "signin_") || strings.HasPrefix(name, "users_") ||
			strings.HasPrefix(name, "token_") || name == "enforcement_off_token_still_accepted_200" {
			continue // not a route of this service
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replay(t, servertest.ReadRecording(t, name))
		})
	}
}

func replay(t *testing.T, r servertest.Recording) {
	path, query, _ := strings.Cut(r.Request.Path, "?")
	prefix := path[:strings.Index(path, "/jwt/history")]
	sent := 0
	transport := servertest.Step(func(req *http.Request) (*http.Response, error) {
		sent++
		if req.Method != r.Request.Method || req.URL.EscapedPath() != path || !sameQuery(t, req.URL.RawQuery, query) {
			t.Errorf("sent %s %s?%s, recorded %s %s", req.Method, req.URL.EscapedPath(), req.URL.RawQuery, r.Request.Method, r.Request.Path)
		}
		if scheme, _, _ := strings.Cut(req.Header.Get("Authorization"), " "); r.Request.Authorization == "Basic" != (scheme == "Basic") {
			t.Errorf("authorized with %s, recorded %s", scheme, r.Request.Authorization)
		}
		return r.Replay(), nil
	})
	var credentials tiledesk.Credentials = tiledesk.JWTAuth(servertest.Token)
	if r.Request.Authorization == "Basic" {
		credentials = tiledesk.BasicAuth("agent@example.com", "Passw0rd!x")
	}
	client, err := tiledesk.NewClient(credentials, tiledesk.WithBaseURL("https://tiledesk.test"+prefix), servertest.WithTransport(transport), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	err = callAs(t, client, r, strings.TrimPrefix(path, prefix), query)

	want, refused := expectations[r.Name]
	switch {
	case r.Name == "revoke_400_empty_jti":
		if sent != 0 || !errors.Is(err, tiledesk.ErrInvalidArgument) {
			t.Errorf("sent %d requests with error %v, want none and ErrInvalidArgument", sent, err)
		}
		return
	case !refused && err != nil:
		t.Errorf("got %v, want success", err)
	case r.Name == "list_400_malformed_basic": // no sentinel: an *APIError with the server's text
		if err == nil || !strings.Contains(err.Error(), "400 Bad Request") {
			t.Errorf("got %v, want 400 Bad Request", err)
		}
	case refused && !errors.Is(err, want):
		t.Errorf("got %v, want %v", err, want)
	}
	if sent != 1 {
		t.Errorf("sent %d requests, want 1", sent)
	}
	var apiErr *tiledesk.APIError
	if refused && (!errors.As(err, &apiErr) || apiErr.StatusCode != r.Response.Status || string(apiErr.Response.Body) != r.Response.Body) {
		t.Errorf("the typed error has not the recorded status and body: %v", err)
	}
}

// expectations are the recordings that are not successes, and what they are.
var expectations = map[string]error{
	"history_off_list_400":                  tiledesk.ErrHistoryUnavailable,
	"history_off_list_400_no_authorization": tiledesk.ErrHistoryUnavailable,
	"history_off_revoke_id_400":             tiledesk.ErrHistoryUnavailable,
	"history_off_revoke_jti_400":            tiledesk.ErrHistoryUnavailable,
	"list_400_malformed_basic":              new(tiledesk.APIError),
	"list_401_bad_signature":                tiledesk.ErrUnauthorized,
	"list_401_bearer_scheme":                tiledesk.ErrUnauthorized,
	"list_401_no_authorization":             tiledesk.ErrUnauthorized,
	"list_401_own_token_revoked":            tiledesk.ErrUnauthorized,
	"list_401_wrong_password":               tiledesk.ErrUnauthorized,
	"list_403_two_spaces":                   tiledesk.ErrForbidden,
	"proxy_200_html_on_delete":              tiledesk.ErrUnexpectedResponse,
	"proxy_200_html_single_page_app":        tiledesk.ErrUnexpectedResponse,
	"proxy_301_delete_to_https":             tiledesk.ErrRedirected,
	"proxy_302_delete_to_login":             tiledesk.ErrRedirected,
	"proxy_308_delete_to_https":             tiledesk.ErrRedirected,
	"proxy_429_html":                        tiledesk.ErrRateLimited,
	"proxy_502_html":                        tiledesk.ErrServer,
	"proxy_503_retry_after_date":            tiledesk.ErrServer,
	"proxy_503_retry_after_seconds":         tiledesk.ErrServer,
	"revoke_id_404":                         tiledesk.ErrNotFound,
	"revoke_id_500_not_an_object_id":        tiledesk.ErrServer,
	"revoke_jti_404":                        tiledesk.ErrNotFound,
}

func sameQuery(t *testing.T, got, want string) bool {
	t.Helper()
	a, errA := url.ParseQuery(got)
	b, errB := url.ParseQuery(want)
	return errA == nil && errB == nil && reflect.DeepEqual(a, b)
}

// callAs makes the call whose request was recorded.
func callAs(t *testing.T, client *tiledesk.Client, r servertest.Recording, path, query string) error {
	t.Helper()
	ctx := context.Background()
	if r.Request.Method == http.MethodGet {
		page, err := client.JWT.ListHistory(ctx, optionsOf(t, query))
		if err == nil && len(page.Tokens) != strings.Count(r.Response.Body, `"_id"`) {
			t.Errorf("read %d entries of %d", len(page.Tokens), strings.Count(r.Response.Body, `"_id"`))
		}
		return err
	}
	if id, ok := strings.CutPrefix(path, "/jwt/history/id/"); ok {
		_, err := client.JWT.RevokeByID(ctx, id)
		return err
	}
	_, err := client.JWT.RevokeByJTI(ctx, strings.TrimPrefix(path, "/jwt/history/"))
	return err
}

func optionsOf(t *testing.T, query string) *tiledesk.ListHistoryOptions {
	t.Helper()
	switch query {
	case "":
		return nil
	case "page=1":
		return &tiledesk.ListHistoryOptions{Page: 1}
	case "page=2":
		return &tiledesk.ListHistoryOptions{Page: 2}
	case "page=9":
		return &tiledesk.ListHistoryOptions{Page: 9}
	case "sortField=createdAt&direction=1":
		return &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending}
	}
	t.Fatalf("no options for the query %q", query)
	return nil
}
