package bulk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestEach_countsTheAttemptsOfEachTarget(t *testing.T) {
	t.Parallel()
	f := &fake{remove: answers(map[string]bulk.Answer{"b": {Attempts: 3, Answered: true}, "c": gone})}
	got, summary := runEach(t, f, bulk.Options{}, "a", "b", "c", "own", "bad")
	got.want(t, map[string]string{
		"a": "revoked after 1", "b": "revoked after 3", "c": "not found after 1", "own": "skipped after 0", "bad": "failed after 0",
	})
	if len(summary.Whole) != 0 || fmt.Sprint(f.identifiers()) != "[a b c]" {
		t.Errorf("got %v, sent %v", summary.Whole, f.identifiers())
	}
	if f.sent[0].Authorization != "own" {
		t.Errorf("sent under %q", f.sent[0].Authorization)
	}
}

func TestEach_plansInADryRun(t *testing.T) {
	t.Parallel()
	f := new(fake)
	got, _ := runEach(t, f, bulk.Options{DryRun: true}, "a", "own")
	got.want(t, map[string]string{"a": "planned after 0", "own": "skipped after 0"})
	if len(f.sent) != 0 {
		t.Errorf("sent %v", f.sent)
	}
}

func TestEach_stopsWhereTheTokenInUseWasRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bulk.Answer{"after a revocation": {Attempts: 1, Answered: true}, "after the word that one is gone": gone} {
		f := &fake{remove: answers(map[string]bulk.Answer{"a": first, "b": refused})}
		_, summary := runEach(t, f, bulk.Options{}, "a", "b", "c")
		if len(summary.Whole) != 1 || !strings.Contains(summary.Whole[0].Error(), "the token in use was revoked meanwhile") {
			t.Errorf("%s: got %v", name, summary.Whole)
		}
	}
}

func TestEach_saysNothingOfATokenThatNeverWorked(t *testing.T) {
	t.Parallel()
	f := &fake{remove: answers(map[string]bulk.Answer{"a": refused})}
	_, summary := runEach(t, f, bulk.Options{}, "a", "b")
	if len(summary.Whole) != 1 || strings.Contains(summary.Whole[0].Error(), "meanwhile") {
		t.Errorf("got %v", summary.Whole)
	}
	f.tookBefore = true // in a call before the run
	_, summary = runEach(t, f, bulk.Options{}, "a", "b")
	if len(summary.Whole) != 1 || !strings.Contains(summary.Whole[0].Error(), "meanwhile") {
		t.Errorf("got %v", summary.Whole)
	}
}

// A time limit of its own does not end the run.
func TestEach_failsTenSilentTargetsAndStops(t *testing.T) {
	t.Parallel()
	f := &fake{remove: func(bulk.Request) bulk.Answer { return silence }}
	var jtis []string
	for i := range 12 {
		jtis = append(jtis, fmt.Sprint(i))
	}
	got, summary := runEach(t, f, bulk.Options{}, jtis...)
	for i, result := range got {
		want := bulk.Failed
		if i >= 10 {
			want = bulk.NotAttempted
		}
		if result.Outcome != want {
			t.Errorf("%d: got %s", i, outcomes[result.Outcome])
		}
	}
	if len(f.sent) != 10 || len(summary.Whole) != 1 {
		t.Errorf("sent %d, got %v", len(f.sent), summary.Whole)
	}
}

func TestEach_countsSilentTargetsInARowOnly(t *testing.T) {
	t.Parallel()
	// The fifth of six has one route that answers, then one that does not.
	f := &fake{remove: func(r bulk.Request) bulk.Answer {
		if r.Identifier == "answered" {
			return bulk.Answer{Err: errGone, Attempts: 1, Answered: true, NotFound: true}
		}
		return silence
	}}
	var got recorder
	bulk.Each(t.Context(), f, func(yield func(bulk.Target, error) bool) {
		for i := range 18 {
			target := bulk.Target{JTI: fmt.Sprint(i)}
			if i == 8 {
				target.ID = "answered"
			}
			if !yield(target, nil) {
				return
			}
		}
	}, got.options(bulk.Options{}))
	if got[8].Attempts != 2 || got[17].Outcome != bulk.Failed || len(f.sent) != 19 {
		t.Errorf("sent %d: %+v", len(f.sent), got)
	}
}

func TestEach_stopsOnceWithTheErrorOfACallback(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	var got recorder
	o := bulk.Options{Record: func(result bulk.Result) error { got = append(got, result); return full }}
	summary := bulk.Each(t.Context(), new(fake), targets("a", "b", "c"), got.options(o))
	for i, result := range got { // those that were read before the stop
		if i == 0 && result.Outcome != bulk.Revoked || i > 0 && (result.Outcome != bulk.NotAttempted || result.Attempts != 0) {
			t.Errorf("got %+v", result)
		}
	}
	if len(summary.Whole) != 1 || !errors.Is(summary.Whole[0], full) || !strings.Contains(summary.Whole[0].Error(), "hidden: full") {
		t.Errorf("got %v", summary.Whole)
	}
}

func TestEach_revokesItsOwnTokensLastAndInTheOrderOfTheirUse(t *testing.T) {
	t.Parallel()
	turn := 0
	f := &fake{authorization: func() (string, error) { // another one after the second target
		if turn++; turn <= 2 {
			return "first", nil
		}
		return "second", nil
	}}
	got, _ := runEach(t, f, bulk.Options{IncludeCurrent: true}, "first", "a", "second", "b")
	got.want(t, map[string]string{"first": "revoked after 1", "second": "revoked after 1", "a": "revoked after 1", "b": "revoked after 1"})
	if fmt.Sprint(f.identifiers()) != "[a b first second]" || !f.sent[3].Final || f.sent[1].Final {
		t.Errorf("sent %v", f.identifiers())
	}
}

func TestEach_failsItsOwnTokenWhereTheCredentialsFailAtTheEnd(t *testing.T) {
	t.Parallel()
	sealed, turn := errors.New("sealed"), 0
	f := &fake{authorization: func() (string, error) {
		if turn++; turn <= 2 {
			return "own", nil
		}
		return "", sealed
	}}
	got, _ := runEach(t, f, bulk.Options{IncludeCurrent: true}, "a", "own")
	got.want(t, map[string]string{"a": "revoked after 1", "own": "failed after 0"})
	if !errors.Is(got.of(t, "own").Err, sealed) {
		t.Errorf("got %v", got.of(t, "own").Err)
	}
}

func TestEach_keepsItsOwnTokenWhereAnotherOneFailed(t *testing.T) {
	t.Parallel()
	f := &fake{remove: answers(map[string]bulk.Answer{"a": {Err: errGone, Attempts: 1, Answered: true}})}
	got, _ := runEach(t, f, bulk.Options{IncludeCurrent: true}, "own", "a")
	got.want(t, map[string]string{"a": "failed after 1", "own": "not attempted after 0"})
}

// The panic waits for what was sent no longer than the end of a run does.
func TestEach_keepsItsOwnTokenWhereTheSequenceFailed(t *testing.T) {
	t.Parallel()
	var got recorder
	summary := bulk.Each(t.Context(), &fake{}, func(yield func(bulk.Target, error) bool) {
		_ = yield(bulk.Target{JTI: "own"}, nil) && yield(bulk.Target{}, errBase)
	}, got.options(bulk.Options{IncludeCurrent: true}))
	got.want(t, map[string]string{"own": "not attempted after 0"})
	if len(summary.Whole) != 1 || !errors.Is(summary.Whole[0], errBase) {
		t.Errorf("got %v", summary.Whole)
	}
}

func TestEach_cutsOffWhatWasSentWhenTheSequencePanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan struct{})
		f := &fake{remove: func(r bulk.Request) bulk.Answer {
			close(sent)
			<-r.Grace.Done()
			return bulk.Answer{Err: r.Grace.Err(), Attempts: 1}
		}}
		began := time.Now()
		defer func() {
			if thrown := recover(); thrown != "the sequence" || time.Since(began) != 5*time.Second {
				t.Errorf("got %v after %v", thrown, time.Since(began))
			}
		}()
		var got recorder
		bulk.Each(t.Context(), f, func(yield func(bulk.Target, error) bool) {
			yield(bulk.Target{JTI: "a"}, nil)
			<-sent
			panic("the sequence")
		}, got.options(bulk.Options{}))
	})
}

func TestEach_failsTheTargetAtWhichTheCredentialsFail(t *testing.T) {
	t.Parallel()
	sealed, turn := errors.New("sealed"), 0
	f := &fake{authorization: func() (string, error) {
		if turn++; turn == 1 {
			return "own", nil
		}
		return "", sealed
	}}
	got, summary := runEach(t, f, bulk.Options{}, "a", "b")
	got.want(t, map[string]string{"a": "revoked after 1", "b": "failed after 0"})
	if len(f.sent) != 1 || !errors.Is(got[1].Err, sealed) {
		t.Errorf("sent %v: %v", f.identifiers(), summary)
	}
}

// Among the tokens in the place of a jti the own one counts, whatever stands behind it.
func TestEach_recognizesItsOwnTokenAmongOthers(t *testing.T) {
	t.Parallel()
	own, other := servertest.TokenOf("own"), servertest.TokenOf("other")
	f := &fake{authorization: func() (string, error) { return own, nil }}
	got, _ := runEach(t, f, bulk.Options{}, own+" "+other, other+" "+own, other)
	var outcomes []bulk.Outcome
	for _, result := range got {
		outcomes = append(outcomes, result.Outcome)
	}
	if !slices.Equal(outcomes, []bulk.Outcome{bulk.Skipped, bulk.Skipped, bulk.Revoked}) || len(f.sent) != 1 {
		t.Errorf("got %v after %d requests", outcomes, len(f.sent))
	}
}
