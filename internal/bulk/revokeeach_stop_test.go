package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeEach_stopsWhereNoOtherTargetWouldDoBetter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		third *http.Response
		want  error
	}{
		"401":                           {servertest.Answer(401, "Unauthorized"), tiledesk.ErrUnauthorized},
		"403":                           {servertest.Answer(403, `{"success":false,"msg":"Unauthorized."}`), tiledesk.ErrForbidden},
		"a redirect":                    {servertest.Answer(302, "", "Location", "https://login.example.com"), tiledesk.ErrRedirected},
		"a redirect without Location":   {servertest.Answer(307, ""), tiledesk.ErrRedirected},
		"no history module":             {servertest.Answer(400, `{"error":"Invalid project id: jwt"}`), tiledesk.ErrHistoryUnavailable},
		"a 429 that asks for too much":  {servertest.Answer(429, "slow down", "Retry-After", "86400"), tiledesk.ErrRateLimited},
		"a 429 that outlasts its tries": {servertest.Answer(429, "slow down", "Retry-After", "0"), tiledesk.ErrRateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deletes, read := 0, 0
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
				if deletes++; deletes < 3 {
					return servertest.Answer(200, ""), nil
				}
				again := *test.third
				again.Body = http.NoBody
				if test.third.StatusCode == 400 {
					return servertest.Answer(400, `{"error":"Invalid project id: jwt"}`), nil
				}
				return &again, nil
			})
			report, err := client.JWT.RevokeEach(t.Context(), targetsWithoutEnd(&read), &tiledesk.RevokeOptions{Concurrency: 1})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v", err)
			}
			if attempts := report.Failures[0].Attempts; deletes != 2+attempts {
				t.Errorf("%d requests for 2 that went well and one of %d attempts", deletes, attempts)
			}
			if report.Revoked != 2 || report.Failed != 1 || report.NotAttempted != read-3 || read > 5 {
				t.Errorf("%d targets were read for %+v", read, report)
			}
		})
	}
}

func TestRevokeEach_goesOnWhereAnotherTargetMayDoBetter(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func() (*http.Response, error){
		"500":          func() (*http.Response, error) { return servertest.Answer(500, `{"success":false}`), nil },
		"503 for ever": func() (*http.Response, error) { return servertest.Answer(503, ""), nil },
		"400": func() (*http.Response, error) {
			return servertest.Answer(400, `{"error":"Invalid project id: abc"}`), nil
		},
		"a page with 404":         func() (*http.Response, error) { return servertest.Answer(404, servertest.Page404), nil },
		"a page with 200":         func() (*http.Response, error) { return servertest.Answer(200, servertest.Page404), nil },
		"a broken connection":     func() (*http.Response, error) { return nil, errors.New("connection reset") },
		"a 503 with a longer ask": func() (*http.Response, error) { return servertest.Answer(503, "", "Retry-After", "86400"), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/second") {
					return second()
				}
				return servertest.Answer(200, ""), nil
			})
			report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("first", "second", "third"), &tiledesk.RevokeOptions{Concurrency: 1})
			if report.Revoked != 2 || report.Failed+report.NotFound != 1 || err == nil {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

func TestRevokeEach_targetWhoseRetryComesTooLateDoesNotStopTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/busy") {
				return servertest.Answer(503, "", "Retry-After", "30"), nil
			}
			return servertest.Answer(200, ""), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		report, err := client.JWT.RevokeEach(ctx, servertest.ByJTI("a", "busy", "b", "c"), &tiledesk.RevokeOptions{Concurrency: 1})
		if report.Revoked != 3 || report.Failed != 1 {
			t.Errorf("got %+v", report)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, tiledesk.ErrServer) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRevokeEach_stopsWhenTheLimiterCannotServeBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read := 0
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
			return servertest.Answer(200, ""), nil
		}, tiledesk.WithRateLimiter(rate.NewLimiter(rate.Every(10*time.Second), 2)))
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		begin := time.Now()
		report, err := client.JWT.RevokeEach(ctx, targetsWithoutEnd(&read), &tiledesk.RevokeOptions{Concurrency: 1})
		if report.Revoked != 3 || report.Failed != 0 || report.NotAttempted != read-3 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %+v, %v", report, err)
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("it took %v, though it was plain after 10 s that nothing more could be served", took)
		}
	})
}

func TestRevokeEach_noDELETEStartsAfterTheStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var began []time.Duration
		start, read := time.Now(), 0
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
			mu.Lock()
			began = append(began, time.Since(start))
			nth := len(began)
			mu.Unlock()
			time.Sleep(time.Duration(nth) * time.Second)
			if nth == 6 {
				return servertest.Answer(401, "Unauthorized"), nil
			}
			return servertest.Answer(200, ""), nil
		})
		report, err := client.JWT.RevokeEach(t.Context(), targetsWithoutEnd(&read), nil)
		// Four begin at once and end after 1, 2, 3 and 4 s; the sixth begins at 2 s
		// and ends the run at 8 s.
		stop := 8 * time.Second
		for _, at := range began {
			if at > stop {
				t.Errorf("a DELETE began at %v", at)
			}
		}
		if sum := report.Revoked + report.Failed + report.NotAttempted; sum != read || report.Failed != 1 || !errors.Is(err, tiledesk.ErrUnauthorized) {
			t.Errorf("%d targets were read for %+v, %v", read, report, err)
		}
	})
}

func TestRevokeEach_endedContextSendsNothingAndReadsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the night is over"))
	read := 0
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return servertest.Answer(200, ""), nil
	})
	for name, run := range map[string]func() (*tiledesk.RevokeReport, error){
		"RevokeEach": func() (*tiledesk.RevokeReport, error) {
			return client.JWT.RevokeEach(ctx, targetsWithoutEnd(&read), nil)
		},
		"RevokeAll": func() (*tiledesk.RevokeReport, error) { return client.JWT.RevokeAll(ctx, nil) },
	} {
		report, err := run()
		if report == nil || read != 0 || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the night is over") {
			t.Errorf("%s: %+v, %v after %d targets", name, report, err, read)
		}
	}
}

func TestRevokeEach_namesTheTokenThatWasRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	const meanwhile = "the token in use was revoked meanwhile"
	for name, test := range map[string]struct {
		credentials tiledesk.Credentials
		before      int // requests that go well
		body        string
		says        bool
	}{
		"after it had worked":        {tiledesk.JWTAuth(servertest.TokenOf("own")), 2, "Unauthorized", true},
		"under another scheme":       {authorizedBy("Bearer " + servertest.TokenOf("own")), 2, "Unauthorized", true},
		"refused from the start":     {tiledesk.JWTAuth(servertest.TokenOf("own")), 0, "Unauthorized", false},
		"by a page of some proxy":    {tiledesk.JWTAuth(servertest.TokenOf("own")), 2, servertest.Page404, false},
		"with Basic, which has none": {basic, 2, "Unauthorized", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			client := servertest.NewClientWith(t, test.credentials, func(*http.Request) (*http.Response, error) {
				if requests++; requests > test.before {
					return servertest.Answer(401, test.body), nil
				}
				return servertest.Answer(200, ""), nil
			})
			report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a", "b", "c", "d"), &tiledesk.RevokeOptions{Concurrency: 1})
			if !errors.Is(report.RunErr(), tiledesk.ErrUnauthorized) || strings.Contains(err.Error(), meanwhile) != test.says || requests != test.before+1 {
				t.Errorf("got %v after %d requests", err, requests)
			}
		})
	}
}

func TestRevokeAll_namesTheTokenThatWasRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	lists := 0
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == "DELETE":
			return servertest.Answer(200, ""), nil
		case !r.URL.Query().Has("page"):
			lists++
		}
		if lists == 2 {
			return servertest.Answer(401, "Unauthorized"), nil
		}
		return servertest.FirstPageOf(r, servertest.RowOf("a")), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.Revoked != 1 || !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), "revoked meanwhile") {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeEach_stopsWhereNothingAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		var mu sync.Mutex
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			requests++
			mu.Unlock()
			return slowly(r, time.Hour, nil)
		})
		report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(1000)...), &tiledesk.RevokeOptions{Concurrency: 1})
		if report.Failed != 10 || requests != 40 || !errors.Is(report.RunErr(), context.DeadlineExceeded) || !strings.Contains(err.Error(), "10 targets in a row") {
			t.Errorf("got %d failed, %d not attempted, %v after %d requests", report.Failed, report.NotAttempted, err, requests)
		}
	})
}

func TestRevokeEach_goesOnWhereSomethingAnswersNowAndThen(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		switch n := strings.TrimPrefix(r.URL.Path, "/jwt/history/jti-"); {
		case n == "9", n == "19":
			return servertest.Answer(500, ""), nil // an answer, if none that helps
		case n == "29":
			return servertest.Answer(200, ""), nil
		}
		return nil, errors.New("connection reset")
	}, tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(manyTargets(39)...), &tiledesk.RevokeOptions{Concurrency: 1})
	if report.Failed != 38 || report.Revoked != 1 || report.RunErr() != nil {
		t.Errorf("got %d failed, %v", report.Failed, err)
	}
}

func TestRevokeEach_stopsOn401(t *testing.T) {
	t.Parallel()
	server, client, _ := servertest.NewServer(t, 10)
	server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: "Unauthorized", Times: -1})
	targets := make([]tiledesk.Target, 100)
	for i := range targets {
		targets[i].JTI = "some"
	}
	report, err := client.JWT.RevokeEach(context.Background(), tiledesk.Targets(targets...), &tiledesk.RevokeOptions{Concurrency: 1})
	if !errors.Is(err, tiledesk.ErrUnauthorized) || report.Failed != 1 || report.NotAttempted > 2 {
		t.Errorf("got %+v, %v", report, err)
	}
}
