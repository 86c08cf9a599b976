// Package conformance states the Tiledesk JWT API as tests. The same suite runs
// against tiledesktest and against the real server, so that one cannot drift from
// the other unseen.
package conformance

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// Target is a server and what is known about it.
type Target struct {
	BaseURL string

	// Server and Module name who answers: the open-source server or a fake of it,
	// the history module or a stand-in. Each test's name begins with one of them,
	// so that a result says whose it is.
	Server, Module string

	// NewUser makes a user that no other test uses.
	NewUser func(t testing.TB) (email, password string)

	// Issue makes n more raw tokens of a user, oldest first, and IssueWithoutJTI one
	// whose claims hold no jti. token is one that the user has. Without Issue the
	// suite signs in, which costs the real server a bcrypt each time.
	Issue           func(t testing.TB, email, token string, n int) []string
	IssueWithoutJTI func(t testing.TB, email, token string) string

	// ChangePassword gives a user another password, and Disable ends the account. token
	// is one that the user has. Without them what they end is not tested.
	ChangePassword func(t testing.TB, email, token, before, after string)
	Disable        func(t testing.TB, email, token string)

	// ModuleOnly leaves out what the server answers whatever its module is like, for
	// all but one of several targets that run the same server.
	ModuleOnly bool

	NoModule      bool   // the history module is absent
	NotEnforced   bool   // revocation is stored, never checked
	NotRecorded   bool   // sign-ins are not recorded, so nothing is listed or revoked
	RevokedHidden bool   // revoked tokens leave the list
	BareArray     bool   // a list without an envelope
	OneBased      bool   // pages count from 1
	PageSize      int    // rows of a full page
	SortParam     string // "sortField" or "sort"
	SecondRevoke  int    // the status of a second revoke: 200 or 404

	bystander account // a user whose one token no test revokes
	reader    account // another one, with four
}

// Run tests the target. It leaves tokens behind for the users it made.
func Run(t *testing.T, target Target) {
	t.Helper()
	suite := func(answeredBy, topic string, tests map[string]func(*testing.T, Target)) {
		t.Run(answeredBy+": "+topic, func(t *testing.T) {
			for name, test := range tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, target)
				})
			}
		})
	}
	target.bystander, target.reader = newAccount(t, target), newAccount(t, target)
	if !target.ModuleOnly {
		suite(target.Server, "sign-in", signIn)
		suite(target.Server, "paths", paths)
		suite(target.Server, "what ends a token", ends)
	}
	if target.NoModule {
		suite(target.Server, "module absent", moduleAbsent)
		return
	}
	target.reader.tokens(t, target, 3)
	if !target.ModuleOnly {
		suite(target.Server, "authorization", authorization)
	}
	if target.NotRecorded {
		suite(target.Module, "nothing recorded", notRecorded)
		return
	}
	suite(target.Module, "history", history)
	suite(target.Module, "revocation", revocation)
	switch {
	case target.NotEnforced:
		suite(target.Server, "not enforced", notEnforced)
	case !target.ModuleOnly:
		suite(target.Server, "enforced", enforced)
	}
}

// account is a user with a token and a client that holds it.
type account struct {
	email, password, token string
	client                 *tiledesk.Client
}

func newAccount(t *testing.T, target Target) account {
	t.Helper()
	email, password := target.NewUser(t)
	token := signInAs(t, target, email, password)
	return account{email, password, token, clientOf(t, target, tiledesk.JWTAuth(token))}
}

// signInAs signs in and returns the raw token.
func signInAs(t *testing.T, target Target, email, password string) string {
	t.Helper()
	body := `{"email":"` + email + `","password":"` + password + `"}`
	got := send(t, target, http.MethodPost, "/auth/signin", "", body)
	_, rest, found := strings.Cut(got.body, `"token":"JWT `)
	token, _, closed := strings.Cut(rest, `"`)
	if !found || !closed {
		t.Fatalf("sign-in answered %d without a token", got.status)
	}
	return token
}

// tokens makes n more, oldest first.
func (a account) tokens(t *testing.T, target Target, n int) []string {
	t.Helper()
	if target.Issue != nil {
		return target.Issue(t, a.email, a.token, n)
	}
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = signInAs(t, target, a.email, a.password)
	}
	return tokens
}

func options(target Target) []tiledesk.Option {
	return []tiledesk.Option{
		tiledesk.WithBaseURL(target.BaseURL),
		tiledesk.WithRateLimiter(nil),
		tiledesk.WithHTTPClient(&http.Client{Timeout: time.Minute}),
	}
}

// clientOf is a client for some credentials.
func clientOf(t *testing.T, target Target, credentials tiledesk.Credentials) *tiledesk.Client {
	t.Helper()
	client, err := tiledesk.NewClient(credentials, options(target)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// reply is an answer as it came, for what the client would not send or not show.
type reply struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, target Target, method, path, authorization, body string) reply {
	t.Helper()
	got, err := try(t, target, method, path, authorization, body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// sendTooMuch signs in with a body that the server need not read to its end. It then
// closes the connection, which can reach us before its answer does.
func sendTooMuch(t *testing.T, target Target, body string) reply {
	t.Helper()
	var got reply
	var err error
	for range 5 {
		if got, err = try(t, target, http.MethodPost, "/auth/signin", "", body); err == nil {
			return got
		}
	}
	t.Fatal(err)
	return got
}

func try(t *testing.T, target Target, method, path, authorization, body string) (reply, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target.BaseURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return reply{resp.StatusCode, resp.Header, string(text)}, err
}

// jtiOf is the jti that the claims of a token show.
func jtiOf(t *testing.T, token string) string {
	t.Helper()
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	return claims.JTI
}

// listed collects the whole history of an account.
func listed(t *testing.T, client *tiledesk.Client) []*tiledesk.Token {
	t.Helper()
	var tokens []*tiledesk.Token
	for token, err := range client.JWT.History(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// entryOf finds the entry of a token; nil when it is not listed.
func entryOf(t *testing.T, client *tiledesk.Client, token string) *tiledesk.Token {
	t.Helper()
	jti := jtiOf(t, token)
	for _, entry := range listed(t, client) {
		if entry.JTI == jti {
			return entry
		}
	}
	return nil
}
