package main

import (
	"context"
	"fmt"
	"io"

	"go.opentelemetry.io/otel/sdk/trace"
)

// printer is an exporter that writes a line a span.
type printer struct{ out io.Writer }

func (p *printer) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, span := range spans {
		fmt.Fprintf(p.out, "%-21s parent=%t error=%t", span.Name(), span.Parent().IsValid(), span.Status().Code.String() == "Error")
		for _, attribute := range span.Attributes() {
			switch attribute.Key {
			case "http.response.status_code", "url.full":
				fmt.Fprintf(p.out, " %s=%s", attribute.Key, attribute.Value.String())
			}
		}
		fmt.Fprintln(p.out)
	}
	return nil
}

func (p *printer) Shutdown(context.Context) error { return nil }
