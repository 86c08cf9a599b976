package wire

import (
	"math"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
)

// isoLayouts are the forms of ISO 8601 that servers write; any fraction of a
// second is taken as well.
var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02",
}

// timeOf reads ISO 8601, epoch milliseconds or {"$date"}, and is zero when the
// time cannot be read. A time without a zone is UTC (documented).
func timeOf(value gjson.Result) time.Time {
	switch {
	case value.Type == gjson.String:
		for _, layout := range isoLayouts {
			if t, err := time.Parse(layout, value.Str); err == nil {
				return Plausible(t)
			}
		}
		if ms, err := strconv.ParseInt(value.Str, 10, 64); err == nil {
			return Plausible(time.UnixMilli(ms))
		}
	case value.Type == gjson.Number && math.Abs(value.Num) < math.MaxInt64/2:
		return Plausible(time.UnixMilli(int64(value.Num)))
	case value.IsObject():
		if date := value.Get("$date"); date.IsObject() {
			ms, err := strconv.ParseInt(date.Get("$numberLong").String(), 10, 64)
			if err == nil {
				return Plausible(time.UnixMilli(ms))
			}
		} else {
			return timeOf(date)
		}
	}
	return time.Time{}
}

// Plausible drops years that time.Time itself could not marshal.
func Plausible(t time.Time) time.Time {
	t = t.UTC()
	if year := t.Year(); year < 1 || year > 9999 {
		return time.Time{}
	}
	return t
}

// firstTime is 10^11 milliseconds after 1970, in March 1973. What is below counts
// seconds: read as milliseconds it would make the youngest token the oldest.
const firstTime = 100_000_000_000

// entryTime is the time of an entry, zero when there is none that can be.
func entryTime(value gjson.Result) time.Time {
	if t := timeOf(value); t.UnixMilli() >= firstTime {
		return t
	}
	return time.Time{}
}
