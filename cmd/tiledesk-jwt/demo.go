package main

import (
	"context"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

type demoCommand struct{}

// Help is what demo --help says in addition.
func (*demoCommand) Help() string {
	return "The server listens on the loopback interface, keeps everything in memory and is gone when this ends."
}

const (
	demoEmail    = "agent@example.com"
	demoOther    = "colleague@example.com"
	demoPassword = "demo-password"
)

// Run is tiledesk-jwt demo.
func (*demoCommand) Run(ctx context.Context, a *app) error {
	server, err := tiledesktest.Start()
	if err != nil {
		return undone("The demo could not start: %s. Free a port of the loopback interface and try again.", err)
	}
	defer server.Close()
	fill(server, a.now())
	a.console.note("A Tiledesk JWT API with sample tokens. Paste these lines into another terminal:\n")
	a.console.print("export TILEDESK_BASE_URL=%s", server.URL())
	a.console.print("export TILEDESK_EMAIL=%s", demoEmail)
	a.console.print("export TILEDESK_PASSWORD=%s", demoPassword)
	a.console.note("\nThen try: tiledesk-jwt list\nThere is also %s, with the same password.\nPress Ctrl-C to end.", demoOther)
	<-ctx.Done()
	return nil
}

// fill adds two users with tokens of different ages.
func fill(server *tiledesktest.Server, now time.Time) {
	server.AddUser(demoEmail, demoPassword)
	server.AddUser(demoOther, demoPassword)
	for _, batch := range []struct {
		age time.Duration
		n   int
	}{{400 * day, 20}, {90 * day, 60}, {35 * day, 25}, {6 * day, 12}, {26 * time.Hour, 5}, {20 * time.Minute, 1}} {
		created := now.Add(-batch.age)
		for i := range batch.n {
			server.IssueAt(demoEmail, created.Add(time.Duration(i)*batch.age/1000), 1)
		}
	}
	server.IssueAt(demoOther, now.Add(-3*day), 3)
}
