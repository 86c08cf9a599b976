package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// reportFile is the file of --report: a JSON object for each token, written as it
// happens. Its methods do nothing on the zero value that stands for no report.
type reportFile struct {
	*os.File
	unlocked bool              // another run cannot be kept from using it
	done     map[entryKey]bool // what an earlier run has dealt with
	passed   map[entryKey]bool // what an earlier run has skipped
	failed   error             // the first write that failed

	place    place      // whose tokens this run writes down
	earlier  []place    // those of earlier runs, each once
	nameless namelesses // tokens without a jti
}

// entryKey tells the entries of a list apart, by both of their identifiers.
type entryKey struct{ id, jti string }

// keyOfEntry is false where the identifiers do not tell the entry from others: the
// report has the same mark in the place of every identifier that is a whole token.
func keyOfEntry(id, jti string) (entryKey, bool) {
	key := entryKey{id: redact.Identifier(id), jti: redact.Identifier(jti)}
	tells := key.id
	if tells == "" {
		tells = key.jti
	}
	return key, tells != "" && !strings.Contains(tells, redact.Mark)
}

// reportLine is one line of the file.
type reportLine struct {
	Time string `json:"time"`
	resultLine
	place
}

// errInUse is a file that another run has locked.
var errInUse = errors.New("another run is using this file")

// openReport opens a new file, or reads one that is there and goes on behind it.
// Without a name there is no report.
func openReport(name string, lock func(*os.File) error) (*reportFile, error) {
	switch name {
	case "":
		return &reportFile{}, nil
	case "-":
		return nil, usage("--report takes the name of a file, so that a later run can resume it.")
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // whoever runs this names the file
	if err != nil {
		return nil, usage("--report %s: %s", name, unreadable(err))
	}
	r := &reportFile{File: file, done: make(map[entryKey]bool), passed: make(map[entryKey]bool)}
	err = r.takeOver(lock)
	if err == nil {
		return r, nil
	}
	r.close()
	if errors.Is(err, errInUse) {
		return nil, usage("--report %s: another run is using it. Wait until that one has ended, or choose another name. Nothing was sent.", name)
	}
	return nil, usage("--report %s: %s. Nothing was sent.", name, err)
}

// takeOver locks the file and reads what an earlier run wrote. It cuts off a last
// line that is not whole, and keeps others from reading the file.
func (r *reportFile) takeOver(lock func(*os.File) error) error {
	if info, err := r.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.New("this is not a file that a run can resume")
	}
	if err := lock(r.File); errors.Is(err, errInUse) {
		return err
	} else if err != nil {
		r.unlocked = true
	}
	whole, rest, err := r.readLines(r.File)
	switch {
	case err != nil:
		return err
	case len(rest) == 0:
	case r.take(rest): // only the line break is missing, as some editors leave it
		_, err = r.WriteString("\n")
	default:
		err = r.cut(whole, int64(len(rest)))
	}
	if err == nil && filesHaveModes {
		err = r.Chmod(0o600)
	}
	return err
}

// cut takes a torn last line away, through another handle: Windows does not let one
// truncate that was opened to append.
func (r *reportFile) cut(whole, torn int64) error {
	file, err := os.OpenFile(r.Name(), os.O_WRONLY, 0)
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = file.Close() }()
	ours, _ := r.Stat() // what cannot be looked at is not the same
	same, _ := file.Stat()
	if !os.SameFile(ours, same) || same.Size() != whole+torn {
		return errInUse // it has no locks, and what looked torn was being written
	}
	return file.Truncate(whole)
}

// readLines returns how many bytes of whole lines there are, and what stands behind
// them without a line break.
func (r *reportFile) readLines(in io.Reader) (whole int64, rest []byte, err error) {
	lines := bufio.NewReader(in)
	for {
		text, err := lines.ReadBytes('\n')
		switch {
		case err == io.EOF && !beginsReport(text) && !r.take(text):
			return whole, nil, errForeignReport
		case err == io.EOF:
			return whole, text, nil
		case err != nil:
			return whole, nil, unreadable(err)
		case !r.take(text):
			return whole, nil, errForeignReport
		}
		whole += int64(len(text))
	}
}

// take remembers what a line says. It is false when that is not a line of a report.
func (r *reportFile) take(text []byte) bool {
	if len(bytes.TrimSpace(text)) == 0 {
		return true
	}
	var line reportLine
	if json.Unmarshal(text, &line) != nil || line.Outcome == 0 {
		return false
	}
	if !slices.Contains(r.earlier, line.place) {
		r.earlier = append(r.earlier, line.place)
	}
	key, tells := keyOfEntry(line.ID, line.JTI)
	r.nameless.take(key, tells, line.Outcome)
	switch line.Outcome {
	case tiledesk.Revoked, tiledesk.AlreadyGone:
		if tells {
			r.done[key] = true
		}
	case tiledesk.Skipped:
		if tells {
			r.passed[key] = true
		}
	}
	return true
}

var errForeignReport = errors.New("the file is there and is not a report of tiledesk-jwt; choose another name")

// beginsReport reports whether a text without its line break can be what a crash
// left of the first line. It is thrown away, and many a file of somebody else is
// one object without a line break.
func beginsReport(text []byte) bool {
	const begin = `{"time":"`
	n := min(len(text), len(begin))
	return string(text[:n]) == begin[:n]
}

func (r *reportFile) resumed() int { return len(r.done) }

// has reports whether an earlier run has dealt with the token.
func (r *reportFile) has(token *tiledesk.Token) bool {
	return r.hasTarget(token.Target())
}

// hasTarget is has for a target as it was given to both runs.
func (r *reportFile) hasTarget(target tiledesk.Target) bool {
	key, tells := keyOfEntry(target.ID, target.JTI)
	return tells && r.done[key]
}

// knows reports whether the file says already that the token is left alone.
func (r *reportFile) knows(result tiledesk.RevokeResult) bool {
	key, tells := keyOfEntry(result.Target.ID, result.Target.JTI)
	return result.Outcome == tiledesk.Skipped && tells && (r.done[key] || r.passed[key])
}

// write adds the line of one result. It is false when the file takes no more.
func (r *reportFile) write(result tiledesk.RevokeResult, now time.Time) bool {
	if r.File == nil || r.failed != nil || r.knows(result) {
		return r.failed == nil
	}
	line := reportLine{stamp(now), resultLineOf(result), r.place}
	var whole bytes.Buffer // one write a line, so that a crash cuts at most the last one
	if r.failed = writeJSON(&whole, line); r.failed == nil {
		_, r.failed = r.Write(whole.Bytes())
	}
	key, tells := keyOfEntry(result.Target.ID, result.Target.JTI)
	r.nameless.hear(key, tells, result.Outcome)
	return r.failed == nil
}

func (r *reportFile) close() {
	if r.File != nil {
		_ = r.Close() // each line was written and checked
	}
}
