package tiledesk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// inProcess serves requests within the process, so that a test can play hours of
// faults in a synctest bubble. A handler that aborts is a connection that broke.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		switch v := recover(); {
		case v == nil:
		case v != http.ErrAbortHandler:
			panic(v)
		case r.Context().Err() != nil:
			err = r.Context().Err()
		default:
			err = io.ErrUnexpectedEOF
		}
	}()
	reply := &memoryReply{header: http.Header{}, status: http.StatusOK}
	p.handler.ServeHTTP(reply, r.Clone(r.Context()))
	return &http.Response{
		StatusCode: reply.status, Header: reply.header, Request: r,
		Body: io.NopCloser(&reply.body), ContentLength: int64(reply.body.Len()),
	}, nil
}

// memoryReply is the http.ResponseWriter of inProcess.
type memoryReply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (m *memoryReply) Header() http.Header         { return m.header }
func (m *memoryReply) WriteHeader(status int)      { m.status = status }
func (m *memoryReply) Write(b []byte) (int, error) { return m.body.Write(b) }

// meter counts what passes through a transport.
type meter struct {
	next     http.RoundTripper
	onDelete func(nth int) // before the request is passed on

	mu       sync.Mutex
	deletes  []time.Time // when each began
	inFlight int
	most     int // DELETEs in flight at once
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodDelete {
		return m.next.RoundTrip(r)
	}
	m.mu.Lock()
	m.deletes = append(m.deletes, time.Now())
	nth := len(m.deletes)
	m.inFlight++
	m.most = max(m.most, m.inFlight)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.inFlight--
		m.mu.Unlock()
	}()
	if m.onDelete != nil {
		m.onDelete(nth)
	}
	return m.next.RoundTrip(r)
}

// tokenName is what a result calls a token of tiledesktest by: its jti, or the id
// that a token without one carries as its nonce.
func tokenName(raw string) Target {
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	var claims struct{ JTI, Nonce string }
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		panic("not a token of tiledesktest")
	}
	return Target{JTI: claims.JTI, ID: claims.Nonce}
}
