package main

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// server answers each client with the JSON of its own API, at as little cost as
// net/http allows: what it spends is added to everyone's time alike.
type server struct {
	*httptest.Server
	pages map[string][]byte // by the first segment of the path
}

// newServer starts a server on loopback. Below /tiledesk it answers the recorded
// page, and to a DELETE the recorded document with the identifier asked for;
// below the name of each peer a page of 40 entries of the same size, and to a
// DELETE 204, as those APIs do. Below /equal a DELETE gets a body from every API.
func newServer() *server {
	page := recordedPage()
	size := len(page)
	s := &server{pages: map[string][]byte{
		"tiledesk": page,
		"github":   githubPage(size),
		"godo":     godoPage(size),
		"gitlab":   gitlabPage(size),
	}}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, equal := strings.CutPrefix(r.URL.Path, "/equal")
	name, rest, _ := strings.Cut(path[1:], "/")
	header := w.Header()
	switch {
	case r.Method != http.MethodDelete:
		page := s.pages[name]
		header["Content-Type"] = jsonType
		header["Content-Length"] = []string{strconv.Itoa(len(page))}
		_, _ = w.Write(page)
	case name == "tiledesk" || equal:
		header["Content-Type"] = jsonType
		_, _ = w.Write(deleted(rest[strings.LastIndexByte(rest, '/')+1:]))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

var jsonType = []string{"application/json; charset=utf-8"}
