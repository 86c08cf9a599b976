package tiledesk

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/baseurl"
	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

const (
	defaultAttemptTimeout = 30 * time.Second
)

// Option changes what [NewClient] builds. A nil Option changes nothing.
type Option func(*options) error

// options is what the options write into; it never changes once a client has it.
type options struct {
	baseURL      *url.URL
	insecureHTTP bool
	sortAlias    bool
	userAgent    string
	logger       *slog.Logger  // nil: silent
	observe      func(Attempt) // nil: nobody wants to know
	paced        func(Attempt) // the limiter's own ear; nil: it has none

	attempts       transport.Client // its RoundTripper is nil until all options are known
	own            *http.Transport  // the built-in one; nil where the caller gave another
	layers         []func(http.RoundTripper) http.RoundTripper
	attemptTimeout time.Duration // 0: that of the caller's http.Client, or the default

	listing paging.Limits // of one walk through the history
}

func newOptions(opts []Option) (*options, error) {
	o := &options{
		userAgent: defaultUserAgent(),
		attempts: transport.Client{
			Retry:          transport.DefaultPolicy(),
			Limit:          defaultLimit(),
			AttemptTimeout: defaultAttemptTimeout,
		},
		listing: paging.Limits{Pages: maxListedPages, Bytes: maxListed},
	}
	for _, option := range append([]Option{WithBaseURL(DefaultBaseURL)}, opts...) {
		if option == nil {
			continue
		}
		if err := option(o); err != nil {
			return nil, err
		}
	}
	return o, o.finish()
}

// finish does what two options decide together, since they come in any order.
func (o *options) finish() error {
	if err := baseurl.CheckSecurity(o.baseURL, o.insecureHTTP); err != nil {
		return invalidArgument("%w", err)
	}
	if o.attempts.RoundTripper == nil {
		o.own = transport.New(baseurl.IsLoopback(o.baseURL.Hostname()))
		o.attempts.RoundTripper = transport.Default{Own: o.own}
	}
	for _, layer := range slices.Backward(o.layers) {
		if layer == nil {
			continue
		}
		if o.attempts.RoundTripper = layer(o.attempts.RoundTripper); isNil(o.attempts.RoundTripper) {
			return invalidArgument("a middleware gave a nil transport: return the one that it got, if it adds nothing")
		}
	}
	o.attempts.AttemptTimeout = cmp.Or(o.attemptTimeout, o.attempts.AttemptTimeout)
	return nil
}

// WithBaseURL sets another server than [DefaultBaseURL], with any path prefix and
// with or without a slash at the end. Plain http is accepted for loopback addresses
// only, see [WithInsecureHTTP].
func WithBaseURL(rawURL string) Option {
	return func(o *options) error {
		u, err := baseurl.Parse(rawURL)
		if err != nil {
			return invalidArgument("%w", err)
		}
		o.baseURL = u
		return nil
	}
}

// WithHTTPClient uses the transport, the cookie jar and, for each attempt, the
// timeout of a client. The client is copied and never changed; its CheckRedirect
// is not asked, because no redirect is followed. Nil, or a nil Transport, means
// the default: a transport of the client's own, or what [http.DefaultTransport] was
// replaced by, where that is not an [*http.Transport] any more. To add to the
// built-in transport rather than replace it, see [WithMiddleware].
//
// What the built-in transport does holds for no other: it accepts no response header
// above 1 MiB (net/http alone accepts 10 MiB; set MaxResponseHeaderBytes), and sends
// what is bound for this machine to no proxy. A transport sees the Authorization
// header, and what it logs or prints itself is not cleaned.
func WithHTTPClient(hc *http.Client) Option {
	return func(o *options) error {
		o.attempts.RoundTripper, o.attempts.Jar, o.attempts.AttemptTimeout = nil, nil, defaultAttemptTimeout
		if hc == nil {
			return nil
		}
		if !isNil(hc.Transport) {
			o.attempts.RoundTripper = hc.Transport
		}
		if !isNil(hc.Jar) {
			o.attempts.Jar = hc.Jar
		}
		if hc.Timeout > 0 {
			o.attempts.AttemptTimeout = hc.Timeout
		}
		return nil
	}
}

// WithMiddleware puts transports of the caller's around the one that the client
// has, the built-in one or that of [WithHTTPClient], the first outermost: a span for
// each attempt, a header for a gateway, a counter. The built-in transport keeps its
// connections, its bound of the header, its proxy rule and
// [Client.CloseIdleConnections]. Retries, rate limit, time limit of the attempt
// and the bound of the body are outside, so that each attempt passes through.
//
// Each is called once, by [NewClient]; nil ones are left out, and one that gives nil
// is [ErrInvalidArgument]. Used again, the option adds further ones inside. A
// transport sees the Authorization header, and must not change the request but send
// a clone.
func WithMiddleware(mw ...func(http.RoundTripper) http.RoundTripper) Option {
	return func(o *options) error {
		o.layers = append(o.layers, mw...)
		return nil
	}
}

// WithAttemptTimeout bounds each attempt, from the connection to the last byte of
// the body; the context bounds the call with all its attempts. Zero means the
// Timeout of a client given to [WithHTTPClient], or else the default of 30 seconds; a
// negative one is [ErrInvalidArgument].
func WithAttemptTimeout(d time.Duration) Option {
	return func(o *options) error {
		if d < 0 {
			return invalidArgument("the timeout of an attempt is negative: use 0 for the default of %s", defaultAttemptTimeout)
		}
		o.attemptTimeout = d
		return nil
	}
}

// WithLogger writes one debug line an attempt: method, route template, status or
// error, attempt, duration and the wait before the next, 0 after the last. No line
// holds a URL, an identifier, a header or a body. Nil means silent, the default.
func WithLogger(l *slog.Logger) Option {
	return func(o *options) error {
		o.logger = nil
		if l != nil && !isNil(l.Handler()) { // a zero Logger has no handler, and would panic
			o.logger = l
		}
		return nil
	}
}

// WithUserAgent replaces the User-Agent header, "tiledesk-go/<version>" by
// default. An empty one means the default.
func WithUserAgent(ua string) Option {
	return func(o *options) error {
		if authz.HasControl(ua) {
			return invalidArgument("the user agent has a control character in it")
		}
		o.userAgent = cmp.Or(ua, defaultUserAgent())
		return nil
	}
}

// WithInsecureHTTP allows a base URL with http:// for hosts other than loopback.
// Credentials and tokens then cross the network in the clear.
func WithInsecureHTTP() Option {
	return func(o *options) error {
		o.insecureHTTP = true
		return nil
	}
}

// WithSortAlias sends the sort field as "sort" too. The documentation names
// "sortField", yet most list routes of the open-source server read "sort" (read
// in its source); which one the history reads is unknown.
func WithSortAlias() Option {
	return func(o *options) error {
		o.sortAlias = true
		return nil
	}
}

func defaultUserAgent() string { return "tiledesk-go/" + version() }
