// Command bench measures the library beside plain net/http and beside the
// clients of GitHub, DigitalOcean and GitLab. It is a module of its own, so that
// none of them reaches who imports the library.
//
//	go run .                              the ratio tables, as in docs/performance.md
//	go run . -processor                   the processor time of the client alone
//	go run ./before -commit 28f0bfc -name v0.1.0 -- -runs 7    with an older tree of this repository
//	go test -run - -bench . -count 10 | benchstat -col /client -
//
// All of them talk, in one process and in turns, to one server on loopback that
// answers bytes made beforehand, see [newServer]. Only ratios taken in the same
// round mean anything: the times of a busy machine wander by half.
package main
