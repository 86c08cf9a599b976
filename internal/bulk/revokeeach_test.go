package bulk_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func okToAll(*http.Request) (*http.Response, error) { return servertest.Answer(200, ""), nil }

func TestRevokeEach_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return servertest.Answer(200, ""), nil
	})
	var none context.Context
	for name, run := range map[string]func() (*tiledesk.RevokeReport, error){
		"a nil sequence":             func() (*tiledesk.RevokeReport, error) { return client.JWT.RevokeEach(t.Context(), nil, nil) },
		"a nil context":              func() (*tiledesk.RevokeReport, error) { return client.JWT.RevokeEach(none, servertest.ByJTI("a"), nil) },
		"a nil context to RevokeAll": func() (*tiledesk.RevokeReport, error) { return client.JWT.RevokeAll(none, nil) },
		"a Match to RevokeEach": func() (*tiledesk.RevokeReport, error) {
			return client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), &tiledesk.RevokeOptions{Match: everyOther})
		},
		"negative concurrency": func() (*tiledesk.RevokeReport, error) {
			return client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), &tiledesk.RevokeOptions{Concurrency: -1})
		},
		"negative concurrency of RevokeAll": func() (*tiledesk.RevokeReport, error) {
			return client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{Concurrency: -1})
		},
	} {
		report, err := run()
		if report == nil || !errors.Is(err, tiledesk.ErrInvalidArgument) || err.Error() != report.Err().Error() {
			t.Errorf("%s: got %+v, %v", name, report, err)
		} else if !strings.HasPrefix(err.Error(), "tiledesk: invalid argument: the ") {
			t.Errorf("%s: the text is %q", name, err)
		}
	}
}

func TestRevokeEach_errorInTheSequenceEndsTheRunAndJoinsItsError(t *testing.T) {
	t.Parallel()
	broken := errors.New("line 3 is not a target: " + servertest.Token)
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), okToAll)
	var heard servertest.Hearing
	report, err := client.JWT.RevokeEach(t.Context(), func(yield func(tiledesk.Target, error) bool) {
		_ = yield(tiledesk.Target{JTI: "a"}, nil) && yield(tiledesk.Target{JTI: "own"}, nil) && yield(tiledesk.Target{JTI: "b"}, broken) &&
			yield(tiledesk.Target{JTI: "c"}, nil)
	}, &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
	if !errors.Is(err, broken) || report.Revoked != 1 || len(heard) != 2 {
		t.Errorf("got %+v, %v", report, err)
	}
	if got := heard.Of(t, "own"); got.Outcome != tiledesk.NotAttempted {
		t.Errorf("the own token is %v, though targets are missing", got.Outcome)
	}
	if strings.Contains(err.Error(), "eyJ") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("the text is %q", err)
	}
}

func TestRevokeEach_sequenceIsReadNoFasterThanItIsWorkedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read, answered := 0, 0
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			if answered++; answered == 50 {
				return servertest.Answer(403, ""), nil
			}
			return servertest.Answer(200, ""), nil
		})
		report, _ := client.JWT.RevokeEach(t.Context(), targetsWithoutEnd(&read), &tiledesk.RevokeOptions{Concurrency: 1})
		if report.Revoked != 49 || read > 52 {
			t.Errorf("%d targets were read for %+v", read, report)
		}
	})
}

func TestRevokeEach_duplicateTargetsEachHaveAnOutcome(t *testing.T) {
	t.Parallel()
	_, client, tokens := servertest.NewServer(t, 3)
	twice := tokenName(tokens[0]).JTI
	report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI(twice, twice, tokenName(tokens[1]).JTI, twice), nil)
	if err != nil || report.Revoked != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeEach_hostileIdentifiersAreNotSentAndRedacted(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was sent", r.URL.EscapedPath())
		return servertest.Answer(200, ""), nil
	})
	hostile := []tiledesk.Target{
		{}, {JTI: " "}, {ID: "\t"}, {JTI: ".."}, {JTI: "a/../../project"}, {ID: `..\x`}, {ID: "a/./b"},
		{JTI: "line\nbreak"}, {JTI: strings.Repeat("a", ident.Max+1)},
		{JTI: servertest.Token}, {ID: servertest.Token}, {JTI: "JWT " + servertest.Token}, {ID: "..", JTI: "fine"},
	}
	var heard servertest.Hearing
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(hostile...), &tiledesk.RevokeOptions{OnResult: heard.Hear})
	if report.Failed != len(hostile) || !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("got %+v, %v", report, err)
	}
	for _, result := range heard {
		text := result.Target.ID + result.Target.JTI + result.Err.Error()
		if strings.Contains(text, "eyJ") || strings.Contains(result.Err.Error(), "project") || result.Attempts != 0 {
			t.Errorf("got %+v", result)
		}
	}
}

func TestRevokeEach_hugeConcurrencyStartsNoMoreWorkersThanTargets(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), okToAll)
	report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a", "b", "c"), &tiledesk.RevokeOptions{Concurrency: math.MaxInt})
	if err != nil || report.Revoked != 3 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_dryRunSendsNoDELETE(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 45)
	for name, run := range map[string]func(*tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error){
		"RevokeAll": func(o *tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error) {
			return client.JWT.RevokeAll(t.Context(), o)
		},
		"RevokeEach": func(o *tiledesk.RevokeOptions) (*tiledesk.RevokeReport, error) {
			targets := make([]tiledesk.Target, len(tokens))
			for i, raw := range tokens {
				targets[i] = tokenName(raw)
			}
			return client.JWT.RevokeEach(t.Context(), tiledesk.Targets(targets...), o)
		},
	} {
		for _, include := range []bool{false, true} {
			report, err := run(&tiledesk.RevokeOptions{DryRun: true, IncludeCurrent: include})
			planned, skipped := 44, 1
			if include {
				planned, skipped = 45, 0
			}
			if err != nil || report.Planned != planned || report.Skipped != skipped {
				t.Errorf("%s: got %+v, %v", name, report, err)
			}
		}
	}
	for _, request := range server.Requests() {
		if request.Method == "DELETE" {
			t.Fatal("a DELETE was sent")
		}
	}
}

func TestRevokeEach_notFoundSaysWhereThisRunMayHaveRevokedIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first func() (*http.Response, error)
		maybe bool
	}{
		"after 502":                 {func() (*http.Response, error) { return servertest.Answer(502, ""), nil }, true},
		"after 504":                 {func() (*http.Response, error) { return servertest.Answer(504, ""), nil }, true},
		"after a broken connection": {func() (*http.Response, error) { return nil, errors.New("connection reset") }, true},
		"after 503":                 {func() (*http.Response, error) { return servertest.Answer(503, ""), nil }, false},
		"after 429":                 {func() (*http.Response, error) { return servertest.Answer(429, "", "Retry-After", "0"), nil }, false},
		"at once":                   {func() (*http.Response, error) { return servertest.Answer(404, ""), nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, target := range []tiledesk.Target{{JTI: "gone"}, {ID: "gone"}, {ID: "gone", JTI: "gone"}} {
				tries := 0
				client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
					if tries++; tries == 1 {
						return test.first()
					}
					return servertest.Answer(404, `{"success":false,"msg":"Object not found."}`), nil
				})
				report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(target), nil)
				if report.NotFound != 1 || !errors.Is(err, tiledesk.ErrNotFound) || report.Failures[0].Attempts != tries {
					t.Fatalf("got %+v, %v", report, err)
				}
				if strings.Contains(report.Failures[0].Err.Error(), "may have been this run") != test.maybe {
					t.Errorf("the text is %q", report.Failures[0].Err)
				}
			}
		})
	}
}

func TestRevokeEach_idThatIsNotFoundIsTriedByItsJTI(t *testing.T) {
	t.Parallel()
	var paths []string
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		paths = append(paths, r.URL.Path)
		if strings.Contains(r.URL.Path, "/id/") {
			return servertest.Answer(404, servertest.Page404), nil
		}
		return servertest.Answer(200, ""), nil
	})
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(tiledesk.Target{ID: "1", JTI: "a"}), nil)
	if err != nil || report.Revoked != 1 || strings.Join(paths, " ") != "/jwt/history/id/1 /jwt/history/a" {
		t.Errorf("got %+v, %v for %v", report, err, paths)
	}
}

func TestRevokeEach_sequenceThatPanicsLeavesNoWorkerBehind(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), okToAll)
	var panics iter.Seq2[tiledesk.Target, error] = func(yield func(tiledesk.Target, error) bool) {
		yield(tiledesk.Target{JTI: "a"}, nil)
		panic("the caller's own")
	}
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_, _ = client.JWT.RevokeEach(context.Background(), panics, nil)
}

// Failures by the thousand keep no more than a little of each answer.
func TestRevokeEach_failuresKeepLittle(t *testing.T) {
	t.Parallel()
	padding := strings.Repeat("x", 1<<20)
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(400, `{"msg":"no","padding":"`+padding+`"}`, "X-Padding", padding)))
	targets := tiledesk.Targets(tiledesk.Target{JTI: "a"}, tiledesk.Target{ID: "b"})
	report, _ := client.JWT.RevokeEach(t.Context(), targets, nil)
	for _, failure := range report.Failures {
		var apiErr *tiledesk.APIError
		if !errors.As(failure.Err, &apiErr) || apiErr.Message != "no" {
			t.Fatalf("got %v", failure.Err)
		}
		if kept := cap(apiErr.Response.Body) + len(apiErr.Response.Header.Get("X-Padding")); kept > 1<<10+8<<10 {
			t.Errorf("%d bytes are kept", kept)
		}
	}
}
