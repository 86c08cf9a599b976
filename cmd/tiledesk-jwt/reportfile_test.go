package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// reportOf writes a report and opens it.
func reportOf(t *testing.T, text string) (*reportFile, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := openReport(name, lockFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(report.close)
	return report, name
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// line is a line of a report, without the line break.
func line(id, jti, outcome string) string {
	return `{"time":"2026-11-22T20:00:00Z","id":"` + id + `","jti":"` + jti + `","outcome":"` + outcome + `","attempts":1,"error":null}`
}

// Only a last line that is not whole is cut off.
func TestReport_cutsOnlyATornLastLine(t *testing.T) {
	t.Parallel()
	before := line("1", "a", "revoked") + "\n" + line("", "b", "already gone") + "\n" + line("3", "", "failed") + "\n"
	for name, tt := range map[string]struct {
		rest, left string
		fourth     bool
	}{
		"nothing":                  {"", "", false},
		"a torn line":              {`{"time":"2026-11-22T20:00:00Z","id":"4","outcome":"revo`, "", false},
		"a begun line":             {`{"ti`, "", false},
		"a missing line break":     {line("4", "", "revoked"), line("4", "", "revoked") + "\n", true},
		"white space":              {"  ", "  \n", false},
		"a line break and a blank": {"\n ", "\n \n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, file := reportOf(t, before+tt.rest)
			if got := readFile(t, file); got != before+tt.left {
				t.Errorf("%q is left", got)
			}
			for _, token := range []*tiledesk.Token{{ID: "1", JTI: "a"}, {JTI: "b"}} {
				if !report.has(token) {
					t.Errorf("%v is forgotten", token)
				}
			}
			if report.has(&tiledesk.Token{ID: "3"}) || report.has(&tiledesk.Token{ID: "4"}) != tt.fourth {
				t.Error("a token counts as done that is not")
			}
			report.write(tiledesk.RevokeResult{Target: tiledesk.Target{ID: "5"}, Outcome: tiledesk.Revoked}, time.Now())
			if got := readFile(t, file); !strings.HasPrefix(got, before+tt.left) || strings.Count(got, "\n") != strings.Count(before+tt.left, "\n")+1 {
				t.Errorf("%q after a write", got)
			}
		})
	}
}

// A last line that no report begins with is somebody else's, and stays.
func TestReport_leavesWhatItDidNotWrite(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "report")
	text := line("1", "a", "revoked") + "\nmy own note"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openReport(name, lockFile); codeOf(err) != exitUsage {
		t.Errorf("%v", err)
	}
	if got := readFile(t, name); got != text {
		t.Errorf("%q", got)
	}
}

// A second run is told, and changes nothing in the file; afterwards it can go on.
func TestReport_isOfOneRunAtATime(t *testing.T) {
	t.Parallel()
	first, name := reportOf(t, line("1", "a", "revoked")+"\n")
	if _, err := first.WriteString(`{"time":"2026-`); err != nil { // the first run is writing
		t.Fatal(err)
	}
	text := readFile(t, name)
	_, err := openReport(name, lockFile)
	if codeOf(err) != exitUsage || !strings.Contains(err.Error(), "another run is using it") || !strings.Contains(err.Error(), "Nothing was sent") {
		t.Errorf("%v", err)
	}
	if got := readFile(t, name); got != text {
		t.Errorf("%q was changed", got)
	}
	first.close()
	second, err := openReport(name, lockFile)
	if err != nil || second.unlocked {
		t.Fatalf("%v", err)
	}
	second.close()
}

// Where there are no locks a run goes on, and says so. It cuts nothing off that
// grew meanwhile.
func TestReport_goesOnWithoutLocks(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "report")
	torn := line("1", "a", "revoked") + "\n" + `{"time":"2026-`
	if err := os.WriteFile(name, []byte(torn), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := openReport(name, func(*os.File) error { return errors.ErrUnsupported })
	if err != nil || !report.unlocked || readFile(t, name) != line("1", "a", "revoked")+"\n" {
		t.Fatalf("%v: %q", err, readFile(t, name))
	}
	defer report.close()
	if err := report.cut(3, 4); !errors.Is(err, errInUse) {
		t.Errorf("cut off a file of another length: %v", err)
	}
}

// Entries that differ are never taken for each other.
func TestReport_tellsEntriesApart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		done string
		not  tiledesk.Token
	}{
		{line(`a\u0000b`, "c", "revoked"), tiledesk.Token{ID: "a", JTI: "b\x00c"}},
		{line("", "id:1", "revoked"), tiledesk.Token{ID: "1"}},
		{line("1", "a", "revoked"), tiledesk.Token{ID: "1", JTI: "b"}},
		{line("[redacted]", "", "revoked"), tiledesk.Token{ID: sample}}, // of another token
		{line("", "", "revoked"), tiledesk.Token{}},
	} {
		report, _ := reportOf(t, tt.done+"\n")
		if report.has(&tt.not) {
			t.Errorf("%v is taken for %s", tt.not, tt.done)
		}
	}
	report, _ := reportOf(t, line(`a\u0000b`, "keyJobs.v1.2", "revoked")+"\n")
	if !report.has(&tiledesk.Token{ID: "a\x00b", JTI: "keyJobs.v1.2"}) {
		t.Error("an entry is not known again")
	}
}

// An innocent jti with dots in it is written as it is, a whole token is not.
func TestReport_writesIdentifiersAsTheyAre(t *testing.T) {
	t.Parallel()
	report, name := reportOf(t, "")
	for _, jti := range []string{"keyJobs.v1.2", sample} {
		report.write(tiledesk.RevokeResult{Target: tiledesk.Target{JTI: jti}, Outcome: tiledesk.Revoked}, time.Now())
	}
	text := readFile(t, name)
	if !strings.Contains(text, `"jti":"keyJobs.v1.2"`) || strings.Contains(text, sample) || !strings.Contains(text, `"jti":"[redacted]"`) {
		t.Errorf("%s", text)
	}
}

// A run that cannot use the file leaves it free for one that can, and says why.
func TestReport_saysWhyItCannotBeUsed(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(name, []byte("my own note\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openReport(name, lockFile); codeOf(err) != exitUsage || !strings.Contains(err.Error(), "is not a report of tiledesk-jwt") {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err := openReport(name, lockFile); err != nil {
		t.Errorf("still locked: %v", err)
	} else {
		report.close()
	}
	for name, want := range map[string]string{
		os.DevNull:                    "this is not a file that a run can resume",
		filepath.Join(name, "report"): "not a directory",
		"-":                           "takes the name of a file",
	} {
		if _, err := openReport(name, lockFile); codeOf(err) != exitUsage || filesHaveModes && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A torn line is cut off only of the file that was read: one that was removed or put in
// its place meanwhile is left as it is.
func TestReport_cutsNoOtherFile(t *testing.T) {
	t.Parallel()
	torn := line("1", "a", "revoked") + "\n" + `{"time":"2026-`
	other := strings.Repeat("x", len(torn))
	for name, c := range map[string]struct {
		meanwhile func(name string) error // when the run locks the file
		says      string
	}{
		"removed": {os.Remove, "there is no such file"},
		"another one": {func(name string) error {
			if err := os.WriteFile(name+"2", []byte(other), 0o600); err != nil {
				return err
			}
			return os.Rename(name+"2", name)
		}, "another run is using it"},
	} {
		if !filesHaveModes { // Windows lets nobody do that to an open file
			continue
		}
		file := filepath.Join(t.TempDir(), "report")
		if err := os.WriteFile(file, []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openReport(file, func(*os.File) error { return c.meanwhile(file) })
		if codeOf(err) != exitUsage || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadFile(file); err == nil && string(left) != other {
			t.Errorf("%s: %q is left", name, left)
		}
	}
}

// What cannot be read is not taken for a report without a line.
func TestReport_saysThatItCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, _, err := new(reportFile).readLines(iotest.ErrReader(errors.New("the disk is broken"))); err == nil || !strings.Contains(err.Error(), "the disk is broken") {
		t.Errorf("%v", err)
	}
}

// A token that is left alone in each run has one line, until it is revoked.
func TestReport_saysOnceWhatIsLeftAlone(t *testing.T) {
	t.Parallel()
	before := line("1", "a", "skipped") + "\n" + line("2", "b", "revoked") + "\n" + line("", "", "skipped") + "\n"
	report, name := reportOf(t, before)
	write := func(target tiledesk.Target, outcome tiledesk.Outcome) {
		t.Helper()
		if !report.write(tiledesk.RevokeResult{Target: target, Outcome: outcome}, time.Now()) {
			t.Error("it takes no more")
		}
	}
	write(tiledesk.Target{ID: "1", JTI: "a"}, tiledesk.Skipped)
	write(tiledesk.Target{ID: "2", JTI: "b"}, tiledesk.Skipped)
	if got := readFile(t, name); got != before || report.resumed() != 1 {
		t.Errorf("%d resumed: %q", report.resumed(), got)
	}
	write(tiledesk.Target{ID: "1", JTI: "a"}, tiledesk.Revoked)
	write(tiledesk.Target{ID: "3", JTI: "c"}, tiledesk.Skipped)
	write(tiledesk.Target{}, tiledesk.Skipped) // which tells nothing apart
	write(tiledesk.Target{ID: "2", JTI: "b"}, tiledesk.Failed)
	if got := strings.TrimPrefix(readFile(t, name), before); strings.Count(got, "\n") != 4 {
		t.Errorf("%s", got)
	}
}

// Without a file there is nothing that could fail.
func TestReport_isNoneWithoutAName(t *testing.T) {
	t.Parallel()
	report, err := openReport("", lockFile)
	if err != nil || !report.write(tiledesk.RevokeResult{Outcome: tiledesk.Revoked}, time.Now()) || report.resumed() != 0 || report.has(&tiledesk.Token{ID: "1"}) {
		t.Errorf("%v", err)
	}
	report.close()
}
