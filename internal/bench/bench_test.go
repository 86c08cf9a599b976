package main

import (
	"context"
	"testing"
)

func BenchmarkList(b *testing.B) {
	s := newServer()
	defer s.Close()
	for _, c := range newClients(s, false) {
		run(b, c, func(ctx context.Context) error { _, err := c.list(ctx); return err })
	}
}

// BenchmarkDelete answers the peers 204, as their APIs do.
func BenchmarkDelete(b *testing.B) {
	s := newServer()
	defer s.Close()
	for _, c := range newClients(s, false) {
		run(b, c, c.remove)
	}
}

// BenchmarkDeleteEqual answers all of them the same document.
func BenchmarkDeleteEqual(b *testing.B) {
	s := newServer()
	defer s.Close()
	for _, c := range newClients(s, true) {
		run(b, c, c.remove)
	}
}

func run(b *testing.B, c client, call func(context.Context) error) {
	b.Run("client="+c.name, func(b *testing.B) {
		if err := c.check(b.Context()); err != nil {
			b.Fatal(err)
		}
		ctx := context.Background()
		b.ReportAllocs()
		for b.Loop() {
			if err := call(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRevokeEach is 4,000 revocations an operation, 8 at a time.
func BenchmarkRevokeEach(b *testing.B) {
	s := newServer()
	defer s.Close()
	j := bulkJob(s)
	for i, name := range j.names {
		b.Run("client="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := j.calls[i](context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
