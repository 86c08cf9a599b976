package tiledesktest

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Drop says whether and when a [Fault] loses the reply.
type Drop int

const (
	// DropNone lets the reply through.
	DropNone Drop = iota
	// DropBefore cuts the connection before the request has any effect,
	// whatever the Status of the fault.
	DropBefore
	// DropAfter lets the request take effect and loses the server's reply. The
	// connection is cut, or, when the fault has a Status, that is the answer:
	// a gateway that says 502 or 504 has lost a reply in this way.
	DropAfter
)

// A Fault is a way to go wrong for the requests that it matches. The zero
// Fault matches the next request and changes nothing.
//
// With a Status, the fault's answer takes the place of the server's and the
// request has no effect, unless Drop is DropAfter. Without one, the server
// answers itself, and Delay, Header, Body and Drop are what goes wrong.
//
// A connection that is cut breaks in the middle of a reply, after its status
// line. That every client must notice, while net/http silently repeats a GET
// when a connection that it has used before breaks without a word.
type Fault struct {
	Method string // "": any
	Path   string // a prefix of the escaped path; "": any
	Times  int    // how many requests it meets; 0: one; -1: all from now on

	Status int         // 0: the server's own answer
	Header http.Header // in place of the answer's own of the same name
	// Body is the answer's; without a Status it takes the place of what the
	// server itself would say, and the effect stands. Its Content-Type, unless
	// Header has one, is that of JSON if it is JSON, or else what net/http detects.
	Body string

	// Delay is waited before the request has any effect, or, with DropAfter,
	// after it. It ends early when the client gives up or the server is
	// closed; then the connection is cut.
	Delay time.Duration
	Drop  Drop
}

// Inject adds a fault. Faults are consulted in the order they were injected,
// and the first that matches a request is the only one it meets. A fault that
// has met as many requests as it should is removed.
func (s *Server) Inject(f Fault) {
	s.tb.Helper()
	switch {
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		s.tb.Fatalf("tiledesktest: Inject: %d is not the status of an answer", f.Status)
		return
	case f.Delay < 0:
		s.tb.Fatalf("tiledesktest: Inject: a Delay below zero: %v", f.Delay)
		return
	}
	f.Header = f.Header.Clone()
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults removes all faults. Requests that have met one already are not
// changed by it.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// respond serves a request with the fault that it meets, if any.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, in incoming) {
	f := s.takeFault(in.Request)
	if f.Drop != DropAfter && !s.wait(r.Context(), f.Delay) || f.Drop == DropBefore {
		cut(w)
		return
	}
	var rep reply
	if f.Status == 0 || f.Drop == DropAfter {
		s.mu.Lock()
		rep = s.answer(in)
		s.mu.Unlock()
	}
	if f.Drop == DropAfter && (!s.wait(r.Context(), f.Delay) || f.Status == 0) {
		cut(w)
		return
	}
	if f.Status != 0 || f.Body != "" {
		rep = f.reply(rep.status)
	}
	rep.send(w, f.Header)
}

// takeFault uses the first fault that matches. It is a copy, and the zero Fault
// when there is none.
func (s *Server) takeFault(r Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && !strings.EqualFold(f.Method, r.Method) || !strings.HasPrefix(r.Path, f.Path) {
			continue
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return *f
	}
	return Fault{}
}

// delay is one that is waited out. It is a context of its own rather than a channel
// of the server, which would stop the clock of a synctest bubble that the server
// was not made in.
type delay struct{ cut context.CancelFunc }

// wait returns false when it was cut short.
func (s *Server) wait(ctx context.Context, length time.Duration) bool {
	if length <= 0 {
		return true
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &delay{cut: cancel}
	s.mu.Lock()
	if s.closed {
		cancel()
	}
	s.delays[d] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.delays, d)
		s.mu.Unlock()
	}()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reply is the fault's own answer; without a Status it has that of the server's.
func (f Fault) reply(own int) reply {
	rep := reply{status: cmp.Or(f.Status, own), text: f.Body, header: http.Header{}}
	if json.Valid([]byte(f.Body)) {
		rep.header.Set("Content-Type", typeJSON)
	}
	return rep
}
