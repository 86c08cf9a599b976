package servertest

import (
	"context"
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

// Calls are the calls of the service, each with something valid.
var Calls = map[string]func(context.Context, *tiledesk.Client) error{
	"listing": func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.ListHistory(ctx, nil)
		return err
	},
	"revoking by jti": func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.RevokeByJTI(ctx, JTI)
		return err
	},
	"revoking by id": func(ctx context.Context, c *tiledesk.Client) error {
		_, err := c.JWT.RevokeByID(ctx, ID)
		return err
	},
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
