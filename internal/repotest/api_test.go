package repotest_test

import (
	"context"
	"encoding/json"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The exported API, written down once more: what does not compile here breaks
// the programs of others.

const _ string = tiledesk.DefaultBaseURL

var (
	_ func(tiledesk.Credentials, ...tiledesk.Option) (*tiledesk.Client, error)            = tiledesk.NewClient
	_ func(context.Context, string, string, ...tiledesk.Option) (*tiledesk.Client, error) = tiledesk.SignIn
	_ func(*tiledesk.Client, context.Context) (*tiledesk.Response, error)                 = (*tiledesk.Client).SignOut
	_ func(*tiledesk.Client) string                                                       = (*tiledesk.Client).BaseURL
	_ func(*tiledesk.Client)                                                              = (*tiledesk.Client).CloseIdleConnections
	_ func(*tiledesk.Client, tiledesk.Credentials) (*tiledesk.Client, error)              = (*tiledesk.Client).WithCredentials
	_ func(*tiledesk.Client, context.Context) (*tiledesk.Claims, error)                   = (*tiledesk.Client).Claims

	_ func(email, password string) tiledesk.Credentials = tiledesk.BasicAuth
	_ func(token string) tiledesk.Credentials           = tiledesk.JWTAuth
	_ func(token string) (*tiledesk.Claims, error)      = tiledesk.ParseClaims
	_ func(time.Time) func(*tiledesk.Token) bool        = tiledesk.CreatedBefore

	_ func(string) tiledesk.Option                                       = tiledesk.WithBaseURL
	_ func(*http.Client) tiledesk.Option                                 = tiledesk.WithHTTPClient
	_ func(tiledesk.RetryPolicy) tiledesk.Option                         = tiledesk.WithRetryPolicy
	_ func(tiledesk.RateLimiter) tiledesk.Option                         = tiledesk.WithRateLimiter
	_ func(*slog.Logger) tiledesk.Option                                 = tiledesk.WithLogger
	_ func(string) tiledesk.Option                                       = tiledesk.WithUserAgent
	_ func() tiledesk.Option                                             = tiledesk.WithInsecureHTTP
	_ func() tiledesk.Option                                             = tiledesk.WithSortAlias
	_ func(time.Duration) tiledesk.Option                                = tiledesk.WithAttemptTimeout
	_ func(func(tiledesk.Attempt)) tiledesk.Option                       = tiledesk.WithObserver
	_ func(...func(http.RoundTripper) http.RoundTripper) tiledesk.Option = tiledesk.WithMiddleware

	_ func() tiledesk.RetryPolicy                         = tiledesk.DefaultRetryPolicy
	_ func(tiledesk.AdaptiveOptions) tiledesk.RateLimiter = tiledesk.NewAdaptiveLimiter
	_ tiledesk.Credentials                                = tiledesk.CredentialsFunc(nil)
	_ func(*tiledesk.Token) tiledesk.Target               = (*tiledesk.Token).Target

	_ error                                  = (*tiledesk.APIError)(nil)
	_ func(*tiledesk.RevokeReport) error     = (*tiledesk.RevokeReport).Err
	_ func(tiledesk.Outcome) string          = tiledesk.Outcome.String
	_ func(tiledesk.Outcome) ([]byte, error) = tiledesk.Outcome.MarshalText
	_ json.Marshaler                         = tiledesk.RevokeResult{}
	_ tiledesk.RateLimiter                   = (*rate.Limiter)(nil)

	_ = []error{tiledesk.ErrNoAnswer, tiledesk.ErrCredentials, tiledesk.ErrLimiterRefused, tiledesk.ErrTokensKeepAppearing}
	_ = tiledesk.AdaptiveOptions{Start: 200, Max: 6000}
	_ = tiledesk.Attempt{Method: "GET", Route: "/jwt/history", Number: 1, StatusCode: 200, Err: error(nil), RetryAfter: 1, Limited: 1, Duration: 1, Wait: 1}

	_ func(*tiledesktest.Server) http.RoundTripper                = (*tiledesktest.Server).Transport
	_ func(s *tiledesktest.Server, token, name string, value any) = (*tiledesktest.Server).SetField
	_ func(int) tiledesktest.Option                               = tiledesktest.WithRateLimit
	_ func() tiledesktest.Option                                  = tiledesktest.WithoutRecording
)

// service is what a program can ask of Client.JWT, and put a fake of its own in
// place of.
type service interface {
	ListHistory(ctx context.Context, opts *tiledesk.ListHistoryOptions) (*tiledesk.HistoryPage, error)
	History(ctx context.Context, opts *tiledesk.ListHistoryOptions) iter.Seq2[*tiledesk.Token, error]
	RevokeByJTI(ctx context.Context, jti string) (*tiledesk.Response, error)
	RevokeByID(ctx context.Context, id string) (*tiledesk.Response, error)
	RevokeToken(ctx context.Context, token string) (*tiledesk.Response, error)
	Accepts(ctx context.Context, token string) (bool, error)
	RevokeEach(ctx context.Context, targets iter.Seq2[tiledesk.Target, error], opts *tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error)
	RevokeAll(ctx context.Context, opts *tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error)
}

var _ service = tiledesk.Client{}.JWT

var _ = []error{
	tiledesk.ErrUnauthorized, tiledesk.ErrForbidden, tiledesk.ErrNotFound, tiledesk.ErrRateLimited, tiledesk.ErrServer,
	tiledesk.ErrHistoryUnavailable, tiledesk.ErrRedirected, tiledesk.ErrUnexpectedResponse, tiledesk.ErrResponseTooLarge,
	tiledesk.ErrInvalidArgument, tiledesk.ErrIncompleteHistory,
}

var _ = []any{
	tiledesk.RetryPolicy{MaxRetries: 1, MinWait: 1, MaxWait: 1, MaxRetryAfter: 1},
	tiledesk.Response{StatusCode: 1, Header: http.Header{}, Body: []byte{}, Attempts: 1},
	tiledesk.Claims{JTI: "", UserID: "", Subject: "", Issuer: "", Audience: []string{}, IssuedAt: new(time.Time), ExpiresAt: new(time.Time)},
	tiledesk.ListHistoryOptions{SortField: "", Direction: tiledesk.Ascending - tiledesk.Descending, Page: 1},
	tiledesk.Token{ID: "", JTI: "", CreatedAt: time.Time{}, UpdatedAt: time.Time{}, Raw: json.RawMessage{}},
	tiledesk.HistoryPage{Tokens: []*tiledesk.Token{}, Page: 1, PerPage: 1, Count: 1, Response: &tiledesk.Response{}},
	tiledesk.Target{JTI: "", ID: ""},
	tiledesk.RevokeResult{Target: tiledesk.Target{}, Token: &tiledesk.Token{}, Outcome: tiledesk.Revoked, Err: error(nil), Attempts: 1},
	tiledesk.RevokeReport{
		Revoked: 1, AlreadyGone: 1, NotFound: 1, Skipped: 1, Planned: 1, Failed: 1, NotAttempted: 1,
		Passes: 1, Failures: []tiledesk.RevokeResult{},
	},
	tiledesk.RevokeOptions{
		Concurrency: 1, DryRun: true, IncludeCurrent: true,
		Match: func(*tiledesk.Token) bool { return true }, OnResult: func(tiledesk.RevokeResult) {},
	},
	tiledesk.APIError{
		StatusCode: 1, Message: "", Fields: []tiledesk.FieldError{{Field: "", Message: ""}}, Method: "", Route: "",
		RetryAfter: time.Second, Attempts: 1, Response: &tiledesk.Response{},
	},
	[]tiledesk.Outcome{
		tiledesk.Revoked, tiledesk.AlreadyGone, tiledesk.NotFound, tiledesk.Skipped,
		tiledesk.Planned, tiledesk.Failed, tiledesk.NotAttempted,
	},
}
