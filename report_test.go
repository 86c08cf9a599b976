package tiledesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestErrorOfAHundredThousandFailuresIsOneShortLine(t *testing.T) {
	t.Parallel()
	page := "<html><title>502\nBad\x1b[31m Gateway</title>" + strings.Repeat("x", 20_000)
	report := new(RevokeReport)
	for i := range 100_000 {
		refused := &APIError{StatusCode: 500 + i%5, Method: "DELETE", Route: "/jwt/history/:jti", Message: fmt.Sprint(i), Response: &Response{Body: []byte(page[:100])}}
		report.count(RevokeResult{Target: Target{JTI: fmt.Sprint(i)}, Outcome: Failed, Err: refused})
	}
	report.add(errors.New("tiledesk: first\nline\t" + strings.Repeat("é", 2000)))
	text := report.Err().Error()
	if len(text) > 1200 || strings.ContainsAny(text, "\n\t") || !strings.HasPrefix(text, "tiledesk: 100000 of 100000 tokens not revoked (100000 failed); first line é") {
		t.Errorf("%d bytes: %.200s", len(text), text)
	}
}

func TestErrorAnswersForEachKindOfFailure(t *testing.T) {
	t.Parallel()
	report := new(RevokeReport)
	for _, err := range []error{
		&APIError{StatusCode: 500}, &APIError{StatusCode: 404}, fmt.Errorf("cut: %w", context.DeadlineExceeded),
		invalidArgument("no"), uncomparable{"a"}, uncomparable{"a"},
	} {
		report.count(RevokeResult{Outcome: Failed, Err: err})
	}
	report.add(&APIError{StatusCode: 200, kind: ErrIncompleteHistory})
	report.add(context.Canceled)
	err := report.Err()
	for _, kind := range []error{ErrServer, ErrNotFound, ErrInvalidArgument, ErrIncompleteHistory, context.Canceled, context.DeadlineExceeded} {
		if !errors.Is(err, kind) {
			t.Errorf("it does not answer to %v", kind)
		}
	}
	for _, kind := range []error{ErrUnauthorized, ErrForbidden, ErrRateLimited, ErrRedirected, ErrHistoryUnavailable, ErrUnexpectedResponse} {
		if errors.Is(err, kind) {
			t.Errorf("it answers to %v", kind)
		}
	}
	var first *APIError
	if !errors.As(err, &first) || first.StatusCode != 500 {
		t.Errorf("errors.As found %v", first)
	}
	if wrapped := fmt.Errorf("the job: %w", err); !errors.Is(wrapped, ErrServer) {
		t.Error("wrapped, it does not answer")
	}
}

// uncomparable is an error that == would panic on.
type uncomparable []string

func (u uncomparable) Error() string { return u[0] }

func TestErrIsNilWhereNothingIsLeftUndone(t *testing.T) {
	t.Parallel()
	report := new(RevokeReport)
	for _, outcome := range []Outcome{Revoked, AlreadyGone, Skipped, Planned} {
		report.count(RevokeResult{Outcome: outcome})
	}
	if err := report.Err(); err != nil {
		t.Errorf("got %v", err)
	}
	for _, outcome := range []Outcome{NotFound, Failed, NotAttempted} {
		report := new(RevokeReport)
		report.count(RevokeResult{Outcome: outcome, Err: errors.New("why")})
		if want := fmt.Sprintf("tiledesk: 1 of 1 tokens not revoked (1 %v); first: why", outcome); report.Err() == nil || report.Err().Error() != want {
			t.Errorf("got %v, want %s", report.Err(), want)
		}
	}
}

// Programs that test their own handling of a report make one by hand.
func TestErrOfAReportMadeByHandFollowsTheCounts(t *testing.T) {
	t.Parallel()
	for text, report := range map[string]*RevokeReport{
		"tiledesk: 2 of 3 tokens not revoked (2 failed)":        {Revoked: 1, Failed: 2},
		"tiledesk: 1 of 1 tokens not revoked (1 not found)":     {NotFound: 1},
		"tiledesk: 4 of 4 tokens not revoked (4 not attempted)": {NotAttempted: 4},
	} {
		if err := report.Err(); err == nil || err.Error() != text {
			t.Errorf("got %v, want %s", err, text)
		}
	}
}

func TestRevokeResultMarshalsToOneFlatObject(t *testing.T) {
	t.Parallel()
	for want, result := range map[string]RevokeResult{
		`{"id":"1","jti":"a","outcome":"revoked","attempts":2,"error":""}`: {
			Target: Target{ID: "1", JTI: "a"}, Token: &Token{ID: "1", JTI: "a"}, Outcome: Revoked, Attempts: 2,
		},
		`{"id":"","jti":"a","outcome":"not attempted","attempts":0,"error":"the run stopped"}`: {
			Target: Target{JTI: "a"}, Outcome: NotAttempted, Err: errors.New("the run stopped"),
		},
	} {
		if got, err := json.Marshal(result); err != nil || string(got) != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestOutcomeIsTheSameTextBothWays(t *testing.T) {
	t.Parallel()
	for want, outcome := range map[string]Outcome{
		"revoked": Revoked, "already gone": AlreadyGone, "not found": NotFound, "skipped": Skipped,
		"planned": Planned, "failed": Failed, "not attempted": NotAttempted,
	} {
		text, err := outcome.MarshalText()
		var back Outcome
		if err != nil || string(text) != want || outcome.String() != want || back.UnmarshalText(text) != nil || back != outcome {
			t.Errorf("%d: %q and back %d", outcome, text, back)
		}
	}
	for _, text := range []string{"", "Revoked", "unknown", "3"} {
		outcome := Failed
		if err := outcome.UnmarshalText([]byte(text)); !errors.Is(err, ErrInvalidArgument) || outcome != Failed {
			t.Errorf("%q became %v, %v", text, outcome, err)
		}
	}
	for _, outcome := range []Outcome{0, -1, 8} {
		if outcome.String() != "unknown" {
			t.Errorf("%d is %v", int(outcome), outcome)
		}
	}
}

func TestBulkErrorsKeepOnlyTheBeginningOfAPage(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) {
		return answer(200, "<html><title>App</title>"+strings.Repeat("x", 1<<20)), nil
	})
	report, err := client.JWT.RevokeEach(t.Context(), byJTI("a"), nil)
	var unexpected *APIError
	if !errors.As(err, &unexpected) || !errors.Is(report.Failures[0].Err, ErrUnexpectedResponse) || cap(unexpected.Response.Body) > 2*maxBulkBody {
		t.Errorf("got %d bytes, %v", len(unexpected.Response.Body), err)
	}
}

func TestRevokeReport_marshalsThatItFailed(t *testing.T) {
	t.Parallel()
	client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) { return answer(500, `{"msg":"down"}`), nil })
	report, failed := client.JWT.RevokeAll(t.Context(), nil)
	text, err := json.Marshal(report)
	if err != nil || !strings.Contains(string(text), `"RunError":"tiledesk: GET /jwt/history: 500`) {
		t.Fatalf("got %s, %v", text, err)
	}
	var back RevokeReport
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
	report := RevokeReport{WithoutJTI: 1, AlreadyGone: 2, NotFound: 3, Skipped: 4, Planned: 5, Passes: 8}
	report.count(RevokeResult{Token: &Token{ID: "1"}, Outcome: Revoked})
	report.count(RevokeResult{Target: Target{ID: "1", JTI: "a"}, Outcome: Failed, Err: &APIError{StatusCode: 500, Method: "DELETE"}, Attempts: 4})
	report.count(RevokeResult{Outcome: NotAttempted, Err: context.Canceled})
	text, err := json.Marshal(report) // the value alone, too
	if err != nil {
		t.Fatal(err)
	}
	var back RevokeReport
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Err().Error() != report.Err().Error() || back.RunErr() != nil || back.WithoutJTI != 1 || len(back.Failures) != 2 {
		t.Errorf("got %+v, %v, want %v", back, back.Err(), report.Err())
	}
	if got := back.Failures[0]; got.Target != report.Failures[0].Target || got.Outcome != Failed || got.Attempts != 4 || got.Err.Error() != report.Failures[0].Err.Error() {
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
	var report, back RevokeReport
	report.add(fmt.Errorf("tiledesk: %w: %s", ErrTokensKeepAppearing, strings.Repeat("some words of ours ", 20)))
	report.add(errors.New(strings.Repeat("one word ", 40)))
	report.add(errors.New(strings.Repeat("another ", 400)))
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
	for _, want := range []RevokeResult{
		{Target: Target{ID: "1", JTI: "a"}, Outcome: Revoked, Attempts: 2},
		{Target: Target{JTI: "a"}, Outcome: NotAttempted, Err: errors.New("the run stopped")},
	} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := RevokeResult{Token: &Token{}, Err: errors.New("old")}
		if err := json.Unmarshal(text, &got); err != nil || got.Target != want.Target || got.Outcome != want.Outcome || got.Attempts != want.Attempts || got.Token != nil {
			t.Errorf("got %+v, %v of %s", got, err, text)
		}
		if (got.Err == nil) != (want.Err == nil) || got.Err != nil && got.Err.Error() != want.Err.Error() {
			t.Errorf("got %v, want %v", got.Err, want.Err)
		}
	}
	for _, text := range []string{`{"outcome":"perhaps"}`, `{"outcome":1}`, `[]`} {
		if err := json.Unmarshal([]byte(text), new(RevokeResult)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}
