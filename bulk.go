package tiledesk

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// The error of a bulk result keeps this much of an answer's body, and its header
// only if that is no longer than this.
const (
	maxBulkBody   = 1 << 10
	maxBulkHeader = 8 << 10
)

// run makes a report of what the engine, given by bulk, comes to.
func (s *JWTService) run(ctx context.Context, opts *RevokeOptions, engine func(runAPI, bulk.Options) bulk.Summary) (*RevokeReport, error) {
	var o RevokeOptions
	if opts != nil {
		o = *opts
	}
	report, client := new(RevokeReport), s.from()
	switch {
	case client.ready() != nil:
		report.add(client.ready())
	case ctx == nil:
		report.add(invalidArgument("the context is nil: use context.Background()"))
	case o.Concurrency < 0:
		report.add(invalidArgument("the concurrency is %d: use 0 for the default of %d", o.Concurrency, defaultConcurrency))
	case o.Concurrency == 0:
		o.Concurrency = defaultConcurrency
	}
	if len(report.whole) > 0 {
		return report, report.Err()
	}
	summary := engine(runAPI{client}, bulk.Options{
		Kinds:          bulk.Kinds{InvalidArgument: ErrInvalidArgument, UnexpectedResponse: ErrUnexpectedResponse, TokensKeepAppearing: ErrTokensKeepAppearing},
		Concurrency:    o.Concurrency,
		DryRun:         o.DryRun,
		IncludeCurrent: o.IncludeCurrent,
		Match:          o.match(),
		Confirm:        o.confirm(),
		Record:         report.record(o),
	})
	report.Passes, report.WithoutJTI, report.Incomplete = summary.Passes, summary.WithoutJTI, summary.Incomplete
	report.whole = append(report.whole, summary.Whole...)
	return report, report.Err()
}

// match is Match as the engine calls it; nil chooses all.
func (o RevokeOptions) match() func(*bulk.Token) (bool, error) {
	if o.Match == nil {
		return nil
	}
	return func(entry *bulk.Token) (bool, error) {
		chosen := o.Match((*Token)(entry))
		return chosen, o.stop()
	}
}

// confirm is Confirm as the engine calls it; nil asks nobody.
func (o RevokeOptions) confirm() func([]*bulk.Token, bool) error {
	if o.Confirm == nil {
		return nil
	}
	return func(planned []*bulk.Token, incomplete bool) error {
		tokens := make([]*Token, len(planned))
		for i, token := range planned {
			tokens[i] = (*Token)(token)
		}
		return o.Confirm(tokens, incomplete)
	}
}

// stop asks the caller whether the run is to stop.
func (o RevokeOptions) stop() error {
	if o.Stop == nil {
		return nil
	}
	return o.Stop()
}

// record counts each result and calls OnResult, not again after one that ended badly.
func (r *RevokeReport) record(o RevokeOptions) func(bulk.Result) error {
	deaf := o.OnResult == nil
	return func(result bulk.Result) error {
		public := RevokeResult{
			Target: Target(result.Target), Token: (*Token)(result.Token),
			Outcome: Outcome(result.Outcome), Err: result.Err, Attempts: result.Attempts,
		}
		r.count(public)
		if deaf {
			return nil
		}
		deaf = true // unless both return
		o.OnResult(public)
		err := o.stop()
		deaf = false
		return err
	}
}

// runAPI is a client as a run uses it.
type runAPI struct{ client *Client }

func (a runAPI) Authorization(ctx context.Context) (string, error) {
	return a.client.authorization(ctx)
}

func (a runAPI) TookBefore(authorization string) bool { return a.client.tookBefore(authorization) }

func (a runAPI) Ended(ctx context.Context) error {
	return contextError(ctx, a.client.secrets(request{}))
}

func (a runAPI) Hide(err error) error { return a.client.secrets(request{}).Hide(err) }

func (a runAPI) Check(byJTI bool, identifier string) error {
	return revocation(byJTI).checkIdentifier(identifier)
}

func (a runAPI) Delete(ctx context.Context, authorize bulk.Authorize, r bulk.Request) bulk.Answer {
	_, end := a.authorizedBy(authorize).delete(ctx, request{
		route: revocation(r.ByJTI), identifier: r.Identifier, authorization: r.Authorization, grace: r.Grace, final: r.Final,
	})
	return end.forRun()
}

func (a runAPI) List(ctx context.Context, authorize bulk.Authorize, each func(bulk.Entry) bool) bulk.Answer {
	return a.authorizedBy(authorize).walk(ctx, ListHistoryOptions{}, func(entry *Token, row paging.Row) bool {
		return each(bulk.Entry{Token: (*bulk.Token)(entry), Key: row.Key, Named: row.Named})
	}).forRun()
}

// authorizedBy is the service of a client like this one whose credentials a run asks.
func (a runAPI) authorizedBy(authorize bulk.Authorize) *JWTService {
	client := *a.client
	client.authorization = authorize
	return &JWTService{client: &client}
}

// Sent reads the tokens in an Authorization value.
func (a runAPI) Sent(authorization string) (sent []bulk.Sent) {
	for _, claims := range authz.Sent(authorization) {
		s := bulk.Sent{JTI: claims.JTI}
		if claims.IssuedAt != nil {
			s.IssuedAt = *claims.IssuedAt
		}
		sent = append(sent, s)
	}
	return sent
}

// forbidding are the answers after which no other target would do better.
var forbidding = []error{ErrUnauthorized, ErrForbidden, ErrRateLimited, ErrRedirected, ErrHistoryUnavailable}

// forRun is how a call ended, with an error that keeps a hundred thousand failures
// from holding as many pages of a proxy.
func (e ending) forRun() bulk.Answer {
	a := bulk.Answer{
		Err: e.err, Attempts: e.result.Attempts, Authorization: e.authorization,
		Answered: e.result.Response != nil, Limited: e.result.Limited, Forbidden: e.result.Limited, ReplyLost: e.result.ReplyLost,
	}
	if refusal := e.refusal; refusal != nil {
		a.Err = refusal.brief()
		a.NotFound, a.Gone, a.Refused = refusal.Is(ErrNotFound), refusal.saysNotFound(), refusal.saysUnauthorized()
		a.Forbidden = a.Forbidden || slices.ContainsFunc(forbidding, refusal.Is)
		a.Incomplete = refusal.kind == ErrIncompleteHistory
	}
	return a
}

// brief is a copy without a long body and header.
func (e *APIError) brief() *APIError {
	short, response := *e, *e.Response
	short.Response = &response
	if len(response.Body) > maxBulkBody {
		response.Body, response.end = bytes.Clone(response.Body[:maxBulkBody]), endCut
	}
	header := 0
	for name, values := range response.Header {
		header += len(name) + len(strings.Join(values, ""))
	}
	if header > maxBulkHeader {
		response.Header = nil
	}
	return &short
}
