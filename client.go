package tiledesk

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// DefaultBaseURL is where the hosted service answers (documented).
const DefaultBaseURL = "https://api.tiledesk.com/v3"

// Client is a client of the Tiledesk JWT API. It holds the base URL and the
// credentials, never changes after [NewClient] and is safe for concurrent use. The
// methods of one that neither [NewClient] nor [SignIn] made, and those of its nil
// service, are [ErrInvalidArgument].
type Client struct {
	// JWT lists and revokes tokens.
	JWT *JWTService

	authorization func(context.Context) (string, error)                   // a closure, so that no formatter can print what it holds
	renew         func(ctx context.Context, refused string) (bool, error) // nil: the credentials cannot
	known         func() []string                                         // by which its header could be recognized; nil when credentials of the caller give it
	settings      *options
	accepted      *accepted // what the server accepted, shared with the clients of a run
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
func (c *Client) BaseURL() string {
	if c.ready() != nil {
		return ""
	}
	return c.settings.baseURL.String()
}

// WithCredentials returns a client that authorizes with other credentials and shares
// everything else with this one, connections and rate limiter too: one client for
// the server, and one of these for each user or account. It costs no more than the
// struct, and does not touch the network.
//
// Credentials that cannot work are [ErrInvalidArgument].
func (c *Client) WithCredentials(credentials Credentials) (*Client, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	if err := checkCredentials(credentials); err != nil {
		return nil, err
	}
	return newClient(credentials, c.settings), nil
}

// CloseIdleConnections closes the connections that the client keeps for its next
// calls, shared ones of [Client.WithCredentials] included. It leaves the transport of
// a client given to [WithHTTPClient] alone, since others may use it.
func (c *Client) CloseIdleConnections() {
	if c.ready() == nil && c.settings.own != nil {
		c.settings.own.CloseIdleConnections()
	}
}

var errNotMade = invalidArgument("there is no client: one that sends anything is made by NewClient or SignIn, and a Client or JWTService literal is not")

// ready refuses a client that nobody made.
func (c *Client) ready() error {
	if c == nil || c.settings == nil {
		return errNotMade
	}
	return nil
}

// newClient makes a client of checked parts. Clients that share settings share
// connections and rate limiter as well.
func newClient(credentials Credentials, settings *options) *Client {
	c := &Client{settings: settings, accepted: new(accepted)}
	c.authorization = func(ctx context.Context) (string, error) { return authorize(ctx, credentials) }
	if fixed, ok := credentials.(*fixedCredentials); ok {
		c.known = func() []string { return redact.Authorization(fixed.value()) }
	}
	if renewing, ok := credentials.(interface {
		Refused(ctx context.Context, authorization string) (again bool, err error)
	}); ok {
		c.renew = renewing.Refused
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

// accepted is the last authorization that the server accepted: a call under it was
// answered 2xx and read. It lives in a closure, so that nothing that prints a
// struct can print it.
type accepted struct{ last atomic.Pointer[func() string] }

// has reports whether this authorization is the one.
func (a *accepted) has(authorization string) bool {
	last := a.last.Load()
	return last != nil && (*last)() == authorization
}

// note remembers an authorization. It allocates only when there is a new one.
func (a *accepted) note(authorization string) {
	if !a.has(authorization) {
		a.last.Store(kept(authorization))
	}
}

// noteFirst remembers an authorization unless there is one already.
func (a *accepted) noteFirst(authorization string) {
	a.last.CompareAndSwap(nil, kept(authorization))
}

func kept(authorization string) *func() string {
	value := func() string { return authorization }
	return &value
}

// tookBefore reports whether this client knows that the server accepted this very
// authorization before: a call under it was a success.
// Only then does the server's own 401 mean that the token has ended.
func (c *Client) tookBefore(authorization string) bool { return c.accepted.has(authorization) }

const modulePath = "github.com/go-tiledesk/tiledesk"

// version is the module's version as the build recorded it: "v0.1.0" in a
// program that depends on a release, "devel" in this repository.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if module.Path == modulePath && module.Version != "" && module.Version != "(devel)" {
			return module.Version
		}
	}
	return "devel"
})
