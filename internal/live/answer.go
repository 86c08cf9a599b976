//go:build live

package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An Answer is what came back for a call, and who wrote it.
type Answer struct {
	By     string // see Server.By
	Status int
	Header http.Header // with the Transfer-Encoding, that net/http keeps elsewhere
	Body   []byte
}

// String reports the answer, never without its author.
func (a *Answer) String() string {
	return fmt.Sprintf("%d %s [%s]", a.Status, a.Body, a.By)
}

// By says who wrote an answer: the open-source server itself, whose word can be
// relied on, or our stand-in for the module that is not public, whose word is a
// guess. A refusal of a revoked token is the server's, though the stand-in told
// it that the token is revoked.
func (s *Server) By(header http.Header) string {
	server := "open-source server " + s.version
	if header.Get("X-Answered-By") == "stand-in" {
		return "stand-in for the closed history module, mounted in the " + server
	}
	return server
}

// String says which server this is, in one line.
func (s *Server) String() string {
	if s.opts.WithoutHistory {
		return "open-source server " + s.version + " without the history module"
	}
	enforced := "enforced"
	if s.opts.WithoutEnforcement {
		enforced = "not enforced"
	}
	return fmt.Sprintf("open-source server %s with our stand-in for the history module (%s), revocation %s",
		s.version, s.opts.StandIn, enforced)
}

// caller follows no redirect, since that would hide what the server answered.
var caller = &http.Client{
	Timeout:       time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Call sends a request as it is given: path is the escaped path with the query,
// authorization the whole header or "", body JSON or "".
func (s *Server) Call(ctx context.Context, method, path, authorization, body string) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := caller.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer := &Answer{By: s.By(res.Header), Status: res.StatusCode, Header: res.Header}
	if len(res.TransferEncoding) > 0 {
		answer.Header["Transfer-Encoding"] = res.TransferEncoding
	}
	answer.Body, err = io.ReadAll(res.Body)
	return answer, err
}

// AddUser signs a user up.
func (s *Server) AddUser(ctx context.Context, email, password string) error {
	var ok struct{ Success bool }
	err := s.post(ctx, "/auth/signup", "", map[string]any{
		"email": email, "password": password, "firstname": "A", "lastname": "B", "disableEmail": true,
	}, &ok)
	if err == nil && !ok.Success {
		return fmt.Errorf("signing %s up: the server reports no success", email)
	}
	return err
}

// SignIn returns a new token, as the server gives it: with "JWT " in front.
func (s *Server) SignIn(ctx context.Context, email, password string) (string, error) {
	var ok struct{ Token string }
	err := s.post(ctx, "/auth/signin", "", map[string]any{"email": email, "password": password}, &ok)
	if err == nil && ok.Token == "" {
		return "", fmt.Errorf("signing %s in: the server gives no token", email)
	}
	return ok.Token, err
}

// ChangePassword gives the user whose token this is another password.
func (s *Server) ChangePassword(ctx context.Context, token, before, after string) error {
	return s.send(ctx, http.MethodPut, "/users/changepsw", token, map[string]any{"oldpsw": before, "newpsw": after}, new(any))
}

// Disable gives the user whose token this is a status other than 100, which is that
// of an active one. It is a favor of our stand-in, so a server without the history
// module refuses.
func (s *Server) Disable(ctx context.Context, token string) error {
	return s.send(ctx, http.MethodPatch, "/jwt/history", token, map[string]any{}, new(any))
}

// AddProject makes a project of the user whose token this is, and returns its id.
func (s *Server) AddProject(ctx context.Context, token string) (id string, err error) {
	var made struct {
		ID string `json:"_id"`
	}
	err = s.post(ctx, "/projects", token, map[string]any{"name": "A project"}, &made)
	return made.ID, err
}

// CustomSignIn exchanges a token at a project.
func (s *Server) CustomSignIn(ctx context.Context, token, project string) error {
	return s.post(ctx, "/auth/signinWithCustomToken", token, map[string]any{"id_project": project}, new(any))
}

// Issue returns n more tokens of the user whose token this is, oldest first, in
// the form that SignIn returns. They are as good as signed in, without the 0.2
// seconds that each sign-in takes. It is a favor of our stand-in, so a server
// without the history module refuses.
func (s *Server) Issue(ctx context.Context, token string, n int) ([]string, error) {
	return s.issue(ctx, token, map[string]any{"n": n})
}

// IssueWithoutJTI is Issue for one token whose claims hold no jti. No sign-in
// gives such a token, but a customer's project can sign one.
func (s *Server) IssueWithoutJTI(ctx context.Context, token string) (string, error) {
	tokens, err := s.issue(ctx, token, map[string]any{"n": 1, "withoutJTI": true})
	if err != nil {
		return "", err
	}
	return tokens[0], nil
}

func (s *Server) issue(ctx context.Context, token string, body any) ([]string, error) {
	var ok struct{ Tokens []string }
	err := s.post(ctx, "/jwt/history", token, body, &ok)
	return ok.Tokens, err
}

func (s *Server) post(ctx context.Context, path, authorization string, body, into any) error {
	return s.send(ctx, http.MethodPost, path, authorization, body, into)
}

func (s *Server) send(ctx context.Context, method, path, authorization string, body, into any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := s.Call(ctx, method, path, authorization, string(sent))
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer)
	}
	return json.Unmarshal(answer.Body, into)
}
