package main

import (
	"bytes"
	"strings"
	"testing"
)

// What may stand in the place of the last word.
func TestComplete(t *testing.T) {
	t.Parallel()
	const (
		forAll   = "--base-url --sign-in --rate --retries --timeout --insecure-http --sort-alias --quiet --debug --no-input --no-color"
		commands = "list revoke revoke-all inspect doctor watch incident demo version completion man"
	)
	for line, want := range map[string]string{
		"":                       "--help " + forAll + " " + commands + " help",
		"re":                     "revoke revoke-all",
		"version ":               "--help",
		"inspect ":               "--format --help --quiet --no-input --no-color :files",
		"inspect :":              "--format --help --quiet --no-input --no-color :files",
		"inspect --n":            "--no-input --no-color :files",
		"list revoke --wi":       "--wide", // the first word is the command
		"revoke re":              "",
		"list --all --d":         "--direction --debug",
		"list --all ":            "--all --page --sort --direction --created-before --older-than --match --fields --wide --format --json --jq --help " + forAll,
		"completion ":            "--help bash zsh fish powershell",
		"help ":                  commands + " exit-codes environment",
		"list --direction ":      "asc desc",
		"list --direction d":     "desc",
		"list --direction=":      "--direction=asc --direction=desc",
		"list --direction=d":     "--direction=desc",
		"list --direction = d":   "desc",
		"list --direction =":     "asc desc",
		"list --sort=u":          "--sort=updatedAt",
		"list --json ":           "id jti createdAt updatedAt current",
		"revoke --from x":        ":files",
		"revoke --from=x":        "",
		"list a=--al":            "",
		"revoke a=b":             "",
		"demo --shell ":          "sh powershell auto",
		"=":                      "",
		"version =":              "--help",
		"--rate ":                "auto",
		"revoke-all --yes --rat": "--rate",
		"list --rate":            "--rate",
	} {
		a, _ := testApp(new(bytes.Buffer))
		words := append([]string{"__complete"}, strings.Split(line, " ")...)
		code := a.run(words)
		got := strings.Fields(a.stdout.(*bytes.Buffer).String())
		if code != exitDone || strings.Join(got, " ") != want {
			t.Errorf("%q: %d, %s, want %s", line, code, strings.Join(got, " "), want)
		}
	}
	a, _ := testApp(new(bytes.Buffer))
	if code := a.run([]string{"__complete"}); code != exitDone || !strings.Contains(a.stdout.(*bytes.Buffer).String(), "\nlist\n") {
		t.Errorf("no word: %d", code)
	}
}
