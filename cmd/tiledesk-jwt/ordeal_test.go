//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// ordeal is a server for the command as a process of its own, which is killed or has to
// get along with whatever stands before the server.
type ordeal struct {
	t      *testing.T
	server *tiledesktest.Server
	front  *httptest.Server
	tokens map[string]string // those to revoke, by their jti
	report string            // the file of --report
}

// newOrdeal is a server with so many tokens that are an hour old. Whoever makes it
// closes its front.
func newOrdeal(t *testing.T, tokens int, before func(http.Handler) http.Handler, opts ...tiledesktest.Option) *ordeal {
	o := &ordeal{t: t, server: tiledesktest.NewHandler(opts...), tokens: make(map[string]string), report: filepath.Join(t.TempDir(), "report.jsonl")}
	o.server.AddUser(testEmail, testPassword)
	for _, token := range o.server.IssueAt(testEmail, time.Now().Add(-time.Hour), tokens) {
		o.tokens[jtiOf(token)] = token
	}
	o.front = httptest.NewServer(before(o.server))
	return o
}

// jtiOf is empty for a token without one.
func jtiOf(token string) string {
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		return ""
	}
	return claims.JTI
}

// command is the command with an email and a password.
func (o *ordeal) command(args ...string) *exec.Cmd {
	c := exec.Command("tiledesk-jwt", args...)
	c.Env = append(os.Environ(), "TILEDESK_BASE_URL="+o.front.URL, "TILEDESK_EMAIL="+testEmail, "TILEDESK_PASSWORD="+testPassword)
	return c
}

// wait returns the exit code of a command.
func (o *ordeal) wait(c *exec.Cmd) int {
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		o.t.Error(err)
	}
	return c.ProcessState.ExitCode()
}

// left are the tokens to revoke that work.
func (o *ordeal) left() (left []string) {
	for jti, token := range o.tokens {
		if !o.server.Revoked(token) {
			left = append(left, jti)
		}
	}
	return left
}

// signedIn are the tokens that were signed in for and work.
func (o *ordeal) signedIn() (left []string) {
	for _, token := range o.server.Tokens(testEmail) {
		if jti := jtiOf(token); jti != "" && o.tokens[jti] == "" && !o.server.Revoked(token) {
			left = append(left, jti)
		}
	}
	return left
}

// reported returns which tokens a report calls revoked or gone, and what it says that
// is not so. A run that was killed by KILL may leave a torn line.
func (o *ordeal) reported(name string, maybeTorn bool) (done map[string]bool, lies []string) {
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // a signal came before anything was done
		return nil, nil
	case err != nil:
		return nil, []string{err.Error()}
	}
	defer file.Close()
	done = make(map[string]bool)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct{ JTI, Outcome string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			if !maybeTorn {
				lies = append(lies, "a torn line: "+lines.Text())
			}
			continue
		}
		if line.Outcome != "revoked" && line.Outcome != "already gone" {
			continue
		}
		if done[line.JTI] {
			lies = append(lies, line.JTI+" is reported as done twice")
		}
		done[line.JTI] = true
		if token := o.tokens[line.JTI]; token != "" && !o.server.Revoked(token) {
			lies = append(lies, line.JTI+" is reported as "+line.Outcome+", and works")
		}
	}
	return done, lies
}

// complain fails the test with each lie.
func (o *ordeal) complain(about string, lies []string) {
	if len(lies) > 0 {
		o.t.Errorf("%s:\n%s", about, strings.Join(lies, "\n"))
	}
}
