package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os/signal"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// What a server sends beyond its answer is logged by net/http itself, word for
// word. Not parallel: the standard logger is the process's.
func TestLogSafely_ofSurplusBytes(t *testing.T) {
	before := log.Writer()
	t.Cleanup(func() { log.SetOutput(before) })
	reader, logged := io.Pipe()
	logSafely(logged)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Read(make([]byte, 4<<10))
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]JWT %s", sample)
		_, _ = io.Copy(io.Discard, conn)
	}()
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(sample), tiledesk.WithBaseURL("http://"+listener.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if text, err := bufio.NewReader(reader).ReadString('\n'); err != nil || !strings.Contains(text, "Unsolicited response") || strings.Contains(text, sample) {
		t.Errorf("logged: %s", text)
	}
}

// The command of this process does so. Not parallel: the standard logger and the
// signals are the process's.
func TestLogSafely_byTheCommandItself(t *testing.T) {
	before := log.Writer()
	t.Cleanup(func() { log.SetOutput(before) })
	newApp()
	signal.Reset()
	if _, safe := log.Writer().(safeWriter); !safe {
		t.Errorf("the standard logger writes to %T", log.Writer())
	}
}
