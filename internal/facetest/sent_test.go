package facetest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// A transport may append to a header, and changes no other one by it.
func TestWithHTTPClient_headersAreApart(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	inner := server.Transport()
	appending := tiledesk.WithHTTPClient(&http.Client{Transport: roundTripFunc(func(r *http.Request) (*http.Response, error) {
		before := r.Header.Clone()
		for _, name := range []string{"Accept", "Content-Type", "User-Agent", "Authorization"} { // as they lie in memory
			if before.Get(name) != "" {
				r.Header[name] = append(r.Header[name], "more")
			}
		}
		for name, values := range r.Header {
			if len(values) != 2 || values[0] != before[name][0] || values[1] != "more" {
				t.Errorf("%s is %q, and was %q", name, values, before[name])
			}
		}
		r.Header = before
		return inner.RoundTrip(r)
	})})
	if _, err := newClient(t, server, tiledesk.JWTAuth(tokens[0]), appending).JWT.ListHistory(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if _, err := tiledesk.SignIn(t.Context(), agent, password, append(inMemory(server), appending)...); err != nil {
		t.Error(err)
	}
}

func TestRetryPolicy_attemptsStandInTheError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "a")
		for retries, want := range map[int]string{0: "no answer: ", 1: "no answer after 2 attempts: "} {
			client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: retries}),
				tiledesk.WithHTTPClient(&http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })}))
			if _, err := client.JWT.ListHistory(t.Context(), nil); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d retries: got %v, want %q", retries, err, want)
			}
		}
	})
}

// forgetful is refused once, says that there is another token, and then has none.
type forgetful struct {
	token string
	asked int
}

var errForgotten = errors.New("forgotten")

func (f *forgetful) Authorization(context.Context) (string, error) {
	if f.asked++; f.asked > 1 {
		return "", errForgotten
	}
	return "JWT " + f.token, nil
}

func (f *forgetful) Refused(context.Context, string) (bool, error) { return true, nil }

func TestCredentials_refusedAndThenGone(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	_, old, _ := oldVault(t, server)
	_, err := newClient(t, server, &forgetful{token: old}).JWT.ListHistory(t.Context(), nil)
	if !errors.Is(err, errForgotten) || !errors.Is(err, tiledesk.ErrCredentials) {
		t.Errorf("got %v", err)
	}
	before := len(server.Requests())
	report, err := newClient(t, server, &forgetful{token: old}).JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{JTI: "fresh"}), nil)
	if report.Failed != 1 || !errors.Is(err, errForgotten) || len(server.Requests()) != before+1 {
		t.Errorf("got %+v, %v after %d requests", report, err, len(server.Requests())-before)
	}
}

func TestRevokeEach_triesTheOtherRouteUnderTheNewToken(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler(tiledesktest.WithoutIDRoute())
	server.AddUser(agent, password)
	phone := server.IssueWithJTI(agent, "phone")
	v, old, fresh := oldVault(t, server)
	before := len(server.Requests())
	target := tiledesk.Target{ID: "6b02c254b4f8164bc2ae64b7", JTI: "phone"}
	if _, err := newClient(t, server, v).JWT.RevokeEach(t.Context(), tiledesk.Targets(target), nil); err != nil || !server.Revoked(phone) {
		t.Errorf("got %v", err)
	}
	var sent []string
	for _, r := range server.Requests()[before:] {
		sent = append(sent, r.Path+" "+r.Header.Get("Authorization"))
	}
	byID := "/jwt/history/id/" + target.ID + " JWT "
	if !slices.Equal(sent, []string{byID + old, byID + fresh, "/jwt/history/phone JWT " + fresh}) {
		t.Errorf("sent %q", sent)
	}
}

// told is a limiter that limits nothing and counts of how many attempts it was told.
type told int

func (*told) Wait(context.Context) error { return nil }

func (n *told) Observe(tiledesk.Attempt) { *n++ }

func TestWithRateLimiter_replacedIsNotTold(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	var first, second told
	for _, last := range []tiledesk.RateLimiter{nil, &second} {
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(&first), tiledesk.WithRateLimiter(last))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	if first != 0 || second != 1 {
		t.Errorf("told of %d and %d attempts", first, second)
	}
}

func TestNewAdaptiveLimiter_takesTheLowestRates(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts  tiledesk.AdaptiveOptions
		turns int
		want  time.Duration // until the last of them
	}{
		"one a minute":         {tiledesk.AdaptiveOptions{Start: 1}, 12, 2 * time.Minute},
		"one in any minute":    {tiledesk.AdaptiveOptions{Max: 1}, 2, 90*time.Second + 100*time.Millisecond}, // nobody tells of the first
		"negative, and so 200": {tiledesk.AdaptiveOptions{Start: -1, Max: -1}, 210, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter, began := tiledesk.NewAdaptiveLimiter(tt.opts), time.Now()
				for range tt.turns {
					if err := limiter.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(began); took != tt.want {
					t.Errorf("took %s, want %s", took, tt.want)
				}
			})
		})
	}
}

// Only a jti can be mistaken for the route of the ids.
func TestRevokeByID_takesWhatNoJTIMayBe(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	before := len(server.Requests())
	_, err := client.JWT.RevokeByJTI(t.Context(), "id/a")
	wantKinds(t, err, "ErrInvalidArgument")
	if _, err = client.JWT.RevokeByID(t.Context(), "id/a"); errors.Is(err, tiledesk.ErrInvalidArgument) || len(server.Requests()) != before+1 {
		t.Errorf("got %v after %d requests", err, len(server.Requests())-before)
	}
}

func TestWithLogger_nilTakesItAway(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, last := range []*slog.Logger{nil, {}} {
		client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithLogger(logger), tiledesk.WithLogger(last))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil || log.Len() > 0 {
			t.Errorf("%v, and the log is %q", err, log.String())
		}
	}
}

func TestOutcome_namesAreReadBack(t *testing.T) {
	t.Parallel()
	for outcome := tiledesk.Revoked; outcome <= tiledesk.NotAttempted; outcome++ {
		var back tiledesk.Outcome
		text, err := outcome.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != outcome {
			t.Errorf("%s became %v", text, back)
		}
	}
	for _, outcome := range []tiledesk.Outcome{-1, 0, tiledesk.NotAttempted + 1} {
		if outcome.String() != "unknown" || outcome.UnmarshalText([]byte(outcome.String())) == nil {
			t.Errorf("%d is %s", int(outcome), outcome)
		}
	}
	if err := new(tiledesk.Outcome).UnmarshalText(nil); err == nil {
		t.Error("no name is an outcome")
	}
}

// The statuses on both sides of each line.
func TestAPIError_kindsAtTheirEdges(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	for status, want := range map[int][]string{
		299: {"ErrUnexpectedResponse"}, 300: {"ErrRedirected"}, 399: {"ErrRedirected"}, 400: nil,
	} {
		server.Inject(tiledesktest.Fault{Status: status, Body: "{}"})
		_, err := client.JWT.ListHistory(t.Context(), nil)
		wantKinds(t, err, want...)
	}
}

// What a truncated refusal says is still its kind, and a success of any status that says
// something else may have had its effect.
func TestAPIError_ofAnswersThatSayTooLittle(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}),
		tiledesk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return roundTripFunc(func(r *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(r)
				if err == nil {
					resp.Body = io.NopCloser(io.MultiReader(resp.Body, iotest.ErrReader(io.ErrUnexpectedEOF)))
				}
				return resp, err
			})
		}))
	server.Inject(tiledesktest.Fault{Status: http.StatusForbidden, Body: `{"success":`})
	_, err := client.JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrForbidden")
	for _, status := range []int{200, 299} {
		server.Inject(tiledesktest.Fault{Status: status, Body: "{}"})
		if _, err := tiledesk.SignIn(t.Context(), agent, password, inMemory(server)...); err == nil || !strings.Contains(err.Error(), "may have been minted") {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

// That the server gave a token out does not show that it accepts it: a refusal of one that
// was never used proves no end of it.
func TestSignOut_ofATokenThatWasNeverUsed(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	for _, used := range []bool{false, true} {
		client, err := tiledesk.SignIn(t.Context(), agent, password, inMemory(server)...)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := client.Claims(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if used {
			if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		revoke(t, server, claims.JTI, tokens[0])
		resp, err := client.SignOut(t.Context())
		if used && (err != nil || resp.StatusCode != http.StatusUnauthorized) {
			t.Errorf("after a call under it: %v, %v", resp, err)
		}
		if !used && (resp != nil || !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), "does not prove")) {
			t.Errorf("without any: %v, %v", resp, err)
		}
	}
}
