// Sessions is a web service with which the users of Tiledesk see where they are signed
// in, and end what they do not know: the middle of a page "your devices".
//
//	TILEDESK_BASE_URL=https://chat.example.com/api go run ./examples/sessions
//
// Without TILEDESK_BASE_URL it runs on a server inside the program, and prints a token
// to try it with. Each request carries the Tiledesk token of its user:
//
//	curl -H "Authorization: Bearer $TOKEN" localhost:8080/sessions
//	curl -H "Authorization: Bearer $TOKEN" -X DELETE localhost:8080/sessions/ID
//	curl -H "Authorization: Bearer $TOKEN" -X DELETE localhost:8080/sessions          # all others
//	curl -H "Authorization: Bearer $TOKEN" -X DELETE localhost:8080/sessions/current  # sign out
//	curl localhost:8080/metrics
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// shutdownTakes is how long requests may go on once the service is told to stop.
const shutdownTakes = 15 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Getenv)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sessions:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, getenv func(string) string) error {
	baseURL := getenv("TILEDESK_BASE_URL")
	if baseURL == "" {
		demo, err := tiledesktest.Start()
		if err != nil {
			return err
		}
		defer demo.Close()
		demo.AddUser("agent@example.com", "secret")
		fmt.Println("TOKEN=" + demo.Issue("agent@example.com", 3)[2])
		baseURL = demo.URL()
	}
	service, err := newService(tiledesk.WithBaseURL(baseURL))
	if err != nil {
		return err
	}
	defer service.client.CloseIdleConnections()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(getenv("LISTEN"), "localhost:8080"))
	if err != nil {
		return err
	}
	fmt.Println("listening on http://" + listener.Addr().String())
	return serve(ctx, listener, service.handler())
}

// serve ends gracefully: requests that have begun are answered.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTakes)
	defer cancel()
	err := server.Shutdown(ctx)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
