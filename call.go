package tiledesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/hashicorp/go-retryablehttp"
)

// request is what a method of a service asks for.
type request struct {
	route      route
	identifier string
	query      url.Values
	body       []byte // nil: none
	once       bool   // never tried again

	authorization string          // when the credentials were asked already
	secrets       []string        // of the body
	grace         context.Context // outlasts that of the call: a sent request may be answered until it ends
	reads401      bool            // the server's own 401 is an answer to read, and no error
	refusal       string          // the advice for it where it is an error; empty: by the kind of credentials
}

// call is one call with all its attempts. go-retryablehttp drives the loop; the
// call is its policy, its backoff and, innermost, its transport, so that each
// attempt is limited, timed, read to the end and logged in one place.
type call struct {
	*options
	route  route
	url    *url.URL
	header http.Header
	once   bool
	grace  context.Context // nil: the call's own

	reads401 bool
	refusal  string

	authorization, identifier string // secrets, with those of the URL
	bodySecrets               []string
	hidden                    *redact.Secrets // all of them; most calls never need it

	attempts  int
	sent      bool          // the newest attempt got past the limiter
	started   time.Time     // of the newest attempt, for the logger
	wait      time.Duration // before the next one
	answer    *Response     // the newest that came
	broken    error         // why the newest attempt brought no whole answer
	stopped   error         // what forbids another attempt: limiter or deadline
	replyLost bool          // an earlier attempt may have taken effect unseen

	http   http.Client          // these three are here to be allocated with the rest
	driver retryablehttp.Client // not of NewClient, which logs to stderr
	reply  http.Response        // what go-retryablehttp sees of the answer
}

// exchange is the way of every call: prepare it, run it, read what came.
func exchange[T any](ctx context.Context, c *Client, r request, read func(*Response) (T, error)) (T, error) {
	var none T
	call, req, err := c.prepare(ctx, r)
	if err != nil {
		return none, err
	}
	resp, err := call.run(req)
	if err != nil {
		return none, err
	}
	value, err := read(resp)
	if err != nil {
		return none, call.refuse(err)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		c.accepted.note(call.authorization)
	}
	return value, nil
}

// prepare checks and builds everything that can fail before the network.
func (c *Client) prepare(ctx context.Context, r request) (*call, *retryablehttp.Request, error) {
	if ctx == nil {
		return nil, nil, invalidArgument("the context is nil: use context.Background()")
	}
	decoded, escaped, err := r.route.path(r.identifier)
	if err != nil {
		return nil, nil, err
	}
	if ctx.Err() != nil {
		return nil, nil, fmt.Errorf("tiledesk: %s %s: nothing was sent: %w", r.route.method, r.route.template, contextError(ctx, c.secrets(r)))
	}
	authorization := r.authorization
	if authorization == "" {
		if authorization, err = c.authorization(ctx); err != nil {
			return nil, nil, err
		}
	}
	u := below(c.settings.baseURL, decoded, escaped)
	u.RawQuery = r.query.Encode()
	header := newHeader(r, c.settings.userAgent, authorization)
	req, err := newHTTPRequest(ctx, r, u)
	if err != nil {
		return nil, nil, fmt.Errorf("tiledesk: %s %s: %w", r.route.method, r.route.template, err)
	}
	return &call{
		options: c.settings,
		route:   r.route, url: u, header: header,
		once: r.once, grace: r.grace,
		reads401: r.reads401, refusal: r.refusal,
		authorization: authorization, identifier: r.identifier, bodySecrets: r.secrets,
	}, req, nil
}

// secrets are what no text of the call may show.
func (c *call) secrets() *redact.Secrets {
	if c.hidden == nil {
		texts := append(redact.Authorization(c.authorization), c.url.String(), c.url.RequestURI(), c.identifier)
		c.hidden = redact.New(append(texts, c.bodySecrets...)...)
	}
	return c.hidden
}

// below is the URL of a path below the base URL, whose RawPath is always set. Most
// paths are the same with and without escaping, and then built once.
func below(base *url.URL, decoded, escaped string) *url.URL {
	u := *base
	u.Path += decoded
	if escaped == decoded && base.RawPath == base.Path {
		u.RawPath = u.Path
	} else {
		u.RawPath += escaped
	}
	return &u
}

func newHeader(r request, userAgent, authorization string) http.Header {
	values := []string{"application/json", userAgent, authorization} // one allocation for all
	header := http.Header{"Accept": values[0:1:1], "User-Agent": values[1:2:2]}
	if authorization != "" {
		header["Authorization"] = values[2:3:3]
	}
	if r.body != nil {
		header["Content-Type"] = values[0:1:1]
	}
	return header
}

// newHTTPRequest makes a request without a header: [call.RoundTrip] adds it, since
// http.Client copies the one that it sees.
func newHTTPRequest(ctx context.Context, r request, u *url.URL) (*retryablehttp.Request, error) {
	plain := &http.Request{ // as http.NewRequest makes it, without parsing the URL again
		Method: r.route.method, URL: u, Host: u.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	req, err := retryablehttp.FromRequest(plain.WithContext(ctx))
	if err != nil || r.body == nil {
		return req, err
	}
	err = req.SetBody(r.body)
	if r.once {
		req.GetBody = nil // without it net/http cannot send the body again either
	}
	return req, err
}

// run makes the attempts and returns the answer when it is a 2xx, or a 401 that
// the call can read.
func (c *call) run(req *retryablehttp.Request) (*Response, error) {
	c.http.Transport, c.http.CheckRedirect = c, followNothing
	c.driver.HTTPClient, c.driver.RetryMax = &c.http, c.retries()
	c.driver.CheckRetry, c.driver.Backoff = c.checkRetry, c.backoff
	c.driver.ErrorHandler = retryablehttp.PassthroughErrorHandler
	_, err := c.driver.Do(req)
	if err == nil && c.broken == nil && c.answer != nil {
		c.answer.Attempts = c.attempts
		switch status := c.answer.StatusCode; {
		case status >= 200 && status <= 299, c.reads401 && status == http.StatusUnauthorized && c.answer.isBareUnauthorized():
			return c.answer, nil
		}
	}
	return nil, c.failure(req.Context(), err)
}

func followNothing(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
