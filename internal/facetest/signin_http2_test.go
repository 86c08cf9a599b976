package facetest

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// net/http repeats by itself what a server of HTTP/2 refuses with REFUSED_STREAM,
// where it can send the body again. A sign-in must not be sent twice whatever a
// server says of it.
func TestSignIn_isNotRepeatedOnARefusedStream(t *testing.T) {
	t.Parallel()
	server := newRefuser(t)
	if _, err := signIn(t, server.url, servertest.WithTransport(server.transport(t))); err == nil || server.streams.Load() != 1 {
		t.Errorf("%d streams came: %v", server.streams.Load(), err)
	}
	// It does repeat what has no body: so the server refuses as it should.
	list := newRefuser(t)
	client := servertest.NewClient(t, list.url, servertest.WithTransport(list.transport(t)), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	if _, err := client.JWT.ListHistory(t.Context(), nil); err == nil || list.streams.Load() < 2 {
		t.Errorf("%d streams came of a list: %v", list.streams.Load(), err)
	}
}

// refuser is a server of HTTP/2 that refuses the first stream that comes, and ends
// the connection when there is another.
type refuser struct {
	url     string
	roots   *tls.Config
	streams atomic.Int32
}

func newRefuser(t *testing.T) *refuser {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil) // for its certificate
	certified.EnableHTTP2 = true
	certified.StartTLS()
	certified.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	r := &refuser{url: "https://" + listener.Addr().String(), roots: certified.Client().Transport.(*http.Transport).TLSClientConfig}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return r
}

// transport reaches the server, and no other.
func (r *refuser) transport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: r.roots.Clone(), ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func (r *refuser) serve(conn net.Conn) {
	defer conn.Close()
	const headers, reset, settings, refused = 1, 3, 4, 7
	in := bufio.NewReader(conn)
	if _, err := in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
		return
	}
	if !writeFrame(conn, settings, 0, nil) {
		return
	}
	for {
		var head [9]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		if _, err := in.Discard(length); err != nil {
			return
		}
		if head[3] != headers {
			continue
		}
		if r.streams.Add(1) > 1 {
			return
		}
		if !writeFrame(conn, reset, binary.BigEndian.Uint32(head[5:]), []byte{0, 0, 0, refused}) {
			return
		}
	}
}

// writeFrame writes a frame without flags.
func writeFrame(w io.Writer, kind byte, stream uint32, payload []byte) bool {
	frame := binary.BigEndian.AppendUint32([]byte{0, 0, byte(len(payload)), kind, 0}, stream)
	_, err := w.Write(append(frame, payload...))
	return err == nil
}
