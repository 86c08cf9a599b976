package servertest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Recording is one exchange of testdata.
type Recording struct {
	Name       string `json:"name"`
	AnsweredBy string `json:"answered_by"`
	Request    struct {
		Method        string          `json:"method"`
		Path          string          `json:"path"`
		Authorization string          `json:"authorization"`
		Body          json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"response"`
}

// Replay replays what was recorded.
func (r Recording) Replay() *http.Response {
	resp := Answer(r.Response.Status, r.Response.Body)
	for name, value := range r.Response.Headers {
		resp.Header.Set(name, value)
	}
	return resp
}

// ReadRecording reads testdata/<name>.json.
func ReadRecording(t testing.TB, name string) Recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata(t), name+".json")) //nolint:gosec // a name in a test
	if err != nil {
		t.Fatal(err)
	}
	var r Recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

// RecordingNames are all fixtures, sorted.
func RecordingNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata(t), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files
}

// testdata is the folder of the recordings, which stands at the top of the module.
func testdata(t testing.TB) string {
	t.Helper()
	for dir := "."; len(dir) < 40; dir = filepath.Join(dir, "..") {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata")
		}
	}
	t.Fatal("not within the module")
	return ""
}
