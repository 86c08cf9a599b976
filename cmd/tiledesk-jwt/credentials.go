package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/go-tiledesk/tiledesk"
)

const howToAuthorize = "Set TILEDESK_TOKEN or TILEDESK_TOKEN_FILE, or TILEDESK_EMAIL with TILEDESK_PASSWORD or TILEDESK_PASSWORD_FILE."

// maxSecret is longer than any token or password in a file.
const maxSecret = 64 << 10

var errNoCredentials = usage("There are no credentials. " + howToAuthorize)

// filesHaveModes is false where the mode of a file says nothing about others.
const filesHaveModes = runtime.GOOS != "windows"

// account is who calls, as the environment says. Either the token is empty or
// the email is.
type account struct {
	token           func() string // a closure, so that no formatter prints it
	email, password func() string
}

func (who account) hasToken() bool { return who.token != nil }

// name is the account for people: the email, or the user id that the token shows.
func (who account) name() string {
	if !who.hasToken() {
		return who.email()
	}
	_, userID := identify(who.token())
	return userID
}

func (who account) credentials() tiledesk.Credentials {
	if who.hasToken() {
		return tiledesk.JWTAuth(who.token())
	}
	return tiledesk.BasicAuth(who.email(), who.password())
}

// account reads the credentials. With preferEmail an email wins over a token,
// because a sign-in needs one; otherwise the token wins.
func (a *app) account(preferEmail bool) (account, error) {
	hasToken := a.getenv("TILEDESK_TOKEN") != "" || a.getenv("TILEDESK_TOKEN_FILE") != ""
	hasEmail := a.getenv("TILEDESK_EMAIL") != ""
	switch {
	case hasToken && hasEmail && preferEmail:
		a.console.note("The environment has a token and an email; this command uses the email.")
	case hasToken && hasEmail:
		a.console.note("The environment has a token and an email; this command uses the token.")
	case !hasToken && !hasEmail:
		return account{}, errNoCredentials
	}
	if hasToken && (!hasEmail || !preferEmail) {
		token, err := a.secret("TILEDESK_TOKEN")
		return account{token: token}, err
	}
	password, err := a.secret("TILEDESK_PASSWORD")
	if err == nil && password == nil {
		err = usage("TILEDESK_EMAIL is set without a password. Set TILEDESK_PASSWORD_FILE to a file that holds it, or TILEDESK_PASSWORD.")
	}
	email := a.getenv("TILEDESK_EMAIL")
	return account{email: func() string { return email }, password: password}, err
}

// secret reads a variable, or the file that the variable with _FILE names. It is
// nil when neither is set.
func (a *app) secret(name string) (func() string, error) {
	if value := a.getenv(name); value != "" {
		return func() string { return value }, nil
	}
	file := a.getenv(name + "_FILE")
	if file == "" {
		return nil, nil
	}
	value, err := a.readSecretFile(file)
	switch {
	case err != nil:
		return nil, usage("%s_FILE: %s", name, err)
	case value == "":
		return nil, usage("%s_FILE names an empty file. Write the secret into it.", name)
	}
	return func() string { return value }, nil
}

// readSecretFile reads a small file without the line break at its end, and warns
// when others can read it too.
func (a *app) readSecretFile(name string) (string, error) {
	file, err := os.Open(name) //nolint:gosec // whoever runs this names the file
	if err != nil {
		return "", unreadable(err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0 && filesHaveModes {
		a.console.warn("other users of this machine can read %s: run chmod 600 on it", name)
	}
	return readSecret(file)
}

func readSecret(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	switch {
	case err != nil:
		return "", unreadable(err)
	case len(text) > maxSecret:
		return "", errors.New("the file is too long to hold one secret")
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

// unreadable says why a file cannot be read, and leaves it to the caller to say
// which: a secret may have been given in place of a name.
func unreadable(err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file; check its name")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("you are not allowed to read the file; check its owner and mode")
	case errors.Is(err, syscall.EISDIR):
		return errors.New("this is a folder; name a file in it")
	case errors.As(err, &path):
		return path.Err
	}
	return err
}
