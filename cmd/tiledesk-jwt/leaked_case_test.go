package main

import (
	"bytes"
	"encoding/base64"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// claiming is a token whose claims have more members.
func claiming(member string) func(token string) string {
	return func(token string) string {
		parts := strings.Split(token, ".")
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		parts[1] = base64.RawURLEncoding.EncodeToString(append(claims[:len(claims)-1], ","+member+"}"...))
		return strings.Join(parts, ".")
	}
}

// noAnswer is what net/http says of a connection that broke.
var noAnswer = regexp.MustCompile(`no answer: [^")]*`)

// leakedCase is a revoke --token-from, what it says and what it sends.
type leakedCase struct {
	opts    []tiledesktest.Option
	fault   tiledesktest.Fault // none without a status
	env     map[string]string
	leaked  func(token string) string // what the file holds; nil: the token
	answers string                    // of a person; empty: nobody is there
	args    string
	code    int
	sent    string // the methods of the requests
	out     string
	err     string
}

func (c *leakedCase) check(t *testing.T) {
	t.Helper()
	server := newTestServer(t, c.opts...)
	server.AddUser("other@example.com", testPassword)
	tokens := server.Issue(testEmail, 3)
	if c.fault.Status > 0 {
		server.Inject(c.fault)
	}
	leaked := tokens[1]
	if c.leaked != nil {
		leaked = c.leaked(leaked)
	}
	a, stderr := signingIn(server)
	env := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword}
	maps.Copy(env, c.env)
	if env["TILEDESK_TOKEN"] != "" {
		env["TILEDESK_TOKEN"] = leaked
	}
	a.getenv = testEnv(env)
	if c.answers != "" {
		sitsThere(a, c.answers)
	}
	code := a.run(append([]string{"revoke", "--token-from", fileWith(t, leaked), "--rate", "0", "--retries", "0"}, strings.Fields(c.args)...))
	var sent []string
	for _, r := range server.Requests() {
		sent = append(sent, r.Method)
	}
	brief := asBrief(server, tokens, "FILE")
	out, said := brief.Replace(flat(a.stdout.(*bytes.Buffer))), brief.Replace(flat(stderr))
	out, said = noAnswer.ReplaceAllString(out, "no answer"), noAnswer.ReplaceAllString(said, "no answer")
	if code != c.code || strings.Join(sent, " ") != c.sent || out != c.out || said != c.err {
		t.Errorf("exit code %d\nsent %s\nout %s\nerr %s\n", code, strings.Join(sent, " "), out, said)
	}
	if strings.HasPrefix(out, "revoked: LEAKED") && !server.Revoked(tokens[1]) {
		t.Error("it is alive")
	}
}
