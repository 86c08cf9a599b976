package tiledesktest

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Transport returns a transport that hands every request to the server within the
// process, whatever its host, so that nothing is sent over any network. It works in
// a testing/synctest bubble, where a server made by [NewHandler] has no goroutine
// of its own: time passes at once while everybody waits. The path must be that of
// the API, without the prefix that the hosted service has.
//
//	client, err := tiledesk.NewClient(credentials,
//		tiledesk.WithBaseURL("https://tiledesk.example"),
//		tiledesk.WithHTTPClient(&http.Client{Transport: server.Transport()}))
//
// A connection that a [Fault] cuts, or that [Server.Close] does, is
// [io.ErrUnexpectedEOF]; a request whose context ends is given up at once.
func (s *Server) Transport() http.RoundTripper { return inMemory{s} }

type inMemory struct{ server *Server }

// RoundTrip serves one request in a goroutine of its own, since a hook of
// [Server.OnRequest] may take longer than the context of the request.
func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		closeBody(r)
		return nil, err
	}
	served := make(chan *memoryReply, 1)
	go func() {
		reply := &memoryReply{header: http.Header{}}
		defer func() {
			closeBody(r)
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				panic(v)
			}
			served <- reply
		}()
		m.server.ServeHTTP(reply, r.Clone(ctx))
		reply.done = true
	}()
	select {
	case <-ctx.Done():
	case reply := <-served:
		if reply.done {
			return reply.response(r), nil
		}
	}
	return nil, cmp.Or(ctx.Err(), io.ErrUnexpectedEOF)
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // it was read
	}
}

// memoryReply is the [http.ResponseWriter] of a request within the process.
type memoryReply struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	chunked bool
	done    bool // the handler did not abort
}

func (m *memoryReply) Header() http.Header { return m.header }

func (m *memoryReply) WriteHeader(status int) { m.status = status }

func (m *memoryReply) Write(b []byte) (int, error) { return m.body.Write(b) }

// Flush is what the server calls where its reply has no length.
func (m *memoryReply) Flush() { m.chunked = true }

// response is the reply as it would have come over HTTP/1.1.
func (m *memoryReply) response(r *http.Request) *http.Response {
	header := m.header.Clone()
	_, typed := header["Content-Type"]
	for name, values := range header {
		if len(values) == 0 {
			delete(header, name) // nil keeps net/http from adding one of its own
		}
	}
	body := m.body.Bytes()
	if !typed && len(body) > 0 {
		header.Set("Content-Type", http.DetectContentType(body))
	}
	resp := &http.Response{
		Status: strings.TrimSpace(strconv.Itoa(m.status) + " " + http.StatusText(m.status)), StatusCode: m.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Request: r, ContentLength: int64(len(body)),
	}
	switch {
	case r.Method == http.MethodHead || !bodyAllowed(m.status):
		body = nil
	case m.chunked:
		resp.ContentLength, resp.TransferEncoding = -1, []string{"chunked"}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp
}
