//go:build live

package live

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A scrubber puts a stable value in place of each that is another one whenever
// a session is recorded, and leaves no secret. The n-th token of a session has
// always the same id, the same jti and the same time, so that a second recording
// differs only where the server does.
type scrubber struct {
	seed    string
	ids     map[string]string    // the server's ids and jtis, and what is written for them
	created map[string]time.Time // by the server's id, or jti, of an entry
	revoked map[string]time.Time // by the id, in the order in which they turn up
}

func newScrubber(session string) *scrubber {
	return &scrubber{session, make(map[string]string), make(map[string]time.Time), make(map[string]time.Time)}
}

// began is when the user of a session was made. Each minute after it somebody
// signs in, and the next day all that is revoked is revoked.
var began = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// learn is told of each entry, oldest first.
func (s *scrubber) learn(entry row) {
	if len(s.ids) == 0 {
		s.ids[entry.UserID] = s.objectID(0)
	}
	n := 1 + len(s.created)/2
	at := began.Add(time.Duration(n) * time.Minute)
	s.ids[entry.ID], s.ids[entry.JTI] = s.objectID(n), s.uuid(n)
	s.created[entry.ID], s.created[entry.JTI] = at, at
}

// objectID has the form of MongoDB's: seconds, five bytes of the process, a
// counter.
func (s *scrubber) objectID(n int) string {
	process := sha256.Sum256([]byte(s.seed))
	return fmt.Sprintf("%08x%x%06x", began.Add(time.Duration(n)*time.Minute).Unix(), process[:5], n)
}

func (s *scrubber) uuid(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", s.seed, n))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	text := hex.EncodeToString(sum[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

var (
	entryForm = regexp.MustCompile(`\{[^{}]*"createdAt"[^{}]*\}`)
	fieldForm = regexp.MustCompile(`"(_id|createdAt|updatedAt)":"([^"]*)"`)
	tokenForm = regexp.MustCompile(`(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]+`)
	jtiForm   = regexp.MustCompile(`"jti":"([^"]*)"`)
	iatForm   = regexp.MustCompile(`"iat":\d+`)
	idForm    = regexp.MustCompile(`\b([0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)
)

// madeUp are the ids that the sessions themselves invent.
var madeUp = map[string]bool{
	"000000000000000000000000": true, "00000000-0000-4000-8000-000000000000": true,
	"6b02c07b9faa1f3010013192": true, "9211a07c-0cdc-4a97-ab71-4d43172ce127": true,
}

// recording scrubs a recording in place. What it does not know fails the test.
func (s *scrubber) recording(t *testing.T, r *recording) {
	t.Helper()
	body := r.Response.Body
	r.Request.Path = s.identifiers(t, r.Request.Path)
	r.Response.Body = s.identifiers(t, s.tokens(t, entryForm.ReplaceAllStringFunc(body, s.times)))
	r.Response.measure(t, body)
}

// times gives one entry its stable times.
func (s *scrubber) times(entry string) string {
	fields := make(map[string]string)
	for _, field := range fieldForm.FindAllStringSubmatch(entry, -1) {
		fields[field[1]] = field[2]
	}
	id := fields["_id"]
	created, updated := s.created[id], s.created[id]
	if fields["updatedAt"] != fields["createdAt"] {
		if s.revoked[id].IsZero() {
			s.revoked[id] = began.Add(24*time.Hour + time.Duration(len(s.revoked))*time.Minute)
		}
		updated = s.revoked[id]
	}
	return fieldForm.ReplaceAllStringFunc(entry, func(field string) string {
		switch {
		case strings.HasPrefix(field, `"createdAt"`):
			return fmt.Sprintf(`"createdAt":%q`, created.Format(javaScript))
		case strings.HasPrefix(field, `"updatedAt"`):
			return fmt.Sprintf(`"updatedAt":%q`, updated.Format(javaScript))
		}
		return field
	})
}

// javaScript is how the server writes a time.
const javaScript = "2006-01-02T15:04:05.000Z"

// tokens takes the signature off each, and what changes out of its claims.
func (s *scrubber) tokens(t *testing.T, text string) string {
	t.Helper()
	return tokenForm.ReplaceAllStringFunc(text, func(token string) string {
		parts := tokenForm.FindStringSubmatch(token)
		claims, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			t.Fatal(err)
		}
		jti := jtiForm.FindSubmatch(claims)
		if jti == nil || s.created[string(jti[1])].IsZero() {
			t.Fatal("a token of a sign-in that was not learnt")
		}
		iat := fmt.Sprintf(`"iat":%d`, s.created[string(jti[1])].Unix())
		scrubbed := s.identifiers(t, iatForm.ReplaceAllString(string(claims), iat))
		return parts[1] + "." + base64.RawURLEncoding.EncodeToString([]byte(scrubbed)) + ".c2lnbmF0dXJl"
	})
}

func (s *scrubber) identifiers(t *testing.T, text string) string {
	t.Helper()
	return idForm.ReplaceAllStringFunc(text, func(id string) string {
		if stable, ok := s.ids[id]; ok {
			return stable
		}
		if !madeUp[id] {
			t.Errorf("an id that was not learnt: %s", id)
		}
		return id
	})
}
