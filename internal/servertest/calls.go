package servertest

import (
	"context"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// BothCalls are a list and a revocation; the retries treat them alike.
var BothCalls = map[string]struct {
	Method, Path string
	Success      string
	Run          func(t *testing.T, c *tiledesk.Client) error
}{
	"list": {"GET", ListPath, "[]", func(t *testing.T, c *tiledesk.Client) error {
		_, err := c.JWT.ListHistory(t.Context(), nil)
		return err
	}},
	"revoke": {"DELETE", ListPath + "/" + JTI, "{}", func(t *testing.T, c *tiledesk.Client) error {
		_, err := c.JWT.RevokeByJTI(t.Context(), JTI)
		return err
	}},
}

// Call is a call of the service with something valid.
type Call struct {
	Route string // method and template
	OK    string // an answer that is a success
	Run   func(context.Context, *tiledesk.Client) error
}

// Calls are the calls of the service. A new one goes through the tests of all calls,
// for secrets, redirects, retries and credentials, by standing here.
var Calls = map[string]Call{
	"listing": {"GET /jwt/history", `{"perPage":40,"count":1,"jwts":[{"_id":"6b02c254b4f8164bc2ae64b3","jti":"j1"}]}`, func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.ListHistory(ctx, nil)
		return err
	}},
	"revoking by jti": {"DELETE /jwt/history/:jti", `{"success":true}`, func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.RevokeByJTI(ctx, JTI)
		return err
	}},
	"revoking by id": {"DELETE /jwt/history/id/:id", `{"success":true}`, func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.RevokeByID(ctx, ID)
		return err
	}},
}

// successOf is the answer to a request that is a success: that of the call with the
// longest route that it is for, since an identifier can have slashes in it.
func successOf(method, path string) string {
	longest := Call{OK: `{"success":true}`}
	for _, call := range Calls {
		prefix, _, _ := strings.Cut(call.Route, ":")
		_, prefix, _ = strings.Cut(prefix, " ")
		if strings.HasPrefix(call.Route, method+" ") && strings.Contains(path, prefix) && len(call.Route) > len(longest.Route) {
			longest = call
		}
	}
	return longest.OK
}

// BothRevocations are the two ways to revoke one token.
var BothRevocations = map[string]struct {
	Path string
	Run  func(t *testing.T, c *tiledesk.Client) (*tiledesk.Response, error)
}{
	"jti": {ListPath + "/" + JTI, func(t *testing.T, c *tiledesk.Client) (*tiledesk.Response, error) {
		return c.JWT.RevokeByJTI(t.Context(), JTI)
	}},
	"id": {ListPath + "/id/" + ID, func(t *testing.T, c *tiledesk.Client) (*tiledesk.Response, error) {
		return c.JWT.RevokeByID(t.Context(), ID)
	}},
}
