package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/pace"
)

// signOutTime is how long the sign-out at the end may take, also after Ctrl-C, apart
// from the wait that a low --rate demands.
const signOutTime = 15 * time.Second

// basicIsSlow is told before a run of many requests (measured).
const basicIsSlow = "With email and password each request costs the server a password hash. --sign-in is faster: it uses one token and revokes it at the end."

// session is a client and what is known about its token.
type session struct {
	*tiledesk.Client
	jti      string // of the token in use; empty with email and password, and where it has none
	userID   string
	account  string // for people: the email, or the user id of a token; can be empty
	signedIn bool
	basic    bool // authorizes with email and password

	who account // zero where the leaked token calls for itself

	// Of a session that signed in.
	began    time.Time // when the first token was issued, by the clock of the server; zero when unknown
	worked   bool      // the server accepted a token of this session
	ended    bool      // the run itself revoked the token, its sign-out included
	replaced []string  // the jtis of tokens that were refused; the run signed in again
}

// where names the server and the account, for a question that is asked before
// anything is revoked there.
func (s *session) where() string {
	return s.BaseURL() + ", account " + either(s.account, "unknown")
}

// withSession makes a client of the flags and the environment, lends it out, and
// signs out at the end if it was signed in, whatever happened.
func (a *app) withSession(ctx context.Context, use func(*session) error) error {
	s, err := a.connect(ctx)
	if err != nil {
		return err
	}
	return a.leave(ctx, s, use(s))
}

// leave signs out, if the session was signed in, and returns what the whole run
// ends with. Where the sign-out fails, what happened before it is said first.
func (a *app) leave(ctx context.Context, s *session, err error) error {
	if !s.signedIn {
		return err
	}
	left := a.signOut(ctx, s)
	if left == nil {
		return err
	}
	if text := explainIf(err); text != "" {
		a.console.complain("%s", text)
	}
	a.console.lines(explain(left))
	return ended(worse(codeOf(err), exitUndone))
}

func (a *app) connect(ctx context.Context) (*session, error) {
	account, err := a.account(a.flags.SignIn)
	if err != nil {
		return nil, err
	}
	if a.flags.SignIn {
		return a.probeAndSignIn(ctx, account)
	}
	client, err := tiledesk.NewClient(account.credentials(), a.options()...)
	if err != nil {
		return nil, err
	}
	s := &session{Client: client, basic: !account.hasToken(), who: account}
	if account.hasToken() {
		s.jti, s.userID = identify(account.token())
	}
	s.account = account.name()
	return s, nil
}

func (a *app) probeAndSignIn(ctx context.Context, account account) (*session, error) {
	if account.hasToken() {
		return nil, usage("--sign-in exchanges email and password for a token, and the environment has only a token. Set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE, or omit --sign-in.")
	}
	if err := a.probe(ctx); err != nil {
		return nil, err
	}
	return a.signIn(ctx, account)
}

// signIn lets the server answer even after an interrupt: otherwise there would
// be a token that nobody knows.
func (a *app) signIn(ctx context.Context, account account) (*session, error) {
	client, err := tiledesk.SignIn(context.WithoutCancel(ctx), account.email(), account.password(), a.options()...)
	if err != nil {
		return nil, err
	}
	s := &session{Client: client, account: account.name(), signedIn: true, who: account}
	if claims, err := client.Claims(context.WithoutCancel(ctx)); err == nil {
		s.jti, s.userID = claims.JTI, claims.UserID
		if claims.IssuedAt != nil {
			s.began = *claims.IssuedAt
		}
	}
	held := s.jti
	a.held.Store(&held)
	return s, nil
}

// signOut revokes the tokens that the run signed in for, the one in use last. Its
// error says what to do when that failed.
func (a *app) signOut(ctx context.Context, s *session) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTime+a.flags.Rate.longest(1+len(s.replaced)))
	defer cancel()
	texts := s.endReplaced(ctx)
	resp, err := s.SignOut(ctx)
	s.ended = s.ended || err == nil && resp.StatusCode != http.StatusUnauthorized
	switch notFound := errors.Is(err, tiledesk.ErrNotFound) && !fromElsewhere(err); {
	case err == nil, notFound && s.ended:
		a.held.Store(nil)
	case notFound:
		texts = append(texts, tokenUnknown(s.jti)+" ("+withoutPrefix(err)+")")
	default:
		texts = append(texts, "The sign-out failed: "+explain(err), tokenLeft(s.jti))
	}
	if texts == nil {
		return nil
	}
	return undone("%s", strings.Join(texts, "\n"))
}

// endReplaced revokes the tokens that were refused during the run, and says which of
// them it could not. The server refused them itself, so that it is enough where it
// does not know them any more, or refuses the token in use as well.
func (s *session) endReplaced(ctx context.Context) (texts []string) {
	for _, jti := range s.replaced {
		if jti == "" {
			continue
		}
		_, err := s.JWT.RevokeByJTI(ctx, jti)
		if err != nil && !isRefusal(err) && (!errors.Is(err, tiledesk.ErrNotFound) || fromElsewhere(err)) {
			texts = append(texts, "A token of this run, which the server refused meanwhile, could not be revoked: "+explain(err), tokenLeft(jti))
		}
	}
	return texts
}

// tokenLeft says that a token of ours lives on, and how to end it.
func tokenLeft(jti string) string {
	if jti == "" {
		return "The token that this run signed in for was left and never expires. It shows no jti, so no revocation ends it. " + whatEndsIt
	}
	return "The token that this run signed in for was left and never expires. To end it, run: tiledesk-jwt revoke " + jti
}

// tokenUnknown says that a token of ours lives on where the server knows nothing of
// it, though it gave that token out just now.
func tokenUnknown(jti string) string {
	return "The server knows nothing of the token that this run signed in for, so no revocation will ever end a token there. With JWT_HISTORY_ENABLED off, recording is very likely off too; tiledesk-jwt doctor looks at it. The token was left and never expires; its jti is " + either(jti, "unknown") + ". " + whatEndsIt
}

// options are the flags as the client takes them.
func (a *app) options() []tiledesk.Option {
	if a.flags.SortAlias {
		return append(a.withoutAlias(), tiledesk.WithSortAlias())
	}
	return a.withoutAlias()
}

// withoutAlias are the options without that of --sort-alias.
func (a *app) withoutAlias() []tiledesk.Option {
	opts := []tiledesk.Option{
		tiledesk.WithAttemptTimeout(a.flags.Timeout),
		tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: a.flags.Retries}),
		tiledesk.WithRateLimiter(watched{a, a.limit()}),
		tiledesk.WithUserAgent("tiledesk-jwt/" + readBuild().version),
	}
	if url := a.baseURL(); url != "" {
		opts = append(opts, tiledesk.WithBaseURL(url))
	}
	if a.flags.InsecureHTTP {
		opts = append(opts, tiledesk.WithInsecureHTTP())
	}
	return append(opts, a.debugLog()...)
}

func (a *app) baseURL() string {
	if a.flags.BaseURL != "" {
		return string(a.flags.BaseURL)
	}
	return a.getenv("TILEDESK_BASE_URL")
}

// limit is the one limiter of all clients of a run, which ask the same server. It is
// made before the status line asks for it, from another goroutine.
func (a *app) limit() tiledesk.RateLimiter {
	if a.limiter == nil && a.flags.Rate != (perMinute{}) {
		a.limiter = limiter(a.flags.Rate)
	}
	return a.limiter
}

// limiter lets at most n requests leave in any minute. It is nil, no limit, for 0.
func limiter(at perMinute) tiledesk.RateLimiter {
	switch {
	case at.auto:
		return tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{})
	case at.n == 0:
		return nil
	}
	evenly, burst := pace.Fixed(at.n)
	return rate.NewLimiter(rate.Limit(float64(evenly)/60), burst)
}

// longest is how long so many requests may have to wait: with auto, for the minute that
// a server asks for.
func (p perMinute) longest(requests int) time.Duration {
	if p.auto {
		return time.Minute
	}
	return limiterWait(p.n, requests)
}

// limiterWait is the longest that so many requests wait for it, one after another.
func limiterWait(n, requests int) time.Duration {
	if n == 0 {
		return 0
	}
	evenly, _ := pace.Fixed(n)
	return time.Duration(requests) * time.Minute / time.Duration(evenly)
}

// identify reads the jti and the user out of a token; both are empty when it
// cannot be read.
func identify(token string) (jti, userID string) {
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		return "", ""
	}
	return claims.JTI, claims.UserID
}
