package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// The transcript of README.md for a leaked token is what the command prints on a
// terminal of 80 columns.
func TestInspect_andRevokePrintWhatREADMEShows(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := strings.ReplaceAll(string(text), "\r\n", "\n")
	const user, jti, server = "6b0356b9b40a465092000001", "0f2e9547-3cb5-4b80-9926-2ae5b1fa4210", "https://chat.example.com/api"
	issued := time.Date(2026, 11, 22, 20, 55, 0, 0, time.UTC)
	var out bytes.Buffer
	a, now := testApp(&out)
	*now = issued.Add(3 * time.Hour)
	a.console.stdout, a.console.wrapOut, a.console.wrapErr, a.console.width = &out, true, true, 80
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(sample), tiledesk.WithBaseURL(server))
	if err != nil {
		t.Fatal(err)
	}
	claims := &tiledesk.Claims{
		JTI: jti, UserID: user, IssuedAt: &issued, Subject: ofSignIn,
		Issuer: "https://tiledesk.com", Audience: []string{"https://tiledesk.com"},
	}
	shows := func(what string) {
		if !strings.Contains(readme, "\n"+out.String()) {
			t.Errorf("README.md does not show %s:\n%s", what, out.String())
		}
		out.Reset()
	}
	describe(a, claims)
	shows("what inspect prints")
	a.console.ask(leakQuestion+" [y/N]", jti, user, (&session{Client: client, account: user}).where())
	shows("the question")
	a.console.note("%s", stillElsewhere)
	shows("what a revocation does not reach")
}

// The recipe of README.md for a leaked token is rehearsed word by word.
func TestDemo_rehearsesTheRecipeOfREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, found := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "### A token leaked")
	recipe, _, _ = strings.Cut(recipe, "### Every night")
	lines, rest := 0, rehearsal+"\n"
	for line := range strings.SplitSeq(recipe, "\n") {
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "$ "), "  #")
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "tiledesk-jwt ") && !strings.HasPrefix(line, "rm ") {
			continue
		}
		lines++
		_, after, next := strings.Cut(rest, "\n"+line+"\n")
		if !next {
			t.Errorf("the rehearsal lacks, or has in another place: %s", line)
			continue
		}
		rest = "\n" + after
	}
	if !found || lines < 5 {
		t.Errorf("only %d lines of a recipe were found", lines)
	}
}
