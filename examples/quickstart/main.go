// Quickstart lists the tokens of a Tiledesk user, pages through all of them and
// revokes one.
//
//	go run ./examples/quickstart
//
// does so against a server inside the program, which holds recorded tokens. With
// TILEDESK_BASE_URL and either TILEDESK_TOKEN or TILEDESK_EMAIL and
// TILEDESK_PASSWORD in the environment it lists against a real server, and
// revokes nothing but what -revoke names.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/go-tiledesk/tiledesk"
)

const shown = 5 // tokens of the first page that are printed

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	jti := flags.String("revoke", "", "revoke the token with this `jti`")
	flags.SetOutput(io.Discard) // main tells the error, once
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(out)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q: only -revoke JTI is known", flags.Arg(0))
	}
	client, err := fromEnvironment(getenv)
	if err != nil {
		return err
	}
	if client == nil {
		return tour(ctx, out, *jti)
	}
	if err := list(ctx, out, client); err != nil {
		return err
	}
	if *jti == "" {
		fmt.Fprintln(out, "\nNothing was revoked. To revoke one, name it: -revoke JTI")
		return nil
	}
	fmt.Fprintln(out)
	return revoke(ctx, out, client, *jti)
}

// list prints the start of the first page, and how many tokens there are on all
// pages.
func list(ctx context.Context, out io.Writer, client *tiledesk.Client) error {
	page, err := client.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{
		SortField: "createdAt",
		Direction: tiledesk.Descending,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d tokens on the first page\n", client.BaseURL(), len(page.Tokens))
	for i, token := range page.Tokens {
		if i == shown {
			fmt.Fprintf(out, "  … and %d more\n", len(page.Tokens)-shown)
			break
		}
		fmt.Fprintf(out, "  %s  id %s  jti %s\n", token.CreatedAt.Format("2006-01-02 15:04"), token.ID, token.JTI)
	}

	count := 0
	for _, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			return fmt.Errorf("after %d tokens: %w", count, err)
		}
		count++
	}
	fmt.Fprintf(out, "%d tokens on all pages\n", count)
	return nil
}

func revoke(ctx context.Context, out io.Writer, client *tiledesk.Client, jti string) error {
	if _, err := client.JWT.RevokeByJTI(ctx, jti); err != nil {
		return err
	}
	fmt.Fprintf(out, "revoked %s\n", jti)
	return nil
}
