package redact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// leaking is an error of the caller's code with a secret in its text and a kind
// inside that has none.
func leaking(secret string, kind error) error { return fmt.Errorf("refused %s: %w", secret, kind) }

// innerError is a type that errors.As looks for.
type innerError struct{ code int }

func (e *innerError) Error() string { return "of a kind" }

// checkCallersError looks for a secret in an error and for the kind behind it.
func checkCallersError(t *testing.T, what string, err error, secret string) {
	t.Helper()
	var kind *innerError
	switch {
	case err == nil:
		t.Errorf("%s: no error", what)
		return
	case !errors.Is(err, errInner), !errors.As(err, &kind), kind != errInner:
		t.Errorf("%s: errors.Is and errors.As do not find the kind in %v", what, err)
	case errors.Is(err, io.ErrNoProgress), errors.As(err, new(*json.SyntaxError)):
		t.Errorf("%s: it answers to kinds that it is not", what)
	}
	checkNoText(t, what, err, secret)
}

// checkNoText looks through the whole tree of an error.
func checkNoText(t *testing.T, what string, err error, secret string) {
	t.Helper()
	var text strings.Builder
	show(&text, err)
	if strings.Contains(undone(text.String()), undone(secret)) {
		t.Errorf("%s shows the secret: %s", what, text.String())
	}
	for _, inner := range unwrap(err) {
		checkNoText(t, what+" > inner", inner, secret)
	}
}

// unwrap gives the errors that an error wraps.
func unwrap(err error) (inner []error) {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{err.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = err.Unwrap()
	}
	return slices.DeleteFunc(slices.Clone(inner), func(err error) bool { return err == nil })
}

var errInner = &innerError{7}

func TestCredentials_errorsShowNoSecret(t *testing.T) {
	t.Parallel()
	other := servertest.TokenOf("of a vault")
	for name, text := range map[string]string{"a token": other, "spelled": strings.ReplaceAll(other, ".", "%2e"), "with it": "opaque-s3cret"} {
		client, err := tiledesk.NewClient(custom(func() (string, error) { return "Bearer opaque-s3cret", leaking(text, errInner) }))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.JWT.ListHistory(t.Context(), nil)
		checkCallersError(t, name, err, text)
		_, err = client.Claims(t.Context())
		checkCallersError(t, name+" Claims", err, text)
		report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), nil)
		checkCallersError(t, name+" RevokeEach", err, text)
		checkCallersError(t, name+" its failure", report.Failures[0].Err, text)

		client, err = tiledesk.NewClient(custom(func() (string, error) {
			return "", fmt.Errorf("%w: %w", tiledesk.ErrInvalidArgument, leaking(other, errInner))
		}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.JWT.ListHistory(t.Context(), nil)
		checkCallersError(t, name+" as an argument", err, other)
		if !errors.Is(err, tiledesk.ErrInvalidArgument) {
			t.Errorf("got %v", err)
		}
	}
}

// custom are credentials of a function.
type custom func() (string, error)

func (c custom) Authorization(context.Context) (string, error) { return c() }

// canceling is a transport that never answers, and cancels when it is asked.
func canceling(cancel func()) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
}

func TestListHistory_causeOfTheContextShowsNoSecret(t *testing.T) {
	t.Parallel()
	other := servertest.TokenOf("of a cause")
	for name, tt := range map[string]struct {
		credentials tiledesk.Credentials
		secret      string
	}{
		"a token": {tiledesk.JWTAuth(servertest.Token), other}, "a spelled token": {tiledesk.JWTAuth(servertest.Token), other[:8] + "\n" + other[8:]},
		"the password": {tiledesk.BasicAuth("a@example.com", spelledPassword), spelledPassword}, "of custom": {servertest.Always("Key opaque-s3cret"), "opaque-s3cret"},
	} {
		cause := leaking(tt.secret, errInner)
		ctx, cancel := context.WithCancelCause(t.Context())
		client := servertest.NewClientWith(t, tt.credentials, canceling(func() { cancel(cause) }))
		_, err := client.JWT.ListHistory(ctx, nil)
		checkCallersError(t, name+", meanwhile", err, tt.secret)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
		if name != "of custom" { // those are not asked any more
			_, err = client.JWT.ListHistory(ctx, nil)
			checkCallersError(t, name+", before", err, tt.secret)
			report, err := client.JWT.RevokeEach(ctx, servertest.ByJTI("a", "b"), nil)
			checkCallersError(t, name+", a run", err, tt.secret)
			checkCallersError(t, name+", RunErr", report.RunErr(), tt.secret)
		}

		ctx, cancel = context.WithCancelCause(t.Context())
		client = servertest.NewClientWith(t, tt.credentials, func(*http.Request) (*http.Response, error) {
			defer cancel(cause)
			return servertest.Answer(503, "later", "Retry-After", "1"), nil
		})
		_, err = client.JWT.ListHistory(ctx, nil)
		var apiErr *tiledesk.APIError
		if checkCallersError(t, name+", after an answer", err, tt.secret); !errors.As(err, &apiErr) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type limiterFunc func() error

func (f limiterFunc) Wait(context.Context) error { return f() }

func TestWithRateLimiter_errorsShowNoSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{servertest.TokenOf("of a limiter"), strings.ReplaceAll(servertest.TokenOf("of a limiter"), ".", "&#x2E;")} {
		turns := 0
		limiter := limiterFunc(func() error {
			if turns++; turns%2 == 1 {
				return nil
			}
			return leaking(secret, errInner)
		})
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) { return servertest.Answer(503, "later"), nil }, tiledesk.WithRateLimiter(limiter))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		checkCallersError(t, "after an answer", err, secret)

		asked := 0
		client = servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), nil, tiledesk.WithRateLimiter(limiterFunc(func() error { asked++; return leaking(secret, errInner) })))
		_, err = client.JWT.ListHistory(t.Context(), nil)
		checkCallersError(t, "at once", err, secret)
		report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a", "b", "c"), &tiledesk.RevokeOptions{Concurrency: 1})
		checkCallersError(t, "a run", err, secret)
		if asked != 2 || report.Failed != 0 || report.NotAttempted == 0 {
			t.Errorf("the limiter did not stop the run: %+v", report)
		}
	}
}

func TestWithHTTPClient_errorsShowNoSecret(t *testing.T) {
	t.Parallel()
	for name, spell := range spellers {
		secret := spell(servertest.Token)
		var log strings.Builder
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) { return nil, leaking(secret, errInner) }, tiledesk.WithLogger(logger))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		checkCallersError(t, name, err, servertest.Token)
		if strings.Contains(undone(log.String()), servertest.Token) || !strings.Contains(log.String(), "error=") {
			t.Errorf("%s: the log is %s", name, log.String())
		}
	}
}

func TestRevokeEach_errorOfTheSequenceShowsNoSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{servertest.TokenOf("of a list"), strings.ReplaceAll(servertest.TokenOf("of a list"), ".", "%2E"), spelledPassword} {
		var targets iter.Seq2[tiledesk.Target, error] = func(yield func(tiledesk.Target, error) bool) { yield(tiledesk.Target{}, leaking(secret, errInner)) }
		client := servertest.NewClientWith(t, tiledesk.BasicAuth("a@example.com", spelledPassword), nil)
		report, err := client.JWT.RevokeEach(t.Context(), targets, nil)
		checkCallersError(t, "the error", err, secret)
		checkCallersError(t, "RunErr", report.RunErr(), secret)
		var text strings.Builder
		if show(&text, report, *report); strings.Contains(undone(text.String()), undone(secret)) {
			t.Errorf("the report shows it: %s", text.String())
		}
	}
}
