// Package live boots the open-source Tiledesk server on this machine, with
// nothing but Go and Node: for tests, never for users of the client.
//
// Everything else in this module stands behind the build tag live:
//
//	go test -tags live -v -count=1 ./...
//
// (-v, since without it go test is silent about a skip, and -count=1, since it
// would remember a skip as a success.)
//
// Its tests run the conformance suite, record testdata and drive the
// command; docs/server.md of the repository tells how, and what came of it.
//
// The first run installs the server's npm package into a cache folder outside
// the tree (TILEDESK_LIVE_CACHE moves it), every later one finds it there. The
// server is a child process; its database and its cache are served from within
// the test process. All of it listens on 127.0.0.1 only, on ports that the
// system picks, and is gone when the test is, however it ends.
//
// The module that answers the JWT history is not public. Package standin is our
// own in its place, so what it answers is a guess: see Answer.By, which says
// for each answer who gave it.
package live
