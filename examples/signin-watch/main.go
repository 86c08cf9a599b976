// Signin-watch is a service that reports each new sign-in of a Tiledesk user: it
// reads the history of tokens every few minutes and logs those that were not
// there before, until it is told to stop.
//
//	TILEDESK_TOKEN=… go run ./examples/signin-watch -every 5m
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

func main() {
	every := flag.Duration("every", 5*time.Minute, "time between two polls")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *every)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "signin-watch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, every time.Duration) error {
	token := os.Getenv("TILEDESK_TOKEN")
	if token == "" {
		return errors.New("TILEDESK_TOKEN is not set: it is the token of the user to watch")
	}
	if every <= 0 {
		return errors.New("-every must be above 0, 5m for example")
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	options := []tiledesk.Option{tiledesk.WithLogger(log), tiledesk.WithUserAgent("signin-watch/1.0")}
	if baseURL := os.Getenv("TILEDESK_BASE_URL"); baseURL != "" {
		options = append(options, tiledesk.WithBaseURL(baseURL))
	}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), options...)
	if err != nil {
		return err
	}
	return newWatcher(client, log).watch(ctx, every)
}
