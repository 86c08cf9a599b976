package facetest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// kinds are all sentinels.
var kinds = map[string]error{
	"ErrInvalidArgument":     tiledesk.ErrInvalidArgument,
	"ErrUnauthorized":        tiledesk.ErrUnauthorized,
	"ErrForbidden":           tiledesk.ErrForbidden,
	"ErrNotFound":            tiledesk.ErrNotFound,
	"ErrRateLimited":         tiledesk.ErrRateLimited,
	"ErrServer":              tiledesk.ErrServer,
	"ErrHistoryUnavailable":  tiledesk.ErrHistoryUnavailable,
	"ErrRedirected":          tiledesk.ErrRedirected,
	"ErrUnexpectedResponse":  tiledesk.ErrUnexpectedResponse,
	"ErrResponseTooLarge":    tiledesk.ErrResponseTooLarge,
	"ErrNoAnswer":            tiledesk.ErrNoAnswer,
	"ErrCredentials":         tiledesk.ErrCredentials,
	"ErrLimiterRefused":      tiledesk.ErrLimiterRefused,
	"ErrTokensKeepAppearing": tiledesk.ErrTokensKeepAppearing,
	"ErrIncompleteHistory":   tiledesk.ErrIncompleteHistory,
	"context.Canceled":       context.Canceled,
	"DeadlineExceeded":       context.DeadlineExceeded,
}

// wantKinds fails the test unless an error is of these kinds and no other.
func wantKinds(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	for name, kind := range kinds {
		if errors.Is(err, kind) {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%v is of kind %v, want %v", err, got, want)
	}
}

func TestAPIError_asALiteralIsOfItsKind(t *testing.T) {
	t.Parallel()
	for want, literal := range map[string]*tiledesk.APIError{
		"ErrUnauthorized":       {StatusCode: http.StatusUnauthorized},
		"ErrForbidden":          {StatusCode: http.StatusForbidden},
		"ErrNotFound":           {StatusCode: http.StatusNotFound, Message: "Object not found."},
		"ErrRateLimited":        {StatusCode: http.StatusTooManyRequests},
		"ErrServer":             {StatusCode: http.StatusServiceUnavailable},
		"ErrRedirected":         {StatusCode: http.StatusFound},
		"ErrUnexpectedResponse": {StatusCode: http.StatusOK},
		"ErrHistoryUnavailable": {StatusCode: http.StatusBadRequest, Message: "Invalid project id: jwt"},
	} {
		wantKinds(t, literal, want)
	}
	wantKinds(t, &tiledesk.APIError{StatusCode: http.StatusBadRequest, Message: "Invalid project id: other"})
	wantKinds(t, &tiledesk.APIError{StatusCode: 599}, "ErrServer")
	wantKinds(t, &tiledesk.APIError{StatusCode: 600})
}

// A 2xx that the server itself contradicts is not a surprise of another shape.
func TestAPIError_ofACallIsOfTheKindThatTheAnswerShows(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "laptop", "phone")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	for body, want := range map[string][]string{
		`{"success":false,"msg":"locked"}`: nil,
		`<html>`:                           {"ErrUnexpectedResponse"},
	} {
		server.Inject(tiledesktest.Fault{Status: http.StatusOK, Body: body})
		_, err := client.JWT.RevokeByJTI(t.Context(), "phone")
		wantKinds(t, err, want...)
	}
}

func TestErrCredentials_isWhateverTheyGaveThatCannotBeSent(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	errVault := errors.New("the vault is sealed")
	for value, tt := range map[string]struct {
		err  error
		want []string
	}{
		"":           {nil, []string{"ErrCredentials", "ErrInvalidArgument"}},
		"JWT a b":    {nil, []string{"ErrCredentials", "ErrInvalidArgument"}},
		"Own \x00":   {nil, []string{"ErrCredentials", "ErrInvalidArgument"}},
		"sealed":     {errVault, []string{"ErrCredentials"}},
		"canceled":   {context.Canceled, []string{"ErrCredentials", "context.Canceled"}},
		"Bearer abc": {nil, []string{"ErrUnauthorized"}}, // sent, and refused
	} {
		client := newClient(t, server, tiledesk.CredentialsFunc(func(context.Context) (string, error) { return value, tt.err }))
		before := len(server.Requests())
		_, err := client.JWT.ListHistory(t.Context(), nil)
		wantKinds(t, err, tt.want...)
		if tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%v does not answer for the error of the credentials", err)
		}
		if sent := len(server.Requests()) - before; slices.Contains(tt.want, "ErrCredentials") && sent != 0 {
			t.Errorf("%q: %d requests were sent", value, sent)
		}
		report, _ := client.JWT.RevokeAll(t.Context(), nil)
		wantKinds(t, report.Err(), tt.want...)
	}
}

func TestErrLimiterRefused_isNotTheDeadlineOfTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		errClosed := errors.New("closed")
		call := func(limiter tiledesk.RateLimiter) error {
			client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(limiter))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := client.JWT.ListHistory(ctx, nil)
			return err
		}
		slow := rate.NewLimiter(rate.Every(time.Hour), 1)
		slow.Allow()
		wantKinds(t, call(slow), "ErrLimiterRefused", "DeadlineExceeded")

		err := call(limiterFunc(func(context.Context) error { return errClosed }))
		wantKinds(t, err, "ErrLimiterRefused")
		if !errors.Is(err, errClosed) {
			t.Errorf("%v does not answer for the error of the limiter", err)
		}

		err = call(limiterFunc(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		wantKinds(t, err, "DeadlineExceeded")
		if n := len(server.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

// After an answer too: the limiter lets the first attempt through and no other.
func TestErrLimiterRefused_afterAnAnswerHasTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Status: http.StatusBadGateway})
		waits := 0
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(limiterFunc(func(context.Context) error {
			if waits++; waits > 1 {
				return errors.New("closed")
			}
			return nil
		})))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		wantKinds(t, err, "ErrLimiterRefused", "ErrServer")
		var answered *tiledesk.APIError
		if !errors.As(err, &answered) || answered.StatusCode != http.StatusBadGateway || !strings.Contains(err.Error(), "closed") {
			t.Errorf("got %v", err)
		}
	})
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

func TestErrNoAnswer_isAConnectionThatBroke(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Drop: tiledesktest.DropBefore, Times: -1})
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		wantKinds(t, err, "ErrNoAnswer")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = client.JWT.ListHistory(ctx, nil)
		wantKinds(t, err, "context.Canceled")
	})
}
