package main

import (
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// Whatever is left alone is said, with the reason.
func TestTally_leftAlone(t *testing.T) {
	t.Parallel()
	before := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for want, tally := range map[string]tally{
		"":                              {planned: 3, undated: 1},
		"Left alone: the token in use.": {inUse: true},
		"Left alone: 1 token without a jti, any of which may be the token in use.":                        {maybeInUse: 1},
		"Left alone: 1 token created after 2026-11-01 00:00 UTC.":                                         {young: 1},
		"Left alone: 2 tokens whose time is unknown, which never matches an age.":                         {unknown: 2},
		"Left alone: 1 token whose time is unknown, which never matches an age.":                          {unknown: 1},
		"Left alone: 1 token for which --match does not hold.":                                            {others: 1},
		"Left alone: 1 token that the report has as done.":                                                {reported: 1},
		"Left alone: the token in use; 2 tokens created after 2026-11-01 00:00 UTC.":                      {inUse: true, young: 2},
		"Left alone: 1,000 tokens for which --match does not hold; 2 tokens that the report has as done.": {others: 1000, reported: 2},
	} {
		if got := tally.leftAlone(before); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// selecting is a selection of what is older than three days, has the city Rome, and is
// not in the report; the token in use has the jti "own".
func selecting(t *testing.T, now time.Time) *selection {
	t.Helper()
	report, _ := reportOf(t, line("1", "done", "revoked")+"\n")
	s := newSelection(&filter{OlderThan: age(3 * day), Match: []condition{{"city", "Rome"}}}, &undertaking{file: report}, now)
	s.s = &session{jti: "own"}
	return s
}

// entry is a token of a city.
func entry(id, jti string, created time.Time, city string) *tiledesk.Token {
	return &tiledesk.Token{ID: id, JTI: jti, CreatedAt: created, Raw: []byte(`{"city":"` + city + `"}`)}
}

// Each token that is not chosen is left alone for one reason.
func TestSelection_countsWhyATokenIsLeftAlone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	old, young := now.Add(-4*day), now.Add(-2*day)
	for name, c := range map[string]struct {
		token   *tiledesk.Token
		outcome tiledesk.Outcome
		chosen  bool
		want    tally
	}{
		"old":              {entry("2", "a", old, "Rome"), tiledesk.Revoked, true, tally{}},
		"failed":           {entry("2", "a", old, "Rome"), tiledesk.Failed, true, tally{}},
		"young":            {entry("2", "a", young, "Rome"), tiledesk.Skipped, false, tally{young: 1}},
		"of the day":       {entry("2", "a", now.Add(-3*day), "Rome"), tiledesk.Skipped, false, tally{young: 1}},
		"without a time":   {entry("2", "a", time.Time{}, "Rome"), tiledesk.Skipped, false, tally{unknown: 1}},
		"of another city":  {entry("2", "a", old, "Bari"), tiledesk.Skipped, false, tally{others: 1}},
		"young, elsewhere": {entry("2", "a", young, "Bari"), tiledesk.Skipped, false, tally{others: 1}},
		"done before":      {entry("1", "done", old, "Rome"), tiledesk.Skipped, false, tally{reported: 1}},
		"done and young":   {entry("1", "done", young, "Rome"), tiledesk.Skipped, false, tally{reported: 1}},
		"in use":           {entry("2", "OWN", old, "Rome"), tiledesk.Skipped, true, tally{inUse: true}},
		"maybe in use":     {entry("2", "", old, "Rome"), tiledesk.Skipped, true, tally{maybeInUse: 1}},
	} {
		s := selecting(t, now)
		if got := s.match(c.token); got != c.chosen {
			t.Errorf("%s: chosen is %v", name, got)
		}
		s.count(tiledesk.RevokeResult{Target: c.token.Target(), Token: c.token, Outcome: c.outcome})
		if got := s.tally; got.first != nil || got.leftAlone(s.before) != c.want.leftAlone(s.before) {
			t.Errorf("%s: %s", name, got.leftAlone(s.before))
		}
		if s.ownListed != (c.token.JTI == "OWN") || (s.nameless == 1) != (c.token.JTI == "") {
			t.Errorf("%s: the token in use is listed: %v, %d without a jti", name, s.ownListed, s.nameless)
		}
	}
}

// What was chosen and is not among the planned is the token in use, or may be it.
func TestSelection_plansAllButTheTokenInUse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	own, nameless := entry("1", "own", now.Add(-5*day), "Rome"), entry("2", "", now.Add(-6*day), "Rome")
	other := entry("3", "c", now.Add(-7*day), "Rome")
	for name, c := range map[string]struct {
		chosen, planned []*tiledesk.Token
		want            string
	}{
		"all":                       {[]*tiledesk.Token{own, nameless, other}, []*tiledesk.Token{own, nameless, other}, ""},
		"without the one in use":    {[]*tiledesk.Token{own, other}, []*tiledesk.Token{other}, "Left alone: the token in use."},
		"without the nameless":      {[]*tiledesk.Token{nameless, nameless, other}, []*tiledesk.Token{other}, "Left alone: 2 tokens without a jti, any of which may be the token in use."},
		"without one nameless":      {[]*tiledesk.Token{nameless, nameless, other}, []*tiledesk.Token{other, nameless}, "Left alone: 1 token without a jti, any of which may be the token in use."},
		"the one in use not listed": {[]*tiledesk.Token{other}, []*tiledesk.Token{other}, ""},
	} {
		s := selecting(t, now)
		for _, token := range c.chosen {
			if !s.match(token) {
				t.Errorf("%s: %s is not chosen", name, token.ID)
			}
		}
		s.plan(c.planned, true)
		if got := s.tally.leftAlone(s.before); got != c.want || s.tally.planned != len(c.planned) || !s.incomplete {
			t.Errorf("%s: %q, %d planned", name, got, s.tally.planned)
		}
	}
}

// The times that are told are the first and the last, in whatever order tokens come.
func TestTally_plan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for _, hours := range [][]int{{1, 2, 3}, {3, 2, 1}, {2, 1, 3}, {2, 3, 1, 0}} {
		var got tally
		for _, h := range hours {
			created := now.Add(time.Duration(h) * time.Hour)
			if h == 0 {
				created = time.Time{}
			}
			got.plan(&tiledesk.Token{CreatedAt: created})
		}
		if !got.oldest.Equal(now.Add(time.Hour)) || !got.newest.Equal(now.Add(3*time.Hour)) || got.planned != len(hours) || got.undated != len(hours)-3 || len(got.first) != len(hours) {
			t.Errorf("%v: %+v", hours, got)
		}
	}
	var many tally
	for range maxShown + 2 {
		many.plan(&tiledesk.Token{CreatedAt: now})
	}
	if len(many.first) != maxShown || many.planned != maxShown+2 {
		t.Errorf("%d shown of %d", len(many.first), many.planned)
	}
}
