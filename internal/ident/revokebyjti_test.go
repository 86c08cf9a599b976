package ident_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// revocations are the calls that take an identifier, and what stands before it.
var revocations = map[string]struct {
	revoke func(context.Context, *tiledesk.Client, string) (*tiledesk.Response, error)
	prefix string
}{
	"by jti": {func(ctx context.Context, c *tiledesk.Client, s string) (*tiledesk.Response, error) {
		return c.JWT.RevokeByJTI(ctx, s)
	}, "/v3/jwt/history/"},
	"by id": {func(ctx context.Context, c *tiledesk.Client, s string) (*tiledesk.Response, error) {
		return c.JWT.RevokeByID(ctx, s)
	}, "/v3/jwt/history/id/"},
}

// Whatever is not refused is one segment, which the server decodes as itself.
func TestRevokeByJTI_identifierArrivesAsItself(t *testing.T) {
	t.Parallel()
	identifiers := []string{
		"2e5e5e9b-8a3b-4975-83e2-35ea216c468b", "6b02c254b4f8164bc2ae64b3", "0", "-", "~", "*",
		"a/b", "/a", "a/", "//", "a//b", `a\b`, "idx/x", "id", "history", "jwt/history",
		"a?b", "a#b", "a%2Fb", "%", "%%", "%2e%2e", "%2e%2e%2fx", "%00", "%zz", "a&b=c", "a=b", "a;b", "a:b", "a@b", "a,b", "a+b", "a$b", "a!b", "(a)", "'a'", `"a"`, "<a>", "a|b", "{a}", "[a]", "^", "`",
		"a b", " a", "a ", "a..b", "..a", "a..", "...", "a/...", ".a", "a.", "a/..b", `a\..b`, "a.b.c", "..;", "..;/x",
		"ü", "日本語", "😀", "e\u0301", "\u202e", "\xff\xfe", "\u00a0x",
		"eyJ", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0", "keyJob.v1.2", "a.eyJob.v1.2", "the_eyJs.of.us", "x-eyJ.a.b",
		"__proto__", "null", "undefined", strings.Repeat("x", ident.Max), "x" + strings.Repeat("/x", 500),
	}
	for name, tt := range revocations {
		for _, identifier := range identifiers {
			t.Run(name+" "+identifier[:min(len(identifier), 40)], func(t *testing.T) {
				t.Parallel()
				server := servertest.NewLoopback(t, servertest.AnswerOK)
				if _, err := tt.revoke(t.Context(), servertest.NewClient(t, server.URL+"/v3/"), identifier); err != nil {
					t.Fatal(err)
				}
				r := server.Only(t)
				escaped, ok := strings.CutPrefix(r.RequestURI, tt.prefix)
				if !ok || strings.ContainsAny(escaped, "/?#; ") {
					t.Fatalf("%q left as %s, which is not one segment behind %s", identifier, r.RequestURI, tt.prefix)
				}
				if got, err := url.PathUnescape(escaped); got != identifier || err != nil {
					t.Errorf("%q arrived as %q (%v)", identifier, got, err)
				}
				if r.URL.Path != tt.prefix+identifier || r.URL.RawQuery != "" {
					t.Errorf("%q was read as path %q and query %q", identifier, r.URL.Path, r.URL.RawQuery)
				}
			})
		}
	}
}

func TestRevokeByJTI_refusesIdentifiers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ identifier, text string }{
		"nothing":                       {identifier: "", text: "empty"},
		"a space":                       {identifier: " ", text: "blank"},
		"no-break spaces":               {identifier: "\u00a0\u2003", text: "blank"},
		"a line break at the end":       {identifier: "s3cret\n", text: "control character"},
		"a line break alone":            {identifier: "\n", text: "blank"},
		"a NUL":                         {identifier: "s3cret\x00", text: "control character"},
		"a DEL":                         {identifier: "s3cret\x7f", text: "control character"},
		"a C1 control":                  {identifier: "s3cret\u0085x", text: "control character"},
		"more than 4 KiB":               {identifier: strings.Repeat("s3cret", 683), text: "4098 bytes"},
		"a dot":                         {identifier: ".", text: "segment . or .."},
		"two dots":                      {identifier: "..", text: "segment . or .."},
		"up and away":                   {identifier: "../s3cret", text: "segment . or .."},
		"up twice":                      {identifier: "../../project42", text: "segment . or .."},
		"down and up":                   {identifier: "s3cret/..", text: "segment . or .."},
		"a dot between":                 {identifier: "s3cret/./x", text: "segment . or .."},
		"two dots between":              {identifier: "s3cret/../x", text: "segment . or .."},
		"a slash and two dots":          {identifier: "/..", text: "segment . or .."},
		"two dots and slashes":          {identifier: "..//", text: "segment . or .."},
		"backslashes":                   {identifier: `..\s3cret`, text: "segment . or .."},
		"both slashes":                  {identifier: `s3cret/x\../y`, text: "segment . or .."},
		"a dot in an innocent one":      {identifier: "keyJobs.v1.2/..", text: "segment . or .."},
		"a token":                       {identifier: servertest.Token, text: "RevokeToken"},
		"a token with its scheme":       {identifier: "JWT " + servertest.Token, text: "RevokeToken"},
		"a token with padding":          {identifier: "eyJhbGciOiJub25lIn0=.eyJq==.c2ln=", text: "RevokeToken"},
		"an unsigned token":             {identifier: "eyJhbGciOiJub25lIn0.eyJqdGkiOiJ4In0.", text: "RevokeToken"},
		"a token after an equals sign":  {identifier: "token=" + servertest.Token, text: "RevokeToken"},
		"a token after a slash":         {identifier: "id/" + servertest.Token, text: "RevokeToken"},
		"a token with something behind": {identifier: servertest.Token + "/x", text: "RevokeToken"},
		"an encrypted token":            {identifier: "eyJhbGciOiJkaXIifQ.a.b.c.d", text: "RevokeToken"},
	}
	for name, tt := range tests {
		for by, call := range revocations {
			t.Run(by+" "+name, func(t *testing.T) {
				t.Parallel()
				client := servertest.NewClient(t, "https://tiledesk.test", servertest.WithTransport(servertest.Unasked(t)))
				resp, err := call.revoke(t.Context(), client, tt.identifier)
				if resp != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) || !strings.Contains(err.Error(), tt.text) {
					t.Fatalf("got %v, %v; want ErrInvalidArgument with %q", resp, err, tt.text)
				}
				if !strings.Contains(err.Error(), strings.TrimPrefix(by, "by ")) {
					t.Errorf("%q does not say which argument", err)
				}
				if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "eyJ") {
					t.Errorf("%q repeats what was given", err)
				}
			})
		}
	}
}
