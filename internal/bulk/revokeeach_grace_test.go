package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
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

func TestRevokeEach_requestInFlightMayBeAnsweredForFiveSecondsAfterTheStop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   time.Duration
		answer  *http.Response
		outcome tiledesk.Outcome
		text    string
		took    time.Duration
	}{
		"answered after 4 s":              {4 * time.Second, servertest.Answer(200, ""), tiledesk.Revoked, "", 4 * time.Second},
		"never answered":                  {time.Hour, nil, tiledesk.NotAttempted, "unknown whether it was revoked", 5 * time.Second},
		"answered too late":               {6 * time.Second, servertest.Answer(200, ""), tiledesk.NotAttempted, "unknown whether it was revoked", 5 * time.Second},
		"answered 404 after 4 s":          {4 * time.Second, servertest.Answer(404, `{"success":false,"msg":"no"}`), tiledesk.NotFound, "404", 4 * time.Second},
		"answered 500 after 4 s":          {4 * time.Second, servertest.Answer(500, ""), tiledesk.Failed, "500", 4 * time.Second},
		"answered 401 after 4 s":          {4 * time.Second, servertest.Answer(401, ""), tiledesk.Failed, "401", 4 * time.Second},
		"answered 503 after 4 s":          {4 * time.Second, servertest.Answer(503, ""), tiledesk.NotAttempted, "tiledesk: not revoked", 4 * time.Second},
		"a gateway gives up after 4 s":    {4 * time.Second, servertest.Answer(504, ""), tiledesk.NotAttempted, "unknown whether it was revoked", 4 * time.Second},
		"answered with a page after 4 s ": {4 * time.Second, servertest.Answer(200, servertest.Page404), tiledesk.Failed, "HTML", 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
					cancel()
					return slowly(r, test.after, test.answer)
				})
				var heard servertest.Hearing
				begin, read := time.Now(), 0
				report, err := client.JWT.RevokeEach(ctx, targetsWithoutEnd(&read), &tiledesk.RevokeOptions{Concurrency: 1, OnResult: heard.Hear})
				if took := time.Since(begin); took != test.took {
					t.Errorf("it took %v", took)
				}
				if got := heard.Of(t, "jti-1"); got.Outcome != test.outcome || got.Attempts != 1 || test.text != "" && !strings.Contains(got.Err.Error(), test.text) {
					t.Errorf("got %v after %d attempts: %v", got.Outcome, got.Attempts, got.Err)
				}
				if !errors.Is(err, context.Canceled) || len(heard) != read || report.NotAttempted < read-1 {
					t.Errorf("got %+v, %v of %d", report, err, read)
				}
			})
		})
	}
}

func TestRevokeEach_graceIsTheSameWhenAnotherTargetStopsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/refused"):
				return slowly(r, time.Second, servertest.Answer(403, ""))
			case strings.HasSuffix(r.URL.Path, "/slow"):
				return slowly(r, 5*time.Second, servertest.Answer(200, ""))
			}
			return slowly(r, time.Hour, nil)
		})
		var heard servertest.Hearing
		begin := time.Now()
		_, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("refused", "slow", "silent"), &tiledesk.RevokeOptions{OnResult: heard.Hear})
		if took := time.Since(begin); took != 6*time.Second || !errors.Is(err, tiledesk.ErrForbidden) {
			t.Errorf("%v after %v", err, took)
		}
		for jti, want := range map[string]tiledesk.Outcome{"refused": tiledesk.Failed, "slow": tiledesk.Revoked, "silent": tiledesk.NotAttempted} {
			if got := heard.Of(t, jti); got.Outcome != want {
				t.Errorf("%s is %v: %v", jti, got.Outcome, got.Err)
			}
		}
		if silent := heard.Of(t, "silent"); !errors.Is(silent.Err, tiledesk.ErrForbidden) {
			t.Errorf("the reason of the stop is missing: %v", silent.Err)
		}
	})
}

func TestRevokeEach_waitsEndAtOnceWhenTheContextDoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		respond func(*http.Request) (*http.Response, error)
		run     func(context.Context, *tiledesk.JWTService) (*tiledesk.RevokeReport, error)
	}{
		"the wait before a retry": {
			func(*http.Request) (*http.Response, error) {
				return servertest.Answer(503, "", "Retry-After", "50"), nil
			},
			func(ctx context.Context, s *tiledesk.JWTService) (*tiledesk.RevokeReport, error) {
				return s.RevokeEach(ctx, servertest.ByJTI("a", "b"), nil)
			},
		},
		"a list that is slow": {
			func(r *http.Request) (*http.Response, error) {
				return slowly(r, 20*time.Second, servertest.Answer(200, "[]"))
			},
			func(ctx context.Context, s *tiledesk.JWTService) (*tiledesk.RevokeReport, error) {
				return s.RevokeAll(ctx, nil)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), test.respond)
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
