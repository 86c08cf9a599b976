package tiledesktest_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Both alphabets, padding or none, and what is not base64 is skipped.
func TestServer_readsBase64AsNodeDoes(t *testing.T) {
	t.Parallel()
	const every = "azAZ09+/" // the ends of each range
	decoded, err := base64.StdEncoding.DecodeString(every)
	if err != nil {
		t.Fatal(err)
	}
	s := tiledesktest.NewHandler()
	s.AddUser("all@example.co", string(decoded)) // with its colon a multiple of three
	credentials := strings.TrimPrefix(basic("all@example.co", string(decoded)), "Basic ")
	if !strings.HasSuffix(credentials, every) {
		t.Fatalf("%s does not end with %s", credentials, every)
	}
	for name, c := range map[string]struct {
		text   string
		status int
	}{
		"as it is":                           {credentials, http.StatusOK},
		"the alphabet of URLs":               {strings.NewReplacer("+", "-", "/", "_").Replace(credentials), http.StatusOK},
		"what is not base64 in between":      {credentials[:5] + "!.@[`{:" + credentials[5:], http.StatusOK},
		"padding that is not due":            {credentials + "==", http.StatusOK},
		"something behind the padding":       {credentials + "=more", http.StatusOK},
		"one letter too many":                {credentials + "A", http.StatusOK},
		"another letter":                     {credentials[:len(credentials)-1] + "+", http.StatusUnauthorized},
		"two more letters, which are a byte": {credentials + "AA", http.StatusUnauthorized},
	} {
		got, err := inMemory(t.Context(), s, http.MethodGet, "/testauth", "Basic "+c.text)
		if err != nil || got.status != c.status {
			t.Errorf("%s: status %d, %v, want %d", name, got.status, err, c.status)
		}
	}
}

// What looks like an email is looked for, and is nobody's here.
func TestServer_signInTellsWhatIsNotAnEmail(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	for email, want := range map[string]int{
		"a@b.co":             http.StatusUnauthorized,
		"a@b.example":        http.StatusUnauthorized,
		"a@.co":              http.StatusUnprocessableEntity,
		"a@b.c":              http.StatusUnprocessableEntity,
		"a@example":          http.StatusUnprocessableEntity,
		"@example.com":       http.StatusUnprocessableEntity,
		"a.example.com":      http.StatusUnprocessableEntity,
		"a b@example.com":    http.StatusUnprocessableEntity,
		"a@b@example.com":    http.StatusUnprocessableEntity,
		`a\t@example.com`:    http.StatusUnprocessableEntity, // an escape of JSON
		"a@example.com.":     http.StatusUnprocessableEntity,
		"a.b@c.example.com":  http.StatusUnauthorized,
		"agent@example.com ": http.StatusUnprocessableEntity,
	} {
		got := signIn(t, s, `{"email":"`+email+`","password":"x"}`)
		if got.status != want {
			t.Errorf("%q: status %d, want %d", email, got.status, want)
		}
	}
}
