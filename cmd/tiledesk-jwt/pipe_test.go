package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// A reader that leaves, as head does, must not leave a token behind, nor end a
// run half-way.
func TestReaderThatLeaves(t *testing.T) {
	t.Parallel()
	const email, password = "agent@example.com", "agent-secret"
	server := tiledesktest.NewServer(t)
	server.AddUser(email, password)
	server.Issue(email, 5)
	gone := func(stdin string, args ...string) {
		t.Helper()
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = reader.Close()
		defer func() { _ = writer.Close() }()
		var stderr strings.Builder
		c := exec.Command("tiledesk-jwt", args...)
		c.Env = append(os.Environ(), quickExit, "TILEDESK_BASE_URL="+server.URL(), "TILEDESK_EMAIL="+email, "TILEDESK_PASSWORD="+password)
		c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), writer, &stderr
		if err := c.Run(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s: %v: %s", args[0], err, stderr.String())
		}
	}
	for _, format := range []string{"table", "json", "jsonl", "csv"} {
		gone("", "list", "--sign-in", "--format", format)
	}
	gone("", "--help")
	gone("", "completion", "bash")
	gone("", "man")
	gone("", "help", "environment")
	gone("", "doctor", "--quiet", "--format", "json")
	var jtis []string
	for _, token := range server.Tokens(email) {
		jti, _ := identify(token)
		jtis = append(jtis, jti)
	}
	for i, token := range server.Tokens(email) {
		if i >= 5 && !server.Revoked(token) {
			t.Errorf("token %d, of a sign-in, was left", i)
		}
	}
	gone(strings.Join(jtis, "\n"), "revoke", "--from", "-", "--yes", "--rate", "0")
	for i, token := range server.Tokens(email) {
		if !server.Revoked(token) {
			t.Errorf("token %d was not revoked", i)
		}
	}
}
