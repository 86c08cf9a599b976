package main

import "context"

// An older tree of this repository, as a client of its own; nil unless ./before built
// it into this program.
var (
	newBefore    func(base string) client
	revokeBefore func(base string) func(ctx context.Context, jtis []string, workers int) (revoked int, err error)
	beforeName   string
)
