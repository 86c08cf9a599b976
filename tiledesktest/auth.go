package tiledesktest

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// authorize finds the user a request comes from. The reply is meant to be sent
// when there is none.
//
// The server asks two strategies in turn, Basic and JWT, and then checks the
// form of the header once more. All of it was measured on the server 2.19.16.
func (s *Server) authorize(header string) (*user, reply) {
	u, status := s.basic(header)
	if u == nil {
		u = s.jwt(header)
	}
	if u == nil {
		rep := bare(status)
		if status == http.StatusUnauthorized {
			rep.header.Set("WWW-Authenticate", `Basic realm="Users"`)
		}
		return nil, rep
	}
	if strings.Count(header, " ") != 1 {
		return nil, failure(http.StatusForbidden, "Unauthorized.")
	}
	return u, reply{}
}

// basic is the Basic strategy. Its status is the one to answer when the JWT
// strategy fails as well.
func (s *Server) basic(header string) (*user, int) {
	if header == "" {
		return nil, http.StatusUnauthorized
	}
	parts := strings.Split(header, " ")
	if len(parts) < 2 {
		return nil, http.StatusBadRequest
	}
	if !strings.EqualFold(parts[0], "Basic") {
		return nil, http.StatusUnauthorized
	}
	credentials := strings.Split(lenientBase64(parts[1]), ":")
	if len(credentials) < 2 {
		return nil, http.StatusBadRequest
	}
	// A password ends at its first colon: the strategy takes the second part
	// and drops the rest.
	u := s.state.user(credentials[0])
	if u == nil || u.disabled || u.password != credentials[1] {
		return nil, http.StatusUnauthorized
	}
	return u, http.StatusOK
}

// jwt is the JWT strategy: the scheme in any case, any white space after it.
func (s *Server) jwt(header string) *user {
	parts := strings.Fields(header)
	if len(parts) < 2 || !strings.EqualFold(parts[0], "JWT") {
		return nil
	}
	r := s.state.byToken[parts[1]]
	if r == nil || r.owner.disabled || r.revoked && s.enforced(r) {
		return nil
	}
	return r.owner
}

// enforced tells whether the revocation of a row is looked at. The server asks
// its history module about a jti and nothing else, so that no module can refuse
// a token that has none.
func (s *Server) enforced(r *row) bool {
	return r.jti != "" && !s.opts.withoutEnforcement
}

// lenientBase64 decodes as Node.js does: both alphabets, padding or none, and
// what is not base64 is skipped.
func lenientBase64(text string) string {
	text, _, _ = strings.Cut(text, "=")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '/':
			return r
		}
		return -1
	}, text)
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(decoded)
}
