package bulk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAnswer_decide(t *testing.T) {
	t.Parallel()
	byHand, listed := job{target: Target{JTI: "a"}}, job{target: Target{JTI: "a"}, token: &Token{}, listed: true}
	nameless, unlisted := job{target: Target{ID: "1"}, token: &Token{}, listed: true}, job{target: Target{JTI: "own"}, token: &Token{}}
	notFound, refused, ended := errors.New("404"), errors.New("401"), fmt.Errorf("cut: %w", context.Canceled)
	stop := errors.New("the shop closes")
	gone := Answer{Err: notFound, NotFound: true, Gone: true}
	for name, test := range map[string]struct {
		job    job
		answer Answer
		facts  facts
		want   Outcome
		text   string
	}{
		"a 2xx":                                      {listed, Answer{}, facts{jtis: true}, Revoked, ""},
		"a 2xx, while the run stops":                 {listed, Answer{}, facts{stop: stop}, Revoked, ""},
		"a 2xx without a jti, others show one":       {nameless, Answer{}, facts{jtis: true}, Failed, "GLOBAL_SECRET"},
		"a 2xx without a jti, none shows one":        {nameless, Answer{}, facts{}, Revoked, ""},
		"gone without a jti, others show one":        {nameless, gone, facts{jtis: true}, Failed, "GLOBAL_SECRET"},
		"gone and listed":                            {listed, gone, facts{}, AlreadyGone, ""},
		"gone, and in use":                           {listed, gone, facts{own: true, took: true}, Failed, "very request"},
		"gone and given by hand":                     {byHand, gone, facts{}, NotFound, "404"},
		"gone, own and not listed":                   {unlisted, gone, facts{own: true}, NotFound, "404"},
		"gone by hand after a lost reply":            {byHand, Answer{Err: notFound, NotFound: true, Gone: true, ReplyLost: true}, facts{}, NotFound, "may have been this run"},
		"a page with 404, listed":                    {listed, Answer{Err: notFound, NotFound: true}, facts{}, Failed, "404"},
		"the own one is refused":                     {listed, Answer{Err: refused, Refused: true}, facts{own: true, took: true, stop: refused}, AlreadyGone, ""},
		"it never was accepted":                      {listed, Answer{Err: refused, Refused: true}, facts{own: true, stop: refused}, Failed, "401"},
		"another one is refused":                     {listed, Answer{Err: refused, Refused: true}, facts{took: true, stop: refused}, Failed, "401"},
		"a page with 401":                            {listed, Answer{Err: refused}, facts{own: true, took: true, stop: refused}, Failed, "401"},
		"cut off":                                    {listed, Answer{Err: ended}, facts{stop: stop, cut: true}, NotAttempted, "not revoked, the run stopped meanwhile: the shop closes"},
		"cut off, and the reply is lost":             {listed, Answer{Err: ended, ReplyLost: true}, facts{stop: stop, cut: true}, NotAttempted, "unknown whether"},
		"its own context, while the run goes on":     {listed, Answer{Err: ended}, facts{}, Failed, "cut"},
		"an answer that stops the run, not cut off":  {listed, Answer{Err: refused}, facts{stop: stop}, Failed, "401"},
		"an error of the other route, given by hand": {byHand, Answer{Err: refused, NotFound: false}, facts{}, Failed, "401"},
	} {
		got, err := test.answer.decide(test.job, test.facts)
		if got != test.want || (err == nil) != (test.text == "") || err != nil && !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestAnswer_cutOffOnlyByAStopBeforeIt(t *testing.T) {
	t.Parallel()
	late := Answer{Err: context.DeadlineExceeded}
	for name, test := range map[string]struct {
		answer Answer
		before bool
		want   bool
	}{
		"its own time limit":             {late, false, false},
		"the end of the run":             {late, true, true},
		"an answer after the end":        {Answer{Err: errors.New("500")}, true, false},
		"a limiter that lets nothing by": {Answer{Err: errors.New("full"), Limited: true}, false, true},
	} {
		if got := test.answer.cutOff(test.before); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestAnswer_silent(t *testing.T) {
	t.Parallel()
	late := context.DeadlineExceeded
	for name, test := range map[string]struct {
		answer Answer
		want   bool
	}{
		"one attempt without an answer": {Answer{Err: late, Attempts: 1}, true},
		"nothing was sent":              {Answer{Err: late}, false},
		"a revocation":                  {Answer{Attempts: 1}, false},
		"an answer that is an error":    {Answer{Err: late, Attempts: 1, Answered: true}, false},
	} {
		if got := test.answer.silent(); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestAnswer_andTheOtherRoute(t *testing.T) {
	t.Parallel()
	first := Answer{Attempts: 2, Answered: true, Gone: true, ReplyLost: true}
	for _, test := range []struct{ first, second, want Answer }{
		{first, Answer{Attempts: 1, Gone: true}, Answer{Attempts: 3, Answered: true, Gone: true, ReplyLost: true}},
		{Answer{Attempts: 1}, Answer{Attempts: 1, Gone: true}, Answer{Attempts: 2}},
		{Answer{Attempts: 1, Gone: true}, Answer{Attempts: 1, Answered: true}, Answer{Attempts: 2, Answered: true}},
	} {
		if got := test.first.and(test.second); got != test.want {
			t.Errorf("got %+v, want %+v", got, test.want)
		}
	}
}
