package tiledesk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-tiledesk/tiledesk/internal/baseurl"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/transport"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// request is what a method of a service asks for.
type request struct {
	route      route
	identifier string
	query      url.Values
	body       []byte // nil: none
	once       bool   // never retried

	authorization string          // when the credentials were asked already
	inBody        []string        // secrets of the body
	grace         context.Context // outlasts that of the call: a sent request may be answered until it ends
	reads401      bool            // the server's own 401 is an answer to read, and no error
	final         bool            // no other authorization takes the place of this one on a 401
	unseen        string          // the advice where the server may have acted unseen; empty: none
	advice401     string          // the advice for it where it is an error; empty: by the kind of credentials
}

// call is a request that was checked, with what no text about it may show.
type call struct {
	*options
	request
	url    *url.URL
	hidden *redact.Secrets // most calls never need it
}

// ending is how a call ended, with what a run has to know of it.
type ending struct {
	err           error     // nil: its answer was read
	refusal       *APIError // err, where an answer of the server is the reason
	authorization string    // that was sent; empty when nothing was
	result        transport.Result
}

// exchange is the way of every call: prepare it, send it, read what came.
func exchange[T any](ctx context.Context, c *Client, r request, read func(*Response) (T, *wire.Fault)) (value T, end ending) {
	call, err := c.prepare(ctx, r)
	if err != nil {
		return value, ending{err: err}
	}
	result := call.do(ctx, transport.Result{})
	call, result, err = c.renewed(ctx, call, result)
	end = ending{authorization: call.authorization, result: result}
	answer := newResponse(result)
	if err != nil {
		end.refusal = call.unrenewed(result, answer, err)
		end.err = end.refusal
		return value, end
	}
	if !call.canRead(result, answer) {
		end.refusal, end.err = call.failure(result, answer)
		return value, end
	}
	got, fault := read(answer)
	if fault != nil {
		end.refusal = call.newAPIError(result, answer, found(fault))
		end.err = end.refusal
		return value, end
	}
	if answer.StatusCode != http.StatusUnauthorized {
		c.accepted.note(call.authorization)
	}
	return got, end
}

// prepare checks and builds everything that can fail before the network.
func (c *Client) prepare(ctx context.Context, r request) (*call, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	if ctx == nil {
		return nil, invalidArgument("the context is nil: use context.Background()")
	}
	if err := r.route.checkIdentifier(r.identifier); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("tiledesk: %s %s: nothing was sent: %w", r.route.method, r.route.template, contextError(ctx, c.secrets(r)))
	}
	if r.authorization == "" {
		authorization, err := c.authorization(ctx)
		if err != nil {
			return nil, err
		}
		r.authorization = authorization
	}
	u := baseurl.Below(c.settings.baseURL, r.route.prefix, r.identifier)
	u.RawQuery = r.query.Encode()
	return &call{options: c.settings, request: r, url: u}, nil
}

// do makes the attempts of a call, after those that ended with an earlier result.
func (c *call) do(ctx context.Context, earlier transport.Result) transport.Result {
	result := c.attempts.Do(ctx, transport.Request{
		Method: c.route.method, URL: c.url, Header: newHeader(c.request, c.userAgent, c.authorization),
		Body: c.body, Once: c.once, Earlier: earlier.Attempts, Grace: c.grace, Observe: c.observer(ctx),
	})
	result.ReplyLost = result.ReplyLost || earlier.ReplyLost
	if earlier.Response != nil && result.Attempts == earlier.Attempts { // nothing was sent after it
		result.Response, result.Err = earlier.Response, nil
	}
	return result
}

// renewed sends a call once more where the server itself refused its authorization
// and the credentials have another one. The error is theirs.
func (c *Client) renewed(ctx context.Context, first *call, result transport.Result) (*call, transport.Result, error) {
	if c.renew == nil || first.final || !endedRefused(result) {
		return first, result, nil
	}
	again, err := c.renew(ctx, first.authorization)
	if err != nil || !again {
		return first, result, err
	}
	second := *first
	second.inBody, second.hidden = append(redact.Authorization(first.authorization), first.inBody...), nil
	if second.authorization, err = c.authorization(ctx); err != nil {
		return first, result, err
	}
	return &second, second.do(ctx, result), nil
}

// secrets are what no text of the call may show.
func (c *call) secrets() *redact.Secrets {
	if c.hidden == nil {
		texts := append(redact.Authorization(c.authorization), c.url.String(), c.url.RequestURI(), c.identifier)
		c.hidden = redact.New(append(texts, c.inBody...)...)
	}
	return c.hidden
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

// contextError is the context's error together with its cause, if it has one.
// Both can be the caller's, so that a secret can stand in them.
func contextError(ctx context.Context, secrets *redact.Secrets) error {
	return secrets.Hide(transport.ContextError(ctx))
}
