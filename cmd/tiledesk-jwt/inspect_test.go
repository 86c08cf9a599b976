package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tokenOf is a token with these claims and a dummy signature.
func tokenOf(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// What a token says of itself, for people and for programs. The clock is at
// 2026-11-22 20:00 UTC.
func TestInspect_describes(t *testing.T) {
	t.Parallel()
	const noJTI = "none: the server looks for revoked tokens by their jti alone, so no revocation ends this one. END"
	for claims, c := range map[string]struct{ text, json string }{
		`{"jti":"j1","_id":"u1","iat":1795366800,"iss":"https://tiledesk.com","aud":"https://tiledesk.com","sub":"user"}`: {
			"jti j1 user id u1 issued 2026-11-22 17:00 UTC (3 hours ago) issuer https://tiledesk.com audience https://tiledesk.com subject user, as in the tokens of a sign-in expires never; to end it, revoke it, disable the user, or change GLOBAL_SECRET",
			`{"jti":"j1","userId":"u1","issuedAt":"2026-11-22T17:00:00Z","expiresAt":null,"issuer":"https://tiledesk.com","audience":["https://tiledesk.com"],"subject":"user"}`,
		},
		`{}`: {
			"jti " + noJTI + " user id not said issued not said issuer not said audience not said subject not said expires never",
			`{"jti":null,"userId":null,"issuedAt":null,"expiresAt":null,"issuer":null,"audience":[],"subject":null}`,
		},
		`{"jti":"j1","sub":"bot","aud":["/projects/p1","b"]}`: {
			"jti j1 user id not said issued not said issuer not said audience /projects/p1, b subject bot expires never; to end it, revoke it",
			`{"jti":"j1","userId":null,"issuedAt":null,"expiresAt":null,"issuer":null,"audience":["/projects/p1","b"],"subject":"bot"}`,
		},
		`{"jti":"j1","sub":"user","exp":1795366800}`: {
			"jti j1 user id not said issued not said issuer not said audience not said subject user, as in the tokens of a sign-in expires 2026-11-22 17:00 UTC (it expired 3 hours ago)",
			`{"jti":"j1","userId":null,"issuedAt":null,"expiresAt":"2026-11-22T17:00:00Z","issuer":null,"audience":[],"subject":"user"}`,
		},
		`{"exp":1795388400}`: {
			"jti " + noJTI + " user id not said issued not said issuer not said audience not said subject not said expires 2026-11-22 23:00 UTC (3 hours from now)",
			`{"jti":null,"userId":null,"issuedAt":null,"expiresAt":"2026-11-22T23:00:00Z","issuer":null,"audience":[],"subject":null}`,
		},
		`{"jti":"` + sample + `","_id":"` + sample + `","iss":"` + sample + `","aud":"` + sample + `","sub":"` + sample + `"}`: {
			"jti [redacted] user id [redacted] issued not said issuer [redacted] audience [redacted] subject [redacted] expires never; to end it, revoke it",
			`{"jti":"[redacted]","userId":"[redacted]","issuedAt":null,"expiresAt":null,"issuer":"[redacted]","audience":["[redacted]"],"subject":"[redacted]"}`,
		},
	} {
		for _, format := range []string{"text", "json"} {
			var stderr bytes.Buffer
			a, _ := testApp(&stderr)
			a.stdin = strings.NewReader(tokenOf(claims))
			code := a.run([]string{"inspect", "--format", format})
			want, said := c.text, "The signature was not checked.\n"
			if format == "json" {
				want, said = c.json, ""
			}
			if out := strings.ReplaceAll(flat(a.stdout.(*bytes.Buffer)), whatEndsIt, "END"); code != exitDone || out != want || stderr.String() != said {
				t.Errorf("%s: exit code %d: %s\nwant %s\n%s", claims, code, out, want, stderr.String())
			}
		}
	}
}

// The token comes from what is named, else from the environment, else from stdin.
func TestInspect_readsTheToken(t *testing.T) {
	t.Parallel()
	named, inEnv, onStdin := tokenOf(`{"jti":"named"}`), tokenOf(`{"jti":"environment"}`), tokenOf(`{"jti":"stdin"}`)
	name, empty, words := fileWith(t, named), fileWith(t, " "), fileWith(t, "no token")
	for args, c := range map[string]struct {
		env   string // of TILEDESK_TOKEN
		file  string // of TILEDESK_TOKEN_FILE
		stdin string // its text; empty: a file, which is no terminal, though it is said to be one
		code  int
		says  string
	}{
		name:                       {env: inEnv, stdin: onStdin, says: "jti named"},
		"-":                        {env: inEnv, stdin: onStdin, says: "jti stdin"},
		"":                         {env: inEnv, stdin: onStdin, says: "jti environment"},
		"--quiet":                  {stdin: onStdin, says: "jti stdin"},
		"--format text":            {file: name, stdin: onStdin, says: "jti named"},
		"--format json":            {file: filepath.Join(t.TempDir(), "none"), stdin: onStdin, code: exitUsage, says: "tiledesk-jwt: TILEDESK_TOKEN_FILE"},
		empty:                      {env: inEnv, stdin: onStdin, code: exitUsage, says: "tiledesk-jwt: inspect EMPTY: it holds no token. Write the token into it, alone."},
		words:                      {env: inEnv, stdin: onStdin, code: exitUsage, says: "three parts with dots between"},
		name + ".gone":             {env: inEnv, stdin: onStdin, code: exitUsage, says: "there is no such file"},
		sample:                     {env: inEnv, stdin: onStdin, code: exitUsage, says: "tiledesk-jwt: inspect takes the name of a file that holds the token. Do not write the token itself on the command line: it stays in the history of the shell."},
		"- --quiet":                {stdin: " ", code: exitUsage, says: "inspect -: it holds no token."},
		"- --no-input":             {code: exitUsage, says: "inspect -: there is nothing to read, and --no-input forbids to ask"},
		"- --no-input --quiet":     {stdin: onStdin, says: "jti stdin"},
		"- --format text":          {code: exitUsage, says: "inspect -: "},
		"- --format text --quiet":  {stdin: onStdin, says: "jti stdin"},
		name + " --no-input":       {says: "jti named"},
		name + " --no-input -q":    {stdin: onStdin, says: "jti named"},
		"--no-input --format json": {stdin: onStdin, says: `"jti":"stdin"`},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.getenv = testEnv(map[string]string{"TILEDESK_TOKEN": c.env, "TILEDESK_TOKEN_FILE": c.file})
		a.stdin = strings.NewReader(c.stdin)
		if c.stdin == "" {
			file, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			a.stdin, a.onTerminal.stdin = file, true
		}
		code := a.run(append([]string{"inspect"}, strings.Fields(args)...))
		said := strings.ReplaceAll(flat(a.stdout.(*bytes.Buffer))+flat(&stderr), empty, "EMPTY")
		if code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "eyJ") {
			t.Errorf("%s: exit code %d: %s", args, code, said)
		}
	}
}

// A file that a program is to read from is read, also where nobody may be asked.
func TestInspect_readsAFileAsStdin(t *testing.T) {
	t.Parallel()
	file, err := os.Open(fileWith(t, tokenOf(`{"jti":"a file"}`)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	a, _ := testApp(new(bytes.Buffer))
	a.stdin = file
	if code := a.run([]string{"inspect", "--no-input"}); code != exitDone || !strings.Contains(flat(a.stdout.(*bytes.Buffer)), "jti a file ") {
		t.Errorf("exit code %d: %s", code, a.stdout)
	}
}

func TestInspect_failsWhereItCannotWrite(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.stdin, a.stdout = strings.NewReader(sample), full{}
	if code := a.run([]string{"inspect", "--format", "json"}); code != exitUndone || !strings.HasPrefix(stderr.String(), "The claims could not be written: no space left.") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// Ctrl-C while a token is waited for ends it.
func TestInspect_interrupted(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	signals, over := make(chan os.Signal), make(chan struct{})
	a.stdin, a.interrupts = &interrupting{"", signals, over}, signals
	code := a.run([]string{"inspect", "-"})
	close(over)
	if code != exitInterrupted || !strings.Contains(stderr.String(), "Interrupted. Nothing was revoked.\n") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}
