package tiledesktest

import (
	"strings"
	"time"
)

// AddUser adds a user who can sign in, or gives a known user another password.
// The user's tokens still work after that, as they do on the server 2.19.16
// (measured); see [Server.DisableUser] for what ends them. The case of the email does not matter, as on the real server. An email that
// does not look like one can be used with Basic authorization, but the sign-in
// refuses it with 422, as the real one does. With Basic, a password ends at its
// first colon, so that one with a colon works for the sign-in only (measured on
// the server 2.19.16).
func (s *Server) AddUser(email, password string) {
	s.tb.Helper()
	if email == "" || password == "" {
		s.tb.Fatalf("tiledesktest: AddUser needs an email and a password")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.addUser(email, password)
}

// DisableUser gives a user a status that is not that of an active one: every token
// of that user, the password and a sign-in are answered 401, though no token is
// revoked (measured on the server 2.19.16). [Server.AddUser] makes the user active
// again. The user must have been added.
func (s *Server) DisableUser(email string) {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		s.unknownUser("DisableUser", email)
		return
	}
	u.disabled = true
}

// Issue signs a user in n times and returns the raw tokens, without "JWT " in
// front, oldest first. Each is a millisecond younger than the one before, and
// the last was created now, unless there is no room for so many since the
// user's newest token: then they follow that one. The user must have been
// added.
func (s *Server) Issue(email string, n int) []string {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		s.unknownUser("Issue", email)
		return nil
	}
	first := u.after(now().Add(-time.Duration(max(n, 1)-1) * time.Millisecond))
	return s.state.issue(u, first, n)
}

// IssueAt is [Server.Issue] for tokens created at another time: the first at
// created, each of the others a millisecond later. It is for tests that depend
// on the age of tokens. Times are kept in milliseconds, as the real server
// does.
func (s *Server) IssueAt(email string, created time.Time, n int) []string {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		s.unknownUser("IssueAt", email)
		return nil
	}
	return s.state.issue(u, created.UTC().Truncate(time.Millisecond), n)
}

// IssueWithJTI issues one token whose jti is the text given, as the tokens that
// a customer's project signs can hold any. The text must not be empty nor be
// the jti of another token of that user.
func (s *Server) IssueWithJTI(email, jti string) string {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		s.unknownUser("IssueWithJTI", email)
		return ""
	}
	if jti == "" || u.byJTI[jti] != nil {
		s.tb.Fatalf("tiledesktest: IssueWithJTI: the jti %q is empty or already used", jti)
		return ""
	}
	return s.state.add(u, u.after(now()), jti)
}

// IssueWithoutJTI issues n tokens that have no jti, neither in their claims nor
// in the list, and returns them oldest first. Custom sign-ins leave such
// entries (read in the source of the server 2.19.16). They can be revoked by id
// only, and still work: the server asks the module about the
// jti alone, so that it cannot refuse them.
func (s *Server) IssueWithoutJTI(email string, n int) []string {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		s.unknownUser("IssueWithoutJTI", email)
		return nil
	}
	tokens := make([]string, 0, max(n, 0))
	for range n {
		tokens = append(tokens, s.state.add(u, u.after(now()), ""))
	}
	return tokens
}

// Tokens returns the raw tokens of a user, oldest first: those that were issued
// and those that came from sign-ins, revoked or not. It is empty for a user
// that the server does not know.
func (s *Server) Tokens(email string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.user(email)
	if u == nil {
		return nil
	}
	tokens := make([]string, len(u.rows))
	for i, r := range u.rows {
		tokens[i] = r.token
	}
	return tokens
}

// Revoked tells whether a token has been revoked. It takes the raw token, with
// or without "JWT " in front. Under [WithoutEnforcement] a revoked token is
// still accepted. It is false for a token that the server did not issue.
func (s *Server) Revoked(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.byToken[bareToken(token)]
	return r != nil && r.revoked
}

// bareToken takes "JWT " and the white space off a raw token.
func bareToken(token string) string {
	token = strings.TrimSpace(token)
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "JWT") {
		token = strings.TrimSpace(rest)
	}
	return token
}

func (s *Server) unknownUser(method, email string) {
	s.tb.Helper()
	s.tb.Fatalf("tiledesktest: %s: there is no user %q; call AddUser first", method, email)
}
