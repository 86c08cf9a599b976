package tiledesk

import (
	"context"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// DefaultBaseURL is where the hosted service answers (documented).
const DefaultBaseURL = "https://api.tiledesk.com/v3"

// Client is a client of the Tiledesk JWT API. It holds the base URL and the
// credentials, never changes after [NewClient] and is safe for concurrent use.
type Client struct {
	// JWT lists and revokes tokens.
	JWT *JWTService

	authorization func(context.Context) (string, error) // a closure, so that no formatter can print what it holds
	known         func() []string                       // by which its header could be recognized; nil when credentials of the caller give it
	settings      *options
	accepted      *accepted // what the server took, shared with the clients of a run
}

// NewClient returns a client that authorizes its calls with the credentials.
// Without options it talks to [DefaultBaseURL], tries a call up to four times
// and sends at most 200 requests in any minute.
//
// It does not touch the network and never panics. Credentials or options that
// cannot work are [ErrInvalidArgument].
func NewClient(credentials Credentials, opts ...Option) (*Client, error) {
	if err := checkCredentials(credentials); err != nil {
		return nil, err
	}
	settings, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	return newClient(credentials, settings), nil
}

// BaseURL returns the base URL without a slash at the end.
func (c *Client) BaseURL() string { return c.settings.baseURL.String() }

// CloseIdleConnections closes the connections that the client keeps for its next
// calls. It leaves the transport of a client given to [WithHTTPClient] alone,
// since others may use it.
func (c *Client) CloseIdleConnections() {
	if own := c.settings.own; own != nil {
		own.CloseIdleConnections()
	}
}

// newClient makes a client of checked parts. Clients that share settings share
// connections and rate limiter as well.
func newClient(credentials Credentials, settings *options) *Client {
	c := &Client{settings: settings, accepted: new(accepted)}
	c.authorization = func(ctx context.Context) (string, error) { return authorize(ctx, credentials) }
	if fixed, ok := credentials.(*fixedCredentials); ok {
		c.known = func() []string { return redact.Authorization(fixed.value()) }
	}
	c.JWT = &JWTService{client: c}
	return c
}

// secrets are what no text of a request may show for which the credentials were
// not asked yet.
func (c *Client) secrets(r request) *redact.Secrets {
	texts := append([]string{r.identifier}, r.inBody...)
	if c.known != nil {
		texts = append(texts, c.known()...)
	}
	return redact.New(texts...)
}
