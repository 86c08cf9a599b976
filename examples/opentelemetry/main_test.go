package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestSpans(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 2)
	server.Inject(tiledesktest.Fault{Status: http.StatusBadGateway})

	spans := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
	client, err := newClient(provider, server.URL(), tokens[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := revoke(t.Context(), provider, client, tokens[0]); err != nil {
		t.Fatal(err)
	}

	ended := spans.Ended()
	if len(ended) != 3 {
		t.Fatalf("%d spans, want two attempts and the call", len(ended))
	}
	call := ended[2]
	claims, err := tiledesk.ParseClaims(tokens[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, attempt := range ended[:2] {
		if attempt.Parent().SpanID() != call.SpanContext().SpanID() {
			t.Errorf("%s does not hang below the call", attempt.Name())
		}
		for _, attribute := range attempt.Attributes() {
			text := fmt.Sprint(attribute)
			if strings.Contains(text, claims.JTI) || strings.Contains(text, tokens[0]) || strings.Contains(text, tokens[1]) {
				t.Errorf("%s shows which token it is", attribute.Key)
			}
		}
	}
}
