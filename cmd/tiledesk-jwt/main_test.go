package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const (
	testEmail    = "agent@example.com"
	testPassword = "agent-secret"
)

// TestMain lets the test binary be the command as well, for the scripts and for
// the tests on a pseudo-terminal.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tiledesk-jwt": main})
}

// TestScripts runs the scripts of testdata/script. Their commands are those of
// testscript and the ones in script_test.go.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Setup:              setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":    in(startServer),
			"user":      in(addUser),
			"issue":     in(issueTokens),
			"ids":       in(learnIDs),
			"field":     in(setField),
			"fault":     in(injectFault),
			"alive":     in(checkAlive),
			"requests":  in(checkRequests),
			"tiledesk":  in(runCommand),
			"start":     in(startCommand),
			"await":     in(awaitRequests),
			"expect":    in(awaitOutput),
			"interrupt": in(interruptCommand),
			"terminate": in(terminateCommand),
			"finish":    in(finishCommand),
			"hold":      in(holdRequests),
			"release":   in(releaseRequests),
			"demo-env":  in(useDemo),
			"demo-cd":   in(enterDemo),
			"append":    in(appendCut),
			"mode":      in(checkMode),
		},
	})
}

func newTestServer(t *testing.T, opts ...tiledesktest.Option) *tiledesktest.Server {
	t.Helper()
	server := tiledesktest.NewServer(t, opts...)
	server.AddUser(testEmail, testPassword)
	return server
}
