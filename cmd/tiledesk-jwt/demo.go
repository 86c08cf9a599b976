package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

type demoCommand struct {
	Shell  string `enum:"sh,powershell,auto" default:"auto" placeholder:"SHELL" help:"For which shell the lines to paste are: sh, or powershell, the default on Windows."`
	Script bool   `help:"Print what to type to rehearse an incident, and end."`
}

// Help is what demo --help says in addition.
func (*demoCommand) Help() string {
	return `The server listens on the loopback interface, keeps everything in memory and is gone when this ends. So is the folder with the sample tokens, which play those that leaked.`
}

const (
	demoEmail    = "agent@example.com"
	demoOther    = "colleague@example.com"
	demoPassword = "demo-password"
)

// The files of the demo, each with one token of demoEmail.
const (
	leakedFile  = "leaked.txt"
	guidedFile  = "leaked-2.txt"
	demoPattern = "tiledesk-demo-"
)

// rehearsal is the guided command, and then the recipe of docs/command.md word by word. Its
// lines are the same in every shell.
const rehearsal = `# A rehearsal of what to do when a token has leaked, on this machine alone.
# 1. In one terminal, run: tiledesk-jwt demo
# 2. In another one, paste the lines that it prints, then type these.

# Step by step. Where it offers to revoke the rest, answer n: that comes below.
tiledesk-jwt incident --token-from leaked-2.txt --sign-in

# By hand, with another token: what does it say about itself?
tiledesk-jwt inspect leaked.txt

# Revoke it, and see that the server refuses it.
tiledesk-jwt revoke --token-from leaked.txt --verify
rm leaked.txt

# What else is signed in, and what would be revoked? Then revoke it.
tiledesk-jwt list --all --sort createdAt
tiledesk-jwt revoke-all --dry-run --sign-in
tiledesk-jwt revoke-all --sign-in

# Does whoever was signed out come back? Ctrl-C ends it.
tiledesk-jwt watch --fields ip`

// Run is tiledesk-jwt demo.
func (c *demoCommand) Run(ctx context.Context, a *app) error {
	if c.Script {
		a.console.print("%s", styled(rehearsal)) // its lines are ours
		return nil
	}
	server, err := tiledesktest.Start()
	if err != nil {
		return undone("The demo could not start: %s. Free a port of the loopback interface and try again.", err)
	}
	defer server.Close()
	leaked := fill(server, a.now())
	folder, err := writeLeaked(leaked)
	if err != nil {
		return undone("The sample tokens could not be written: %s. Make room for temporary files and try again.", unreadable(err))
	}
	defer func() { _ = os.RemoveAll(folder) }() // it is in the folder for temporary files
	a.console.note("A Tiledesk JWT API with sample tokens. Paste these lines into another terminal:\n")
	for _, line := range c.lines(server.URL(), folder) {
		a.console.print("%s", line)
	}
	a.console.note("\nThen try: tiledesk-jwt list\nOr rehearse an incident: tiledesk-jwt incident --token-from %s\nThe folder has %s and %s, a token of %s each, and tiledesk-jwt demo --script prints what else to type. There is also %s, with the same password.\nPress Ctrl-C to end.",
		leakedFile, leakedFile, guidedFile, demoEmail, demoOther)
	<-ctx.Done()
	return nil
}

// lines set up a shell.
func (c *demoCommand) lines(url, folder string) []string {
	set := [][2]string{{"TILEDESK_BASE_URL", url}, {"TILEDESK_EMAIL", demoEmail}, {"TILEDESK_PASSWORD", demoPassword}}
	var list []string
	if c.Shell == "powershell" || c.Shell == "auto" && runtime.GOOS == "windows" {
		for _, v := range set {
			list = append(list, "$env:"+v[0]+" = '"+v[1]+"'")
		}
		return append(list, "Set-Location -LiteralPath '"+strings.ReplaceAll(folder, "'", "''")+"'")
	}
	for _, v := range set {
		list = append(list, "export "+v[0]+"="+v[1])
	}
	return append(list, "cd '"+strings.ReplaceAll(folder, "'", `'\''`)+"'")
}

// writeLeaked puts tokens of the demo into files that only their owner can read.
func writeLeaked(tokens []string) (folder string, err error) {
	if folder, err = os.MkdirTemp("", demoPattern); err != nil {
		return "", err
	}
	for i, name := range []string{leakedFile, guidedFile} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(tokens[i]+"\n"), 0o600); err != nil {
			_ = os.RemoveAll(folder) // the error says more
			return "", err
		}
	}
	return folder, nil
}

// fill adds two users with tokens of different ages, and returns two young ones.
func fill(server *tiledesktest.Server, now time.Time) (leaked []string) {
	server.AddUser(demoEmail, demoPassword)
	server.AddUser(demoOther, demoPassword)
	for _, batch := range []struct {
		age time.Duration
		n   int
	}{{400 * day, 20}, {90 * day, 60}, {35 * day, 25}, {6 * day, 12}, {26 * time.Hour, 5}, {20 * time.Minute, 1}} {
		created := now.Add(-batch.age)
		for i := range batch.n {
			leaked = append(server.IssueAt(demoEmail, created.Add(time.Duration(i)*batch.age/1000), 1), leaked...)
		}
	}
	server.IssueAt(demoOther, now.Add(-3*day), 3)
	return leaked[:2]
}
