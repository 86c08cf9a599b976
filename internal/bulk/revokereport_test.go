package bulk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestRevokeReport_errorOfAHundredThousandFailuresIsOneShortLine(t *testing.T) {
	t.Parallel()
	page := "<html><title>502\nBad\x1b[31m Gateway</title>" + strings.Repeat("x", 20_000)
	report := reportWith(t, errors.New("first\nline\t"+strings.Repeat("é", 2000)))
	report.Failed = 100_000
	for i := range report.Failed {
		refused := &tiledesk.APIError{StatusCode: 500 + i%5, Method: "DELETE", Route: "/jwt/history/:jti", Message: fmt.Sprint(i), Response: &tiledesk.Response{Body: []byte(page[:100])}}
		report.Failures = append(report.Failures, tiledesk.RevokeResult{Target: tiledesk.Target{JTI: fmt.Sprint(i)}, Outcome: tiledesk.Failed, Err: refused})
	}
	text := report.Err().Error()
	if len(text) > 1200 || strings.ContainsAny(text, "\n\t") || !strings.HasPrefix(text, "tiledesk: 100000 of 100000 tokens not revoked (100000 failed); the sequence of targets ended: first line é") {
		t.Errorf("%d bytes: %.200s", len(text), text)
	}
}

func TestRevokeReport_errorAnswersForEachKindOfFailure(t *testing.T) {
	t.Parallel()
	report := reportWith(t, fmt.Errorf("%w and %w", tiledesk.ErrIncompleteHistory, context.Canceled))
	for _, err := range []error{
		&tiledesk.APIError{StatusCode: 500}, &tiledesk.APIError{StatusCode: 404}, fmt.Errorf("cut: %w", context.DeadlineExceeded),
		fmt.Errorf("no: %w", tiledesk.ErrInvalidArgument), uncomparable{"a"}, uncomparable{"a"},
	} {
		report.Failed++
		report.Failures = append(report.Failures, tiledesk.RevokeResult{Outcome: tiledesk.Failed, Err: err})
	}
	err := report.Err()
	for _, kind := range []error{tiledesk.ErrServer, tiledesk.ErrNotFound, tiledesk.ErrInvalidArgument, tiledesk.ErrIncompleteHistory, context.Canceled, context.DeadlineExceeded} {
		if !errors.Is(err, kind) {
			t.Errorf("it does not answer to %v", kind)
		}
	}
	for _, kind := range []error{tiledesk.ErrUnauthorized, tiledesk.ErrForbidden, tiledesk.ErrRateLimited, tiledesk.ErrRedirected, tiledesk.ErrHistoryUnavailable, tiledesk.ErrUnexpectedResponse} {
		if errors.Is(err, kind) {
			t.Errorf("it answers to %v", kind)
		}
	}
	var first *tiledesk.APIError
	if !errors.As(err, &first) || first.StatusCode != 500 {
		t.Errorf("errors.As found %v", first)
	}
	if wrapped := fmt.Errorf("the job: %w", err); !errors.Is(wrapped, tiledesk.ErrServer) {
		t.Error("wrapped, it does not answer")
	}
}

// reportWith is the report of a run that nothing was wrong with but its sequence.
func reportWith(t *testing.T, sequence error) *tiledesk.RevokeReport {
	t.Helper()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), servertest.Unasked(t))
	report, _ := client.JWT.RevokeEach(t.Context(), func(yield func(tiledesk.Target, error) bool) { yield(tiledesk.Target{}, sequence) }, nil)
	return report
}

// uncomparable is an error that == would panic on.
type uncomparable []string

func (u uncomparable) Error() string { return u[0] }

func TestRevokeReport_errIsNilWhereNothingIsLeftUndone(t *testing.T) {
	t.Parallel()
	report := &tiledesk.RevokeReport{Revoked: 1, AlreadyGone: 1, Skipped: 1, Planned: 1}
	if err := report.Err(); err != nil {
		t.Errorf("got %v", err)
	}
	for outcome, report := range map[tiledesk.Outcome]*tiledesk.RevokeReport{
		tiledesk.NotFound: {NotFound: 1}, tiledesk.Failed: {Failed: 1}, tiledesk.NotAttempted: {NotAttempted: 1},
	} {
		report.Failures = []tiledesk.RevokeResult{{Outcome: outcome, Err: errors.New("why")}}
		if want := fmt.Sprintf("tiledesk: 1 of 1 token not revoked (1 %v); first: why", outcome); report.Err() == nil || report.Err().Error() != want {
			t.Errorf("got %v, want %s", report.Err(), want)
		}
	}
}

// Programs that test their own handling of a report make one by hand.
func TestRevokeReport_errOfOneMadeByHandFollowsTheCounts(t *testing.T) {
	t.Parallel()
	for text, report := range map[string]*tiledesk.RevokeReport{
		"tiledesk: 2 of 3 tokens not revoked (2 failed)":        {Revoked: 1, Failed: 2},
		"tiledesk: 1 of 1 token not revoked (1 not found)":      {NotFound: 1},
		"tiledesk: 4 of 4 tokens not revoked (4 not attempted)": {NotAttempted: 4},
	} {
		if err := report.Err(); err == nil || err.Error() != text {
			t.Errorf("got %v, want %s", err, text)
		}
	}
}

func TestRevokeResult_marshalsToOneFlatObject(t *testing.T) {
	t.Parallel()
	for want, result := range map[string]tiledesk.RevokeResult{
		`{"id":"1","jti":"a","outcome":"revoked","attempts":2,"error":""}`: {
			Target: tiledesk.Target{ID: "1", JTI: "a"}, Token: &tiledesk.Token{ID: "1", JTI: "a"}, Outcome: tiledesk.Revoked, Attempts: 2,
		},
		`{"id":"","jti":"a","outcome":"not attempted","attempts":0,"error":"the run stopped"}`: {
			Target: tiledesk.Target{JTI: "a"}, Outcome: tiledesk.NotAttempted, Err: errors.New("the run stopped"),
		},
	} {
		if got, err := json.Marshal(result); err != nil || string(got) != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestOutcome_isTheSameTextBothWays(t *testing.T) {
	t.Parallel()
	for want, outcome := range map[string]tiledesk.Outcome{
		"revoked": tiledesk.Revoked, "already gone": tiledesk.AlreadyGone, "not found": tiledesk.NotFound, "skipped": tiledesk.Skipped,
		"planned": tiledesk.Planned, "failed": tiledesk.Failed, "not attempted": tiledesk.NotAttempted,
	} {
		text, err := outcome.MarshalText()
		var back tiledesk.Outcome
		if err != nil || string(text) != want || outcome.String() != want || back.UnmarshalText(text) != nil || back != outcome {
			t.Errorf("%d: %q and back %d", outcome, text, back)
		}
	}
	for _, text := range []string{"", "Revoked", "unknown", "3"} {
		outcome := tiledesk.Failed
		if err := outcome.UnmarshalText([]byte(text)); !errors.Is(err, tiledesk.ErrInvalidArgument) || outcome != tiledesk.Failed {
			t.Errorf("%q became %v, %v", text, outcome, err)
		}
	}
	for _, outcome := range []tiledesk.Outcome{0, -1, 8} {
		if outcome.String() != "unknown" {
			t.Errorf("%d is %v", int(outcome), outcome)
		}
	}
}

func TestRevokeEach_errorsKeepOnlyTheBeginningOfAPage(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
		return servertest.Answer(200, "<html><title>App</title>"+strings.Repeat("x", 1<<20)), nil
	})
	report, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), nil)
	var unexpected *tiledesk.APIError
	if !errors.As(err, &unexpected) || !errors.Is(report.Failures[0].Err, tiledesk.ErrUnexpectedResponse) || cap(unexpected.Response.Body) > 2<<10 {
		t.Errorf("got %d bytes, %v", len(unexpected.Response.Body), err)
	}
}

func TestRevokeReport_marshalsThatItFailed(t *testing.T) {
	t.Parallel()
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) { return servertest.Answer(500, `{"msg":"down"}`), nil })
	report, failed := client.JWT.RevokeAll(t.Context(), nil)
	text, err := json.Marshal(report)
	if err != nil || !strings.Contains(string(text), `"RunError":"tiledesk: GET /jwt/history: 500`) {
		t.Fatalf("got %s, %v", text, err)
	}
	var back tiledesk.RevokeReport
	if err := json.Unmarshal(text, &back); err != nil || back.Passes != 1 {
		t.Fatalf("got %+v, %v", back, err)
	}
	if back.Err() == nil || back.Err().Error() != failed.Error() || back.RunErr() == nil || back.RunErr().Error() != report.RunErr().Error() {
		t.Errorf("got %v and %v back, want %v and %v", back.Err(), back.RunErr(), failed, report.RunErr())
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(text) {
		t.Errorf("got %s, %v the second time, want %s", again, err, text)
	}
}

func TestRevokeReport_readsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	report := tiledesk.RevokeReport{WithoutJTI: 1, Revoked: 1, AlreadyGone: 2, NotFound: 3, Skipped: 4, Planned: 5, Failed: 1, NotAttempted: 1, Passes: 8, Failures: []tiledesk.RevokeResult{
		{Target: tiledesk.Target{ID: "1", JTI: "a"}, Outcome: tiledesk.Failed, Err: &tiledesk.APIError{StatusCode: 500, Method: "DELETE"}, Attempts: 4},
		{Outcome: tiledesk.NotAttempted, Err: context.Canceled},
	}}
	text, err := json.Marshal(report) // the value alone, too
	if err != nil {
		t.Fatal(err)
	}
	var back tiledesk.RevokeReport
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Err().Error() != report.Err().Error() || back.RunErr() != nil || back.WithoutJTI != 1 || len(back.Failures) != 2 {
		t.Errorf("got %+v, %v, want %v", back, back.Err(), report.Err())
	}
	if got := back.Failures[0]; got.Target != report.Failures[0].Target || got.Outcome != tiledesk.Failed || got.Attempts != 4 || got.Err.Error() != report.Failures[0].Err.Error() {
		t.Errorf("got %+v", got)
	}
	// What was written before there was a RunError.
	old := `{"Revoked":7,"AlreadyGone":0,"NotFound":0,"Skipped":1,"Planned":0,"Failed":0,"NotAttempted":0,"Passes":2,"Failures":null}`
	if err := json.Unmarshal([]byte(old), &back); err != nil || back.Revoked != 7 || back.Passes != 2 || back.Err() != nil {
		t.Errorf("got %+v, %v", back, err)
	}
}

func TestRevokeReport_readsBackLongTexts(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		<-ended
		return okToAll(r)
	})
	report, _ := client.JWT.RevokeEach(t.Context(), func(yield func(tiledesk.Target, error) bool) {
		yield(tiledesk.Target{JTI: "a"}, nil)
		yield(tiledesk.Target{}, errors.New(strings.Repeat("another ", 400)))
		close(ended)
	}, &tiledesk.RevokeOptions{Stop: func() error {
		return fmt.Errorf("tiledesk: %w: %s", tiledesk.ErrTokensKeepAppearing, strings.Repeat("some words of ours ", 20))
	}})
	var back tiledesk.RevokeReport
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &back); err != nil || back.RunErr().Error() != report.RunErr().Error() || back.Err().Error() != report.Err().Error() {
		t.Errorf("got %v\nwant %v (%v)", back.RunErr(), report.RunErr(), err)
	}
}

func TestRevokeResult_readsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	for _, want := range []tiledesk.RevokeResult{
		{Target: tiledesk.Target{ID: "1", JTI: "a"}, Outcome: tiledesk.Revoked, Attempts: 2},
		{Target: tiledesk.Target{JTI: "a"}, Outcome: tiledesk.NotAttempted, Err: errors.New("the run stopped")},
	} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := tiledesk.RevokeResult{Token: &tiledesk.Token{}, Err: errors.New("old")}
		if err := json.Unmarshal(text, &got); err != nil || got.Target != want.Target || got.Outcome != want.Outcome || got.Attempts != want.Attempts || got.Token != nil {
			t.Errorf("got %+v, %v of %s", got, err, text)
		}
		if (got.Err == nil) != (want.Err == nil) || got.Err != nil && got.Err.Error() != want.Err.Error() {
			t.Errorf("got %v, want %v", got.Err, want.Err)
		}
	}
	for _, text := range []string{`{"outcome":"perhaps"}`, `{"outcome":1}`, `[]`} {
		if err := json.Unmarshal([]byte(text), new(tiledesk.RevokeResult)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}
