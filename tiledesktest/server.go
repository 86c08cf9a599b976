package tiledesktest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// maxBody bounds a request's body as the server 2.19.16 does by default, which
// calls it 500KB.
const maxBody = 500 << 10

// A Server is a Tiledesk JWT API with a state of its own. All methods are safe
// for concurrent use. It is also an [http.Handler], so that it can be mounted
// in a server of the user's own; see [NewHandler].
type Server struct {
	opts options
	tb   testing.TB // where misuse is reported
	url  string
	http *http.Server // nil when the server does not listen

	serving sync.WaitGroup // the goroutine that listens

	mu       sync.Mutex // guards what follows
	idle     sync.Cond  // no request is being served
	inflight int
	delays   map[*delay]struct{} // that are waited out, for Close to cut
	closed   bool
	state    *state
	faults   []*Fault
	hook     func(Request)
	requests []Request
	recent   []time.Time // when the requests of the last minute came, see WithRateLimit
}

// A Request is one request that the server received.
type Request struct {
	Method string
	Path   string // escaped, as it was sent
	Query  url.Values
	Header http.Header
	Time   time.Time // when it arrived
}

// NewServer starts a server that is closed when the test and its subtests end.
// Misuse, such as issuing tokens to an unknown user, ends the test.
func NewServer(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := NewHandler(opts...)
	s.tb = tb
	if err := s.listen(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server for a program that is not a test. The caller closes it.
// Misuse, such as issuing tokens to an unknown user, panics. The error says why
// no port of the loopback interface could be had.
func Start(opts ...Option) (*Server, error) {
	s := NewHandler(opts...)
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

// NewHandler returns a server that does not listen: an [http.Handler] to mount
// elsewhere, or to reach by its [Server.Transport], as tests in a testing/synctest
// bubble must. Its URL is "". Misuse panics, and so does a [Fault] that cuts
// the connection where there is none to cut: with [http.ErrAbortHandler].
func NewHandler(opts ...Option) *Server {
	s := &Server{
		opts:   newOptions(opts),
		tb:     program{},
		delays: make(map[*delay]struct{}),
		state:  newState(),
	}
	s.idle.L = &s.mu
	return s
}

func (s *Server) listen() error {
	// Only loopback: the fake accepts tokens that anybody can make up.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("tiledesktest: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 30 * time.Second}
	s.serving.Go(func() {
		// Serve always fails, and always because of Close.
		_ = s.http.Serve(listener)
	})
	return nil
}

// URL is the base URL of the server, such as http://127.0.0.1:41234, without a
// slash at its end.
func (s *Server) URL() string { return s.url }

// Close ends the server: it stops listening, cuts open connections and pending
// delays, and returns when no request is being served. Closing it again does
// nothing. What the server knows can still be asked.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for d := range s.delays {
		d.cut()
	}
	s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close() // nobody is left to tell
	}
	s.serving.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.inflight > 0 {
		s.idle.Wait()
	}
}

// Requests returns the requests received so far in the order they came, those
// that met a fault included. They are copies.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]Request, len(s.requests))
	for i, r := range s.requests {
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		copies[i] = r
	}
	return copies
}

// OnRequest has f called for each request just before it is served, faults
// included. f may call any method of the server but Close, so that a test can
// sign somebody in between two pages of a list. Requests that come at the same
// time call f at the same time. A later f replaces the one before; nil removes
// it.
func (s *Server) OnRequest(f func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		cut(w)
		return
	}
	defer s.leave()

	body, err := readBody(w, r)
	in := incoming{
		Request: Request{
			Method: r.Method,
			Path:   r.URL.EscapedPath(),
			Query:  r.URL.Query(),
			Header: r.Header,
			Time:   time.Now(),
		},
		body:    body,
		tooLong: err != nil,
	}
	s.record(in.Request)
	s.respond(w, r, in)
}

// readBody reads the body before anything is done: a connection that is cut
// with unread bytes is reset, and the other side may lose what was sent before.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil { // a request that was made within the process
		return nil, nil
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// enter counts a request in, unless the server is closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.inflight++
	return true
}

// leave counts a request out.
func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inflight--; s.inflight == 0 {
		s.idle.Broadcast()
	}
}

// record notes the request and calls the hook, which must not find the server
// locked.
func (s *Server) record(r Request) {
	s.mu.Lock()
	hook := s.hook
	if !s.opts.withoutRequestLog {
		r.Header = r.Header.Clone()
		s.requests = append(s.requests, r)
	}
	s.mu.Unlock()
	if hook != nil {
		r.Query = url.Values(http.Header(r.Query).Clone())
		r.Header = r.Header.Clone()
		hook(r)
	}
}

// incoming is a request with the body, which the record does not keep: it can
// hold a password.
type incoming struct {
	Request
	body    []byte
	tooLong bool
}

// program takes the place of a test where there is none.
type program struct{ testing.TB }

func (program) Helper() {}

func (program) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}
