package tiledesktest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// answer is the server's own answer to a request, with its effect. The lock is
// held.
func (s *Server) answer(in incoming) reply {
	method := in.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http leaves the body out
	}
	path := segments(in.Path)
	wait := s.overLimit(in.Time)
	switch {
	case wait > 0:
		return tooMany(wait)
	case !decodable(path):
		// Before the authorization, and so whoever asks: measured on the server 2.19.16.
		return brokenRequest()
	case len(path) == 0 && method == http.MethodGet:
		return html(http.StatusOK, "tiledesktest")
	case len(path) == 0:
		return html(http.StatusNotFound, fmt.Sprintf(cannot, in.Method))
	case matches(path, "auth", "signin") && method == http.MethodPost:
		return s.signIn(in)
	case begins(path, "jwt", "history") && !s.opts.withoutModule,
		begins(path, "testauth"), begins(path, "users"):
		u, refusal := s.authorize(in.Header.Get("Authorization"))
		if u == nil {
			return refusal
		}
		return s.authorized(u, method, path, in)
	}
	return noSuchProject(path)
}

// authorized serves the routes that know who is calling.
func (s *Server) authorized(u *user, method string, path []string, in incoming) reply {
	switch {
	case matches(path, "testauth") && method == http.MethodGet:
		// JSON under another type: so it was recorded.
		rep := jsonReply(http.StatusOK, struct {
			Success bool `json:"success"`
		}{true})
		rep.header.Set("Content-Type", typeHTML)
		return rep
	case matches(path, "users") && method == http.MethodGet:
		return jsonReply(http.StatusOK, u.profile)
	case matches(path, "jwt", "history") && method == http.MethodGet:
		return s.list(u, in.Query)
	case method == http.MethodDelete && len(path) == 4 && begins(path, "jwt", "history", "id") && path[3] != "":
		return s.revokeID(u, decoded(path[3]))
	case method == http.MethodDelete && len(path) == 3 && begins(path, "jwt", "history") && path[2] != "":
		return s.revokeJTI(u, decoded(path[2]))
	}
	return noSuchProject(path)
}

// cannot is the page of Express for a path that not even a project could have.
const cannot = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>Cannot %s /</pre>
</body>
</html>
`

// noSuchProject is the answer to every path that no route matches: the
// server's last routes read its first part as the id of a project (measured on
// the server 2.19.16).
func noSuchProject(path []string) reply {
	return jsonReply(http.StatusBadRequest, struct {
		Error string `json:"error"`
	}{"Invalid project id: " + decoded(path[0])})
}

// decodable is false when a segment is not UTF-8 once it is decoded.
func decodable(path []string) bool {
	for _, segment := range path {
		if value, err := url.PathUnescape(segment); err != nil || !utf8.ValidString(value) {
			return false
		}
	}
	return true
}

// decoded decodes one segment once, as Express does. It is decodable.
func decoded(segment string) string {
	value, _ := url.PathUnescape(segment)
	return value
}

// segments splits an escaped path. One slash at the end does not count.
func segments(path string) []string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func matches(path []string, literal ...string) bool {
	return len(path) == len(literal) && begins(path, literal...)
}

// begins compares as Express does: escapes stay, case does not matter.
func begins(path []string, literal ...string) bool {
	if len(path) < len(literal) {
		return false
	}
	for i, part := range literal {
		if !strings.EqualFold(path[i], part) {
			return false
		}
	}
	return true
}
