package repotest_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNoSecretsInRecordings looks at the recordings more closely than
// [TestNoSecrets] can look at the tree: nothing in them may be longer and odder
// than what a recording is known to hold.
func TestNoSecretsInRecordings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range suspicious(string(text)) {
			t.Errorf("%s holds %s", file, found)
		}
	}
}

// TestSuspicious shows the test above what it is there for.
func TestSuspicious(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		`"JWT eyJhbGciOiJIUzI1NiJ9.eyJfaWQiOiIxIn0.` + strings.Repeat("aB3_", 10) + `abc"`,
		`"JWT eyJhbGciOiJIUzI1NiJ9.eyJfaWQiOiIxIn0.zzzz"`,
		`"Basic YWdlbnRAZXhhbXBsZS5jb206UGFzc3cwcmQheA=="`,
		`"password": "hunter2hunter2"`,
		`{\"password\":\"$2a$10$abcdefghijklmnopqrstuv\"}`,
		`"set-cookie": "sid=1"`,
		`"email": "somebody@tiledesk.com"`,
		`"ip":"192.0.2.7"`,
		`"secret": "K7QXW2M4ZB5TPL3NDR6HVJYGCA"`,
		`"apikey": "c2VjcmV0LW9mLWEtcHJvamVjdC0x"`,
	} {
		if len(suspicious(secret)) == 0 {
			t.Errorf("nothing is found in %s", secret)
		}
	}
}

// recordedPasswords are of accounts that never were anywhere but in a test.
var recordedPasswords = []string{"Passw0rd!x", "bad"}

var (
	passwordForm  = regexp.MustCompile(`(?i)\\?"password\\?":\s*\\?"(.*?)\\?"`)
	emailForm     = regexp.MustCompile(`[\w.+-]+@([\w.-]+)`)
	tokenForm     = regexp.MustCompile(`eyJ[\w-]+\.eyJ[\w-]+\.([\w-]*)`)
	addressForm   = regexp.MustCompile(`\b\d+\.\d+\.\d+\.\d+\b`)
	forbiddenForm = regexp.MustCompile(`(?i)Basic [\w+/-]{8,}|set-cookie|\$2[aby]\$|PRIVATE KEY`)
	harmlessForm  = regexp.MustCompile(`"name": "\w+"|\b([0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)
	longForm      = regexp.MustCompile(`[\w+-]{20,}`)
	mixedForm     = regexp.MustCompile(`\d.*[A-Za-z]|[A-Za-z].*\d`)
)

// suspicious are the parts of a text that look like a secret, or like a trace of
// somebody who is not a test.
func suspicious(text string) []string {
	found := forbiddenForm.FindAllString(text, -1)
	for _, match := range passwordForm.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(recordedPasswords, match[1]) {
			found = append(found, "the password "+match[1])
		}
	}
	for _, match := range emailForm.FindAllStringSubmatch(text, -1) {
		if match[1] != "example.com" {
			found = append(found, "the email "+match[0])
		}
	}
	for _, match := range tokenForm.FindAllStringSubmatch(text, -1) {
		if match[1] != dummySignature {
			found = append(found, "a signed token")
		}
	}
	for _, match := range addressForm.FindAllString(text, -1) {
		if ip, err := netip.ParseAddr(match); err == nil && !ip.IsLoopback() {
			found = append(found, "the address "+match)
		}
	}
	rest := harmlessForm.ReplaceAllString(tokenForm.ReplaceAllString(text, ""), "")
	for _, word := range longForm.FindAllString(rest, -1) {
		if mixedForm.MatchString(word) {
			found = append(found, "the key "+word)
		}
	}
	return found
}
