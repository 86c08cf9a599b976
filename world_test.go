package tiledesk

import (
	"bytes"
	"io"
	"net/http"
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
