package tiledesk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// RevokeReport is what became of all targets of a run. The counts add up to the
// targets that were seen. It marshals to JSON with what [RevokeReport.RunErr] says,
// and reads that back.
type RevokeReport struct {
	Revoked, AlreadyGone, NotFound, Skipped, Planned, Failed, NotAttempted int

	// Passes is the number of listings that RevokeAll made.
	Passes int
	// WithoutJTI is how many tokens are revoked by the server's word though their
	// entry shows no jti, where no entry of the list shows one: nobody can tell
	// whether the server refuses them.
	WithoutJTI int
	// Incomplete is true where there may be tokens that RevokeAll has not seen: its
	// newest listing failed or may have missed some, or new ones keep appearing.
	Incomplete bool
	// Failures is every result that is Failed or NotAttempted, and NotFound.
	Failures []RevokeResult

	whole []error // what went wrong with the run as a whole
}

// Err is nil when nothing was left out. Otherwise it is one line that sums up,
// however many failed, and answers [errors.Is] and [errors.As] for each kind of
// failure among them.
func (r *RevokeReport) Err() error {
	undone := r.Failed + r.NotFound + r.NotAttempted // in a report made by hand maybe all that there is
	if undone == 0 && len(r.Failures) == 0 && len(r.whole) == 0 {
		return nil
	}
	return &reportError{text: r.summary(), failures: r.Failures, whole: r.whole}
}

// RunErr is what went wrong with the run as a whole: a listing that failed, the
// reason why it stopped, new tokens that keep appearing. It is nil when only single
// targets failed.
func (r *RevokeReport) RunErr() error {
	if len(r.whole) == 0 {
		return nil
	}
	return &reportError{text: "tiledesk: " + joinLines(r.whole), whole: r.whole}
}

// add notes what went wrong with the run as a whole.
func (r *RevokeReport) add(err error) { r.whole = append(r.whole, err) }

// reportJSON is a report as it marshals.
type reportJSON struct {
	Revoked, AlreadyGone, NotFound, Skipped, Planned, Failed, NotAttempted int

	Passes, WithoutJTI int
	Incomplete         bool
	Failures           []RevokeResult
	RunError           string
}

// MarshalJSON writes the fields under their Go names, and RunErr as the text
// "RunError", which is empty when there is none.
func (r RevokeReport) MarshalJSON() ([]byte, error) {
	flat := reportJSON{
		r.Revoked, r.AlreadyGone, r.NotFound, r.Skipped, r.Planned, r.Failed, r.NotAttempted,
		r.Passes, r.WithoutJTI, r.Incomplete, r.Failures, "",
	}
	if err := r.RunErr(); err != nil {
		flat.RunError = err.Error()
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads what MarshalJSON wrote. Err and RunErr then have the same
// texts, and answer neither [errors.Is] nor [errors.As].
func (r *RevokeReport) UnmarshalJSON(text []byte) error {
	var flat reportJSON
	if err := json.Unmarshal(text, &flat); err != nil {
		return err
	}
	*r = RevokeReport{
		flat.Revoked, flat.AlreadyGone, flat.NotFound, flat.Skipped, flat.Planned, flat.Failed, flat.NotAttempted,
		flat.Passes, flat.WithoutJTI, flat.Incomplete, flat.Failures, nil,
	}
	if flat.RunError != "" {
		r.add(readBack(flat.RunError))
	}
	return nil
}

// readBack is the text of a RunErr, of all that went wrong together.
type readBack string

func (e readBack) Error() string { return string(e) }

// count takes in one result.
func (r *RevokeReport) count(result RevokeResult) {
	switch result.Outcome {
	case Revoked:
		r.Revoked++
	case AlreadyGone:
		r.AlreadyGone++
	case NotFound:
		r.NotFound++
	case Skipped:
		r.Skipped++
	case Planned:
		r.Planned++
	case Failed:
		r.Failed++
	case NotAttempted:
		r.NotAttempted++
	}
	switch result.Outcome {
	case NotFound, Failed, NotAttempted:
		r.Failures = append(r.Failures, result)
	}
}

func (r *RevokeReport) summary() string {
	seen := r.Revoked + r.AlreadyGone + r.NotFound + r.Skipped + r.Planned + r.Failed + r.NotAttempted
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{r.Failed, "failed"}, {r.NotFound, "not found"}, {r.NotAttempted, "not attempted"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if seen == 0 && len(r.whole) > 0 {
		return "tiledesk: " + joinLines(r.whole)
	}
	text := fmt.Sprintf("tiledesk: %d of %s not revoked", r.Failed+r.NotFound+r.NotAttempted, bulk.Tokens(seen))
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if len(r.whole) > 0 {
		text += "; " + joinLines(r.whole)
	}
	if i := slices.IndexFunc(r.Failures, func(f RevokeResult) bool { return f.Err != nil }); i >= 0 && len(r.whole) == 0 {
		text += "; first: " + oneLine(r.Failures[i].Err)
	}
	return text
}

// reportError sums a report up. It looks through the failures when it is asked
// instead of joining them, which for 100,000 would be a long text.
type reportError struct {
	text     string
	failures []RevokeResult
	whole    []error
}

func (e *reportError) Error() string { return e.text }

// Format prints the same text for every verb.
func (e *reportError) Format(f fmt.State, verb rune) { redact.Format(f, verb, e.text) }

// Is reports whether any failure is of that kind.
func (e *reportError) Is(target error) bool {
	return e.any(func(err error) bool { return errors.Is(err, target) })
}

// As finds the first failure of that type.
func (e *reportError) As(target any) bool {
	return e.any(func(err error) bool { return errors.As(err, target) })
}

func (e *reportError) any(holds func(error) bool) bool {
	return slices.ContainsFunc(e.failures, func(f RevokeResult) bool { return holds(f.Err) }) ||
		slices.ContainsFunc(e.whole, holds)
}

func joinLines(errs []error) string {
	lines := make([]string, len(errs))
	for i, err := range errs {
		if text, whole := err.(readBack); whole {
			lines[i] = cleanLine(text) // each of its parts was cut before
			continue
		}
		lines[i] = oneLine(err)
	}
	return strings.Join(lines, "; ")
}

// oneLine is the text of an error without our own prefix, at most 500 characters.
// It may be the caller's, so that a token can stand in it.
func oneLine(err error) string { return redact.Cut(cleanLine(err), 500) }

func cleanLine(err error) string {
	return redact.New().Clean(strings.TrimPrefix(err.Error(), "tiledesk: "))
}
