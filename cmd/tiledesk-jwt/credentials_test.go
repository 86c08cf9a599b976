package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// secretFile is a file with that text, which nobody else can read.
func secretFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
	return name
}

// Who calls: where the environment has two accounts, a sign-in takes the email and all
// else the token, and that is said.
func TestCredentials_ofTheEnvironment(t *testing.T) {
	t.Parallel()
	file := secretFile(t, sample+"\n", 0o600)
	const useToken, useEmail = "this command uses the token.", "this command uses the email."
	for _, c := range []struct {
		token, tokenFile, email, password string
		signIn                            bool
		authorization, says               string
	}{
		{token: sample, authorization: "JWT " + sample},
		{token: sample, signIn: true, authorization: "JWT " + sample},
		{tokenFile: file, authorization: "JWT " + sample},
		{email: "a", password: "b", authorization: "Basic YTpi"},
		{email: "a", password: "b", signIn: true, authorization: "Basic YTpi"},
		{token: sample, email: "a", password: "b", authorization: "JWT " + sample, says: useToken},
		{token: sample, email: "a", password: "b", signIn: true, authorization: "Basic YTpi", says: useEmail},
		{tokenFile: file, email: "a", authorization: "JWT " + sample, says: useToken},
		{tokenFile: file, email: "a", password: "b", signIn: true, authorization: "Basic YTpi", says: useEmail},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.getenv = testEnv(map[string]string{
			"TILEDESK_TOKEN": c.token, "TILEDESK_TOKEN_FILE": c.tokenFile, "TILEDESK_EMAIL": c.email, "TILEDESK_PASSWORD": c.password,
		})
		who, err := a.account(c.signIn)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		authorization, err := who.credentials().Authorization(t.Context())
		if err != nil || authorization != c.authorization || !strings.HasSuffix(strings.TrimSpace(stderr.String()), c.says) || c.says == "" && stderr.Len() > 0 {
			t.Errorf("%+v: %s, %v: %s", c, authorization, err, stderr.String())
		}
		if who.hasToken() != strings.HasPrefix(c.authorization, "JWT ") {
			t.Errorf("%+v: has a token: %v", c, who.hasToken())
		}
	}
}

// What is missing or cannot be read is said, and never a secret.
func TestCredentials_thatCannotBeUsed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxSecret)
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "There are no credentials. Set TILEDESK_TOKEN or TILEDESK_TOKEN_FILE, or TILEDESK_EMAIL with "},
		{map[string]string{"TILEDESK_PASSWORD": "b"}, "There are no credentials."},
		{map[string]string{"TILEDESK_EMAIL": "a"}, "TILEDESK_EMAIL is set without a password."},
		{map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD_FILE": "/nowhere/at-all"}, "TILEDESK_PASSWORD_FILE: there is no such file; check its name"},
		{map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD_FILE": t.TempDir()}, "TILEDESK_PASSWORD_FILE: "},
		{map[string]string{"TILEDESK_TOKEN_FILE": secretFile(t, "\n", 0o600)}, "TILEDESK_TOKEN_FILE names an empty file."},
		{map[string]string{"TILEDESK_TOKEN_FILE": secretFile(t, long+"x", 0o600)}, "TILEDESK_TOKEN_FILE: the file is too long to hold one secret"},
	} {
		a, _ := testApp(new(bytes.Buffer))
		a.getenv = testEnv(c.env)
		if _, err := a.account(false); codeOf(err) != exitUsage || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if text, err := readSecret(strings.NewReader(long)); err != nil || text != long {
		t.Errorf("%d bytes: %v", len(text), err)
	}
	for text, want := range map[string]string{"a\r\n": "a", "a\n\n": "a\n", "\ufeffa b ": "a b ", "a\r": "a"} {
		if got, err := readSecret(strings.NewReader(text)); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := readSecret(refusingReader{}); err == nil || err.Error() != "any" {
		t.Errorf("%v", err)
	}
}

// refusingReader cannot be read.
type refusingReader struct{}

func (refusingReader) Read([]byte) (int, error) { return 0, errors.New("any") }

// A secret that others can read is warned of, also with --quiet; a device is nobody's.
func TestCredentials_warnsOfSecretsThatOthersCanRead(t *testing.T) {
	t.Parallel()
	if !filesHaveModes {
		t.Skip("the mode of a file says nothing here")
	}
	for _, c := range []struct {
		name  string
		warns bool
	}{
		{secretFile(t, "b", 0o600), false}, {secretFile(t, "b", 0o700), false}, {secretFile(t, "b", 0o640), true}, {secretFile(t, "b", 0o604), true}, {os.DevNull, false},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.console.quiet = true
		_, _ = a.readSecretFile(c.name)
		want := "warning: other users of this machine can read " + c.name + ": run chmod 600 on it\n"
		if got := stderr.String(); c.warns && got != want || !c.warns && got != "" {
			t.Errorf("%s", got)
		}
	}
}

// Why a file cannot be read, without its name, which may be a secret.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fs.ErrNotExist, "there is no such file; check its name"},
		{fs.ErrPermission, "you are not allowed to read the file; check its owner and mode"},
		{&fs.PathError{Op: "read", Path: sample, Err: syscall.EISDIR}, "this is a folder; name a file in it"},
		{&fs.PathError{Op: "read", Path: sample, Err: errors.New("bad sector")}, "bad sector"},
		{errors.New("any"), "any"},
	} {
		if got := unreadable(c.err).Error(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
