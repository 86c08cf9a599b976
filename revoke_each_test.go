package tiledesk

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

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

func okToAll(*http.Request) (*http.Response, error) { return answer(200, ""), nil }

func TestRunRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return answer(200, ""), nil
	})
	var none context.Context
	for name, run := range map[string]func() (*RevokeReport, error){
		"a nil sequence":             func() (*RevokeReport, error) { return client.JWT.RevokeEach(t.Context(), nil, nil) },
		"a nil context":              func() (*RevokeReport, error) { return client.JWT.RevokeEach(none, byJTI("a"), nil) },
		"a nil context to RevokeAll": func() (*RevokeReport, error) { return client.JWT.RevokeAll(none, nil) },
		"a Match to RevokeEach": func() (*RevokeReport, error) {
			return client.JWT.RevokeEach(t.Context(), byJTI("a"), &RevokeOptions{Match: everyOther})
		},
		"negative concurrency": func() (*RevokeReport, error) {
			return client.JWT.RevokeEach(t.Context(), byJTI("a"), &RevokeOptions{Concurrency: -1})
		},
		"negative concurrency of RevokeAll": func() (*RevokeReport, error) {
			return client.JWT.RevokeAll(t.Context(), &RevokeOptions{Concurrency: -1})
		},
	} {
		report, err := run()
		if report == nil || !errors.Is(err, ErrInvalidArgument) || err.Error() != report.Err().Error() {
			t.Errorf("%s: got %+v, %v", name, report, err)
		} else if !strings.HasPrefix(err.Error(), "tiledesk: invalid argument: the ") {
			t.Errorf("%s: the text is %q", name, err)
		}
	}
}

func TestErrorInTheSequenceEndsTheRunAndJoinsItsError(t *testing.T) {
	t.Parallel()
	broken := errors.New("line 3 is no target: " + testToken)
	client := newMockClient(t, JWTAuth(tokenOf("own")), okToAll)
	var heard hearing
	report, err := client.JWT.RevokeEach(t.Context(), func(yield func(Target, error) bool) {
		_ = yield(Target{JTI: "a"}, nil) && yield(Target{JTI: "own"}, nil) && yield(Target{JTI: "b"}, broken) &&
			yield(Target{JTI: "c"}, nil)
	}, &RevokeOptions{IncludeCurrent: true, OnResult: heard.hear})
	if !errors.Is(err, broken) || report.Revoked != 1 || len(heard) != 2 {
		t.Errorf("got %+v, %v", report, err)
	}
	if got := heard.of(t, "own"); got.Outcome != NotAttempted {
		t.Errorf("the own token is %v, though targets are missing", got.Outcome)
	}
	if strings.Contains(err.Error(), "eyJ") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("the text is %q", err)
	}
}

func TestSequenceIsReadNoFasterThanItIsWorkedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read, answered := 0, 0
		client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			if answered++; answered == 50 {
				return answer(403, ""), nil
			}
			return answer(200, ""), nil
		})
		report, _ := client.JWT.RevokeEach(t.Context(), targetsWithoutEnd(&read), &RevokeOptions{Concurrency: 1})
		if report.Revoked != 49 || read > 52 {
			t.Errorf("%d targets were read for %+v", read, report)
		}
	})
}

func TestDuplicateTargetsEachHaveAnOutcome(t *testing.T) {
	t.Parallel()
	_, client, tokens := newTestServer(t, 3)
	twice := tokenName(tokens[0]).JTI
	report, err := client.JWT.RevokeEach(t.Context(), byJTI(twice, twice, tokenName(tokens[1]).JTI, twice), nil)
	if err != nil || report.Revoked != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestHostileIdentifiersAreNotSentAndBlottedOut(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was sent", r.URL.EscapedPath())
		return answer(200, ""), nil
	})
	hostile := []Target{
		{}, {JTI: " "}, {ID: "\t"}, {JTI: ".."}, {JTI: "a/../../project"}, {ID: `..\x`}, {ID: "a/./b"},
		{JTI: "line\nbreak"}, {JTI: strings.Repeat("a", ident.Max+1)},
		{JTI: testToken}, {ID: testToken}, {JTI: "JWT " + testToken}, {ID: "..", JTI: "fine"},
	}
	var heard hearing
	report, err := client.JWT.RevokeEach(t.Context(), Targets(hostile...), &RevokeOptions{OnResult: heard.hear})
	if report.Failed != len(hostile) || !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("got %+v, %v", report, err)
	}
	for _, result := range heard {
		text := result.Target.ID + result.Target.JTI + result.Err.Error()
		if strings.Contains(text, "eyJ") || strings.Contains(result.Err.Error(), "project") || result.Attempts != 0 {
			t.Errorf("got %+v", result)
		}
	}
}

func TestHugeConcurrencyStartsNoMoreWorkersThanTargets(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), okToAll)
	report, err := client.JWT.RevokeEach(t.Context(), byJTI("a", "b", "c"), &RevokeOptions{Concurrency: math.MaxInt})
	if err != nil || report.Revoked != 3 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestDryRunSendsNoDELETE(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 45)
	for name, run := range map[string]func(*RevokeOptions) (*RevokeReport, error){
		"RevokeAll": func(o *RevokeOptions) (*RevokeReport, error) { return client.JWT.RevokeAll(t.Context(), o) },
		"RevokeEach": func(o *RevokeOptions) (*RevokeReport, error) {
			targets := make([]Target, len(tokens))
			for i, raw := range tokens {
				targets[i] = tokenName(raw)
			}
			return client.JWT.RevokeEach(t.Context(), Targets(targets...), o)
		},
	} {
		for _, include := range []bool{false, true} {
			report, err := run(&RevokeOptions{DryRun: true, IncludeCurrent: include})
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

func TestNotFoundSaysWhereThisRunMayHaveRevokedIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first func() (*http.Response, error)
		maybe bool
	}{
		"after 502":                 {func() (*http.Response, error) { return answer(502, ""), nil }, true},
		"after 504":                 {func() (*http.Response, error) { return answer(504, ""), nil }, true},
		"after a broken connection": {func() (*http.Response, error) { return nil, errors.New("connection reset") }, true},
		"after 503":                 {func() (*http.Response, error) { return answer(503, ""), nil }, false},
		"after 429":                 {func() (*http.Response, error) { return answer(429, "", "Retry-After", "0"), nil }, false},
		"at once":                   {func() (*http.Response, error) { return answer(404, ""), nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, target := range []Target{{JTI: "gone"}, {ID: "gone"}, {ID: "gone", JTI: "gone"}} {
				tries := 0
				client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) {
					if tries++; tries == 1 {
						return test.first()
					}
					return answer(404, `{"success":false,"msg":"Object not found."}`), nil
				})
				report, err := client.JWT.RevokeEach(t.Context(), Targets(target), nil)
				if report.NotFound != 1 || !errors.Is(err, ErrNotFound) || report.Failures[0].Attempts != tries {
					t.Fatalf("got %+v, %v", report, err)
				}
				if strings.Contains(report.Failures[0].Err.Error(), "may have been this run") != test.maybe {
					t.Errorf("the text is %q", report.Failures[0].Err)
				}
			}
		})
	}
}

func TestIDThatIsNotFoundIsTriedByItsJTI(t *testing.T) {
	t.Parallel()
	var paths []string
	client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
		paths = append(paths, r.URL.Path)
		if strings.Contains(r.URL.Path, "/id/") {
			return answer(404, page404), nil
		}
		return answer(200, ""), nil
	})
	report, err := client.JWT.RevokeEach(t.Context(), Targets(Target{ID: "1", JTI: "a"}), nil)
	if err != nil || report.Revoked != 1 || strings.Join(paths, " ") != "/jwt/history/id/1 /jwt/history/a" {
		t.Errorf("got %+v, %v for %v", report, err, paths)
	}
}

func TestSequenceThatPanicsLeavesNoWorkerBehind(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), okToAll)
	var panics iter.Seq2[Target, error] = func(yield func(Target, error) bool) {
		yield(Target{JTI: "a"}, nil)
		panic("the caller's own")
	}
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_, _ = client.JWT.RevokeEach(context.Background(), panics, nil)
}
