package authz_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestCheck_longTokens(t *testing.T) {
	t.Parallel()
	for length, sendable := range map[int]bool{1: true, 64 << 10: true, 64<<10 + 1: false} {
		if err := authz.Check(strings.Repeat("a", length)); (err == nil) != sendable {
			t.Errorf("%d bytes: got %v", length, err)
		}
	}
}

func TestParse_withAndWithoutAScheme(t *testing.T) {
	t.Parallel()
	for _, token := range []string{servertest.TokenOf("a"), " jwt " + servertest.TokenOf("a") + "\n"} {
		if claims, err := authz.Parse(token); err != nil || claims.JTI != "a" {
			t.Errorf("%q: got %+v, %v", token, claims, err)
		}
	}
	for token, want := range map[string]string{"a.b": "has 2", "a.b.c.d.e": "has 5", " JWT ": "is empty", "jwt Bearer a.b.c": "has Bearer in front"} {
		if _, err := authz.Parse(token); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", token, err, want)
		}
	}
}

// The tokens in an Authorization value, by their jtis; "?" is one that cannot be read.
func TestSent_findsTokensUnderAnyScheme(t *testing.T) {
	t.Parallel()
	a, b := servertest.TokenOf("a"), servertest.TokenOf("b")
	unreadable := strings.Split(a, ".")[0] + ".bm90IEpTT04.c2lnbmF0dXJl"
	for authorization, want := range map[string]string{
		"":                               "",
		"JWT " + a:                       "a",
		"Bearer " + a:                    "a",
		a:                                "a",
		`Key id=1,token="` + a + `"`:     "a",
		"Pair (" + a + ";" + b + ")":     "ab",
		"Basic " + a:                     "",
		"JWT opaque":                     "?",
		"JWT":                            "?",
		"Bearer " + unreadable:           "?",
		"Bearer opaque":                  "",
		"Bearer " + a + " " + unreadable: "a",
	} {
		got := ""
		for _, claims := range authz.Sent(authorization) {
			switch claims.JTI {
			case "":
				got += "?"
			case "a", "b":
				if !strings.Contains(got, claims.JTI) { // it may be found as key=value and as it is
					got += claims.JTI
				}
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", authorization, got, want)
		}
	}
}
