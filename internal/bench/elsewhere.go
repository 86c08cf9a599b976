package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
)

// startElsewhere starts a server in a process of its own, so that the processor time
// of this one is the client's.
func startElsewhere() (*server, func(), error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	child := exec.Command(program, "-serve")
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := child.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() {
		_ = in.Close()
		_ = child.Wait()
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("the server did not start: %w", err)
	}
	return &server{Server: &httptest.Server{URL: strings.TrimSpace(url)}}, stop, nil
}

// serveUntilEnd is that process.
func serveUntilEnd() {
	s := newServer()
	defer s.Close()
	fmt.Println(s.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
