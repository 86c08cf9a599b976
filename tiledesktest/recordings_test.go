package tiledesktest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// recording is one file of testdata.
type recording struct {
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

const (
	agent    = "agent@example.com"
	password = "Passw0rd!x"
)

// scene brings a server into the state that a recording was made in.
type scene struct {
	server *tiledesktest.Server
	tokens []string // oldest first
	own    string   // the token of the caller
}

// variation says how the request of one recording differs from what its file
// tells: the file has neither tokens nor the ids of our server.
type variation struct {
	options       []tiledesktest.Option
	tokens        int // 95 unless set
	prepare       func(t *testing.T, s *scene)
	path          func(s *scene) string
	authorization func(s *scene) string
}

func TestServer_answersEveryRecordingAsItWasRecorded(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	played := 0
	for _, file := range files {
		rec := readRecording(t, file)
		if strings.HasPrefix(rec.AnsweredBy, "nginx") {
			continue // a proxy's answer: no business of this server
		}
		played++
		t.Run(rec.Name, func(t *testing.T) {
			t.Parallel()
			play(t, rec, variations[rec.Name])
		})
	}
	for name := range variations {
		if _, err := os.Stat("../testdata/" + name + ".json"); err != nil {
			t.Errorf("a variation without a recording: %v", err)
		}
	}
	if played < 38 {
		t.Errorf("%d recordings played, want 38 or more", played)
	}
}

func play(t *testing.T, rec recording, v variation) {
	t.Helper()
	s := &scene{server: tiledesktest.NewServer(t, v.options...)}
	s.server.AddUser(agent, password)
	if v.tokens == 0 {
		v.tokens = 95
	}
	s.tokens = s.server.Issue(agent, v.tokens)
	s.own = s.tokens[len(s.tokens)-1]
	if v.prepare != nil {
		v.prepare(t, s)
	}
	path := rec.Request.Path
	if v.path != nil {
		path = v.path(s)
	}
	authorization := authorizationOf(rec.Request.Authorization, s.own)
	if v.authorization != nil {
		authorization = v.authorization(s)
	}
	got := send(t, s.server, rec.Request.Method, path, authorization, requestBody(t, rec))
	comparePlayed(t, rec, got)
}

func comparePlayed(t *testing.T, rec recording, got answer) {
	t.Helper()
	want := rec.Response
	if got.status != want.Status {
		t.Errorf("status %d, want %d", got.status, want.Status)
	}
	for _, name := range []string{"Content-Type", "WWW-Authenticate", "Transfer-Encoding"} {
		if g, w := got.header.Values(name), want.Headers[strings.ToLower(name)]; strings.Join(g, ", ") != w {
			t.Errorf("%s: %q, want %q", name, g, w)
		}
	}
	_, wantLength := want.Headers["content-length"]
	if hasLength := got.header["Content-Length"] != nil; hasLength != wantLength {
		t.Errorf("Content-Length is there: %v, want %v", hasLength, wantLength)
	}
	if got.status != http.StatusOK {
		if got.body != want.Body {
			t.Errorf("body %s, want %s", got.body, want.Body)
		}
		return
	}
	if g, w := shape(t, got.body), shape(t, want.Body); g != w {
		t.Errorf("shape of the body:\n got %s\nwant %s", g, w)
	}
}

func authorizationOf(kind, token string) string {
	switch kind {
	case "JWT", "Bearer":
		return kind + " " + token
	case "Basic":
		return basic(agent, password)
	}
	return ""
}

func requestBody(t *testing.T, rec recording) string {
	t.Helper()
	var text string
	if json.Unmarshal(rec.Request.Body, &text) == nil {
		return text
	}
	return string(rec.Request.Body)
}

func readRecording(t *testing.T, file string) recording {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rec recording
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return rec
}

// shape renders JSON with its keys in their order and the kinds of its values;
// fixed values are kept.
func shape(t *testing.T, body string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	var b bytes.Buffer
	writeShape(t, d, &b, "")
	if _, err := d.Token(); err != io.EOF {
		t.Errorf("more than one JSON value: %s", body)
	}
	return b.String()
}

func writeShape(t *testing.T, d *json.Decoder, b *bytes.Buffer, key string) {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	switch token {
	case json.Delim('{'):
		b.WriteByte('{')
		for d.More() {
			name, _ := d.Token()
			fmt.Fprintf(b, "%v:", name)
			writeShape(t, d, b, name.(string))
			b.WriteByte(' ')
		}
		_, _ = d.Token()
		b.WriteByte('}')
		return
	case json.Delim('['):
		b.WriteByte('[')
		for d.More() {
			writeShape(t, d, b, key)
			b.WriteByte(' ')
		}
		_, _ = d.Token()
		b.WriteByte(']')
		return
	}
	writeValue(b, key, token)
}

// writeValue keeps what is the same on every server, and the form of what is
// not.
func writeValue(b *bytes.Buffer, key string, token json.Token) {
	text, isText := token.(string)
	switch key {
	case "firstname", "lastname":
		b.WriteString("text")
	case "_id", "id_user":
		fmt.Fprintf(b, "text of %d", len(text))
	case "jti", "createdAt", "updatedAt":
		fmt.Fprintf(b, "text like %s", strings.Map(form, text))
	case "token":
		parts := strings.Split(text, ".")
		fmt.Fprintf(b, "%s.…%d.%s", parts[0], len(parts), parts[len(parts)-1])
	default:
		if isText {
			fmt.Fprintf(b, "%q", text)
			return
		}
		fmt.Fprint(b, token)
	}
}

func form(r rune) rune {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'f':
		return 'x'
	}
	return r
}
