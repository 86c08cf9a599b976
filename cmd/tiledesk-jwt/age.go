package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// age is a flag such as 30d, 2w, 12h or 1d12h.
type age time.Duration

// UnmarshalText reads what time.ParseDuration does, and days and weeks before it.
func (a *age) UnmarshalText(text []byte) error {
	rest, total := string(text), 0.0
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"w", week}, {"d", day}} {
		number, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return errAge
		}
		total += n * float64(unit.length)
		rest = after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return errAge
		}
		total += float64(d)
	}
	if !(total > 0 && total < math.MaxInt64) {
		return errAge
	}
	*a = age(total)
	return nil
}

var errAge = errors.New("invalid age; write it like 30d, 2w or 12h")

// moment is a flag such as 2026-11-22 or 2026-11-22T20:00:00Z.
type moment time.Time

// UnmarshalText reads RFC 3339, or a day, which begins at midnight UTC.
func (m *moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			*m = moment(t.UTC())
			return nil
		}
	}
	return errors.New("invalid time; write it like 2026-11-22 or 2026-11-22T20:00:00Z")
}

// ago is the age of a time in words.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return humanize.RelTime(t, now, "ago", "from now")
}

// clock is a time as people read it.
func clock(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// stamp is a time as programs read it; empty when it is unknown.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
