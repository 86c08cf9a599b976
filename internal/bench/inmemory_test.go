package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// BenchmarkInMemory has no network and no server, so that what the system does is in no
// number: the steadiest measure of what the library adds to net/http, above all by its
// processor time, and for a profile the clearest.
func BenchmarkInMemory(b *testing.B) {
	const base = "http://127.0.0.1/tiledesk"
	remove := base + "/jwt/history/" + url.PathEscape(someJTI)
	page, document := inMemory(recordedPage()), inMemory(deleted(someJTI))
	for _, job := range []struct {
		name string
		call func(context.Context) error
	}{
		{"job=list/client=" + floorName, func(ctx context.Context) error {
			return roundTrip(ctx, page, http.MethodGet, base+"/jwt/history")
		}},
		{"job=list/client=" + ourName, listing(base, page)},
		{"job=delete/client=" + floorName, func(ctx context.Context) error {
			return roundTrip(ctx, document, http.MethodDelete, remove)
		}},
		{"job=delete/client=" + ourName, revoking(base, document)},
	} {
		b.Run(job.name, func(b *testing.B) {
			b.ReportAllocs()
			start := processorTime()
			for b.Loop() {
				if err := job.call(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-start).Nanoseconds())/float64(b.N), "processor-ns/op")
		})
	}
}

func listing(base string, transport http.RoundTripper) func(context.Context) error {
	c := oursOver(base, transport)
	return func(ctx context.Context) error { _, err := c.JWT.ListHistory(ctx, nil); return err }
}

func revoking(base string, transport http.RoundTripper) func(context.Context) error {
	c := oursOver(base, transport)
	return func(ctx context.Context) error { _, err := c.JWT.RevokeByJTI(ctx, someJTI); return err }
}

func oursOver(base string, transport http.RoundTripper) *tiledesk.Client {
	return must(tiledesk.NewClient(tiledesk.JWTAuth(dummyToken), tiledesk.WithBaseURL(base), tiledesk.WithRateLimiter(nil),
		tiledesk.WithHTTPClient(&http.Client{Transport: transport})))
}

// inMemory is a transport of net/http whose connections answer each request with the
// same body.
func inMemory(body []byte) *http.Transport {
	reply := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nDate: Thu, 26 Nov 2026 10:22:29 GMT\r\nContent-Length: %d\r\n\r\n%s", jsonType[0], len(body), body)
	return &http.Transport{
		IdleConnTimeout: 25 * time.Second, // as the library has it
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return &answering{reply: reply, asked: make(chan struct{}, 1), closed: make(chan struct{})}, nil
		},
	}
}

// answering is a connection that has its reply ready when a request ends.
type answering struct {
	net.Conn // nil: what is not below is not called
	reply    []byte
	rest     []byte // of the reply that is being read
	asked    chan struct{}
	closed   chan struct{}
}

func (a *answering) Write(p []byte) (int, error) {
	if bytes.HasSuffix(p, []byte("\r\n\r\n")) {
		a.asked <- struct{}{}
	}
	return len(p), nil
}

func (a *answering) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		select {
		case <-a.asked:
			a.rest = a.reply
		case <-a.closed:
			return 0, io.EOF
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *answering) Close() error {
	close(a.closed)
	return nil
}
