package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// reportFile is the file of --report: a JSON object for each token, written as it
// happens. Its methods do nothing on the nil that stands for no report.
type reportFile struct {
	*os.File
	done   map[string]bool // what an earlier run has dealt with, by id or else by jti
	passed map[string]bool // what an earlier run has skipped
	failed error           // the first write that failed
}

// reportLine is one line of the file.
type reportLine struct {
	Time     string           `json:"time"`
	ID       string           `json:"id"`
	JTI      string           `json:"jti"`
	Outcome  tiledesk.Outcome `json:"outcome"`
	Attempts int              `json:"attempts"`
	Error    *string          `json:"error"`
}

// openReport opens a new file, or reads one that is there and goes on behind it.
// No name is no report.
func openReport(name string) (*reportFile, error) {
	switch name {
	case "":
		return &reportFile{}, nil
	case "-":
		return nil, usage("--report takes the name of a file, so that a later run can go on with it.")
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // whoever runs this names the file
	if err != nil {
		return nil, usage("--report %s: %s", name, unreadable(err))
	}
	r := &reportFile{File: file, done: make(map[string]bool), passed: make(map[string]bool)}
	if err := r.takeOver(); err != nil {
		r.close()
		return nil, usage("--report %s: %s. Nothing was sent.", name, err)
	}
	return r, nil
}

// takeOver reads what an earlier run wrote, cuts off a last line that is not
// whole, and keeps others from reading the file.
func (r *reportFile) takeOver() error {
	if info, err := r.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.New("this is no file that a run can go on with")
	}
	whole, err := r.readLines(r.File)
	if err == nil {
		err = r.Truncate(whole)
	}
	if err == nil && filesHaveModes {
		err = r.Chmod(0o600)
	}
	return err
}

// readLines returns how many bytes of whole lines there are.
func (r *reportFile) readLines(in io.Reader) (whole int64, err error) {
	lines := bufio.NewReader(in)
	ours := false // there is a line that only a report has
	for {
		text, err := lines.ReadBytes('\n')
		switch {
		case err == io.EOF && !ours && !beginsReport(text):
			return whole, errForeignReport
		case err == io.EOF:
			return whole, nil
		case err != nil:
			return whole, unreadable(err)
		}
		var line reportLine
		if len(bytes.TrimSpace(text)) > 0 {
			if json.Unmarshal(text, &line) != nil || line.Outcome == 0 {
				return whole, errForeignReport
			}
			ours = true
		}
		whole += int64(len(text))
		switch key := reportKey(line.ID, line.JTI); line.Outcome {
		case tiledesk.Revoked, tiledesk.AlreadyGone:
			r.done[key] = true
		case tiledesk.Skipped:
			r.passed[key] = true
		}
	}
}

var errForeignReport = errors.New("the file is there and is no report of tiledesk-jwt revoke-all; choose another name")

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
	return len(r.done) > 0 && r.done[reportKey(redact.Tokens(token.ID), redact.Tokens(token.JTI))]
}

// knows reports whether the file says already that the token is left alone.
func (r *reportFile) knows(result tiledesk.RevokeResult) bool {
	if result.Outcome != tiledesk.Skipped {
		return false
	}
	return r.has(result.Token) || r.passed[reportKey(redact.Tokens(result.Target.ID), redact.Tokens(result.Target.JTI))]
}

func reportKey(id, jti string) string {
	if id != "" {
		return "id:" + id
	}
	return "jti:" + jti // which can itself begin with id:
}

// write adds the line of one result. It is false when the file takes no more.
func (r *reportFile) write(result tiledesk.RevokeResult, now time.Time) bool {
	if r.File == nil || r.failed != nil || r.knows(result) {
		return r.failed == nil
	}
	line := reportLine{
		Time: stamp(now), ID: redact.Tokens(result.Target.ID), JTI: redact.Tokens(result.Target.JTI),
		Outcome: result.Outcome, Attempts: result.Attempts,
	}
	if result.Err != nil {
		line.Error = orNull(safe(withoutPrefix(result.Err)))
	}
	var whole bytes.Buffer // one write a line, so that a crash cuts at most the last one
	if r.failed = writeJSON(&whole, line); r.failed == nil {
		_, r.failed = r.Write(whole.Bytes())
	}
	return r.failed == nil
}

func (r *reportFile) close() {
	if r.File != nil {
		_ = r.Close() // each line was written and checked
	}
}
