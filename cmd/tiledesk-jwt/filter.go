package main

import (
	"errors"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// filter chooses tokens, for a list and for a run.
type filter struct {
	CreatedBefore moment      `name:"created-before" placeholder:"TIME" help:"Only tokens created before this time, such as 2026-11-22 or 2026-11-22T20:00:00Z."`
	OlderThan     age         `name:"older-than" placeholder:"AGE" help:"Only tokens older than this, such as 30d, 2w or 12h."`
	Match         []condition `sep:"none" placeholder:"FIELD=VALUE" help:"Only tokens whose entry has this value in this field, word for word; can be given several times."`
}

// chooses reports whether anything is left out.
func (f *filter) chooses() bool {
	return len(f.Match) > 0 || f.OlderThan > 0 || !time.Time(f.CreatedBefore).IsZero()
}

// cutoff is the time before which a token must have been created; zero when any
// token is meant.
func (f *filter) cutoff(now time.Time) time.Time {
	before := time.Time(f.CreatedBefore)
	if f.OlderThan > 0 {
		if t := now.Add(-time.Duration(f.OlderThan)); before.IsZero() || t.Before(before) {
			before = t
		}
	}
	return before
}

// has reports whether an entry has every value that was asked for.
func (f *filter) has(token *tiledesk.Token, current string) bool {
	for _, c := range f.Match {
		if !c.holds(token, current) {
			return false
		}
	}
	return true
}

// condition is a flag such as status=active.
type condition struct{ field, value string }

// UnmarshalText splits at the first equals sign.
func (c *condition) UnmarshalText(text []byte) error {
	var found bool
	if c.field, c.value, found = strings.Cut(string(text), "="); !found || c.field == "" {
		return errors.New("write it like status=active: the name of a field, and the value that it has")
	}
	return nil
}

// holds compares a text with a text, and any other value as it is written in JSON. A
// field that is absent has no value, not even an empty one.
func (c condition) holds(token *tiledesk.Token, current string) bool {
	if c.field == "jti" {
		return ident.SameJTI(token.JTI, c.value)
	}
	found := fieldOf(token, current, c.field)
	return found.value != nil && string(found.value) != "null" && found.text() == c.value
}
