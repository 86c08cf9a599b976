package tiledesk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slowly answers after a time, unless the request ends first.
func slowly(r *http.Request, after time.Duration, resp *http.Response) (*http.Response, error) {
	select {
	case <-time.After(after):
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func TestRequestInFlightMayBeAnsweredForFiveSecondsAfterTheStop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   time.Duration
		answer  *http.Response
		outcome Outcome
		text    string
		took    time.Duration
	}{
		"answered after 4 s":              {4 * time.Second, answer(200, ""), Revoked, "", 4 * time.Second},
		"never answered":                  {time.Hour, nil, NotAttempted, "unknown whether it was revoked", 5 * time.Second},
		"answered too late":               {6 * time.Second, answer(200, ""), NotAttempted, "unknown whether it was revoked", 5 * time.Second},
		"answered 404 after 4 s":          {4 * time.Second, answer(404, `{"success":false,"msg":"no"}`), NotFound, "404", 4 * time.Second},
		"answered 500 after 4 s":          {4 * time.Second, answer(500, ""), Failed, "500", 4 * time.Second},
		"answered 401 after 4 s":          {4 * time.Second, answer(401, ""), Failed, "401", 4 * time.Second},
		"answered 503 after 4 s":          {4 * time.Second, answer(503, ""), NotAttempted, "tiledesk: not revoked", 4 * time.Second},
		"a gateway gives up after 4 s":    {4 * time.Second, answer(504, ""), NotAttempted, "unknown whether it was revoked", 4 * time.Second},
		"answered with a page after 4 s ": {4 * time.Second, answer(200, page404), Failed, "HTML", 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
					cancel()
					return slowly(r, test.after, test.answer)
				})
				var heard hearing
				begin, read := time.Now(), 0
				report, err := client.JWT.RevokeEach(ctx, targetsWithoutEnd(&read), &RevokeOptions{Concurrency: 1, OnResult: heard.hear})
				if took := time.Since(begin); took != test.took {
					t.Errorf("it took %v", took)
				}
				if got := heard.of(t, "jti-1"); got.Outcome != test.outcome || got.Attempts != 1 || test.text != "" && !strings.Contains(got.Err.Error(), test.text) {
					t.Errorf("got %v after %d attempts: %v", got.Outcome, got.Attempts, got.Err)
				}
				if !errors.Is(err, context.Canceled) || len(heard) != read || report.NotAttempted < read-1 {
					t.Errorf("got %+v, %v of %d", report, err, read)
				}
			})
		})
	}
}

func TestGraceIsTheSameWhenAnotherTargetStopsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/refused"):
				return slowly(r, time.Second, answer(403, ""))
			case strings.HasSuffix(r.URL.Path, "/slow"):
				return slowly(r, 5*time.Second, answer(200, ""))
			}
			return slowly(r, time.Hour, nil)
		})
		var heard hearing
		begin := time.Now()
		_, err := client.JWT.RevokeEach(t.Context(), byJTI("refused", "slow", "silent"), &RevokeOptions{OnResult: heard.hear})
		if took := time.Since(begin); took != 6*time.Second || !errors.Is(err, ErrForbidden) {
			t.Errorf("%v after %v", err, took)
		}
		for jti, want := range map[string]Outcome{"refused": Failed, "slow": Revoked, "silent": NotAttempted} {
			if got := heard.of(t, jti); got.Outcome != want {
				t.Errorf("%s is %v: %v", jti, got.Outcome, got.Err)
			}
		}
		if silent := heard.of(t, "silent"); !errors.Is(silent.Err, ErrForbidden) {
			t.Errorf("the reason of the stop is missing: %v", silent.Err)
		}
	})
}

func TestWaitsEndAtOnceWhenTheContextDoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		respond func(*http.Request) (*http.Response, error)
		run     func(context.Context, *JWTService) (*RevokeReport, error)
	}{
		"the wait before a retry": {
			func(*http.Request) (*http.Response, error) { return answer(503, "", "Retry-After", "50"), nil },
			func(ctx context.Context, s *JWTService) (*RevokeReport, error) {
				return s.RevokeEach(ctx, byJTI("a", "b"), nil)
			},
		},
		"a list that is slow": {
			func(r *http.Request) (*http.Response, error) { return slowly(r, 20*time.Second, answer(200, "[]")) },
			func(ctx context.Context, s *JWTService) (*RevokeReport, error) { return s.RevokeAll(ctx, nil) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newMockClient(t, JWTAuth(testToken), test.respond)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				begin := time.Now()
				report, err := test.run(ctx, client.JWT)
				if took := time.Since(begin); took != 3*time.Second || !errors.Is(err, context.Canceled) || report.Failed > 0 {
					t.Errorf("%+v, %v after %v", report, err, took)
				}
			})
		})
	}
}
