// Opentelemetry traces the calls of the client: one span a call, and below it one
// for each attempt, made by otelhttp under the client's own retries.
//
//	cd examples/opentelemetry && go run .
//
// It is a module of its own, so that the dependencies of OpenTelemetry stay out
// of the client's.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "opentelemetry:", err)
		os.Exit(1)
	}
}

// run revokes a token on a server that is busy at first, and prints the spans.
func run(ctx context.Context) error {
	server, err := tiledesktest.Start()
	if err != nil {
		return err
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 2)
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable, Body: "busy"})

	// A program has an exporter here instead, and trace.WithBatcher.
	provider := trace.NewTracerProvider(trace.WithSyncer(&printer{out: os.Stdout}))
	defer func() { _ = provider.Shutdown(context.WithoutCancel(ctx)) }()

	client, err := newClient(provider, server.URL(), tokens[1])
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return revoke(ctx, provider, client, tokens[0])
}

// newClient is all that tracing takes: a middleware that makes spans, below
// everything that the client does itself.
func newClient(provider oteltrace.TracerProvider, baseURL, token string) (*tiledesk.Client, error) {
	return tiledesk.NewClient(tiledesk.JWTAuth(token),
		tiledesk.WithBaseURL(baseURL),
		tiledesk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return otelhttp.NewTransport(hideURL{next}, otelhttp.WithTracerProvider(provider))
		}),
	)
}

// revoke makes the span that the attempts hang below.
func revoke(ctx context.Context, provider oteltrace.TracerProvider, client *tiledesk.Client, token string) error {
	ctx, span := provider.Tracer("example").Start(ctx, "revoke a leaked token")
	defer span.End()
	_, err := client.JWT.RevokeToken(ctx, token)
	if err != nil {
		span.SetStatus(codes.Error, err.Error()) // no error of the client holds a secret
	}
	return err
}
