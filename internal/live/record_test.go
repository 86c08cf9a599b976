//go:build live

package live

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "update the recordings in testdata")

// recordings is where they are. Those of a proxy were handed over, and stay.
const (
	recordings = "../../testdata"
	handedOver = "proxy_"
)

// TestRecord makes every recording again and compares it with what the tree
// holds, or writes it there:
//
//	go test -tags live -run Record -update
func TestRecord(t *testing.T) {
	t.Parallel()
	var made []string
	for _, s := range sessions {
		t.Run(s.name, func(t *testing.T) {
			r := &recorder{t: t, server: shared(t, s.opts), scrub: newScrubber(s.name)}
			if err := r.server.AddUser(t.Context(), agent, password); err != nil {
				t.Fatal(err)
			}
			s.play(r)
			for _, rec := range r.taken {
				r.scrub.recording(t, rec)
				made = append(made, rec.Name+".json")
				settle(t, rec)
			}
		})
	}
	if t.Failed() || t.Skipped() || len(made) == 0 {
		return // it is known already that not all were made
	}
	for _, name := range filesIn(t, recordings) {
		if strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, handedOver) && !slices.Contains(made, name) {
			t.Errorf("%s is not a recording that this test makes", name)
		}
	}
}

// settle compares a recording with its file, or writes it.
func settle(t *testing.T, rec *recording) {
	t.Helper()
	path := filepath.Join(recordings, rec.Name+".json")
	text := rec.marshal(t)
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v; write it with -run Record -update", err)
		return
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s: the server answers otherwise than recorded:\n%s\nwant\n%s", rec.Name, text, want)
	}
}

// A recording is one exchange, in the order of its file.
type recording struct {
	Name       string   `json:"name"`
	AnsweredBy string   `json:"answered_by"`
	Note       string   `json:"note"`
	Request    request  `json:"request"`
	Response   response `json:"response"`
}

type request struct {
	Method        string          `json:"method"`
	Path          string          `json:"path"`
	Authorization string          `json:"authorization"`
	Body          json.RawMessage `json:"body"` // an object, a text that is none, or null
}

type response struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func (r *recording) marshal(t *testing.T) []byte {
	t.Helper()
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// A recorder takes the exchanges of one session with one server.
type recorder struct {
	t      *testing.T
	server *Server
	scrub  *scrubber
	taken  []*recording
}

// take makes one exchange and returns the body of its answer.
func (r *recorder) take(name, note, method, path, authorization, body string) []byte {
	r.t.Helper()
	answer, err := r.server.Call(r.t.Context(), method, path, authorization, body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.taken = append(r.taken, &recording{
		Name:       name,
		AnsweredBy: answer.By,
		Note:       note,
		Request:    request{method, path, kindOf(authorization), sentAs(r.t, body)},
		Response:   response{answer.Status, whatMatters(answer.Header), string(answer.Body)},
	})
	return answer.Body
}

func (r *recorder) get(name, note, path, authorization string) {
	r.t.Helper()
	r.take(name, note, http.MethodGet, path, authorization, "")
}

func (r *recorder) remove(name, note, path, authorization string) {
	r.t.Helper()
	r.take(name, note, http.MethodDelete, path, authorization, "")
}

func (r *recorder) signIn(name, body string) (token string) {
	r.t.Helper()
	var answer struct{ Token string }
	_ = json.Unmarshal(r.take(name, "", http.MethodPost, "/auth/signin", "", body), &answer)
	return answer.Token
}

// kindOf is the scheme of an authorization: the rest is nobody's business.
func kindOf(authorization string) string {
	if authorization == "" {
		return "none"
	}
	scheme, _, _ := strings.Cut(authorization, " ")
	return scheme
}

func sentAs(t *testing.T, body string) json.RawMessage {
	t.Helper()
	switch {
	case body == "":
		return json.RawMessage("null")
	case json.Valid([]byte(body)):
		return json.RawMessage(body)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// whatMatters leaves out what is another one in each answer, what the stand-in
// adds to be known by, and what only browsers read.
func whatMatters(header http.Header) map[string]string {
	kept := make(map[string]string)
	for _, name := range []string{"Content-Type", "Content-Length", "Transfer-Encoding", "WWW-Authenticate", "Retry-After", "Location"} {
		if values := header.Values(name); len(values) > 0 {
			kept[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return kept
}

// measure gives a changed body its own length, where it had one.
func (r *response) measure(t *testing.T, before string) {
	t.Helper()
	length, ok := r.Headers["content-length"]
	if !ok {
		return
	}
	if length != strconv.Itoa(len(before)) {
		t.Errorf("a body of %d bytes came with the length %s", len(before), length)
	}
	r.Headers["content-length"] = strconv.Itoa(len(r.Body))
}
