// Revoke-job is what cron runs at night: it revokes every token of a user that is
// older than 30 days, except the one that the job itself uses.
//
//	go run ./examples/revoke-job
//
// does so on a server inside the program. A real one is named by
// TILEDESK_BASE_URL, with TILEDESK_EMAIL and TILEDESK_PASSWORD, so that the job
// signs in and out again, or with TILEDESK_TOKEN:
//
//	17 3 * * *  revoke-job -days 30 >> /var/log/revoke-job.jsonl
//
// Standard output gets one JSON object for each token that is too old, and
// standard error one line when something is wrong. The exit code is 0 when nothing
// is left to do, 1 when the next run may do better, and 2 when none will before
// somebody looks: a wrong password, a wrong address, a server without the history
// module.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

const (
	exitDone      = 0
	exitTryAgain  = 1
	exitLookAtMe  = 2
	wholeJobTakes = time.Hour
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, wholeJobTakes)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "revoke-job:", err)
	}
	os.Exit(exitCode(err))
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("revoke-job", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main tells the error
	days := flags.Int("days", 30, "revoke tokens older than this many days")
	dryRun := flags.Bool("dry-run", false, "say what would be revoked, and revoke nothing")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
		return nil
	case err != nil:
		return usageError{err}
	case flags.NArg() > 0 || *days < 1:
		return usageError{errors.New("the only arguments are -days N, 1 or more, and -dry-run")}
	}
	account, err := accountFrom(getenv)
	if err != nil {
		return usageError{err}
	}
	if account.baseURL == "" {
		server, err := startDemo()
		if err != nil {
			return err
		}
		defer server.Close()
		account = demoAccount(server)
	}
	return job{
		account: account,
		before:  time.Now().AddDate(0, 0, -*days),
		dryRun:  *dryRun,
		out:     out,
	}.run(ctx)
}

// usageError is a job that cannot begin.
type usageError struct{ error }

func exitCode(err error) int {
	var usage usageError
	if err == nil {
		return exitDone
	}
	if errors.As(err, &usage) {
		return exitLookAtMe
	}
	for _, kind := range []error{
		tiledesk.ErrInvalidArgument,
		tiledesk.ErrUnauthorized,
		tiledesk.ErrForbidden,
		tiledesk.ErrHistoryUnavailable,
		tiledesk.ErrRedirected,
	} {
		if errors.Is(err, kind) {
			return exitLookAtMe
		}
	}
	return exitTryAgain
}
