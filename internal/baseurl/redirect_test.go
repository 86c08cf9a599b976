package baseurl_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/baseurl"
)

func TestRedirect_saysWhereToAndNoMore(t *testing.T) {
	t.Parallel()
	base, err := baseurl.Parse("https://tiledesk.test/v3")
	if err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"":                              "names no Location;",
		"https://tiledesk.test/v4":      "points to another path of https://tiledesk.test;",
		"/v4?secret":                    "points to another path of https://tiledesk.test;",
		"//login.test/secret":           "points to https://login.test;",
		"http://tiledesk.test/v3":       "points to http://tiledesk.test;",
		"https://login.test:444/secret": "points to https://login.test:444;",
		"https://s3cret.login.test":     "points to https://***.login.test;",
		"mailto:secret":                 "has a malformed Location;",
		"https:///secret":               "has a malformed Location;",
		"%zz":                           "has a malformed Location;",
	} {
		got := baseurl.Redirect(base, location, func(text string) string { return strings.ReplaceAll(text, "s3cret", "***") })
		if !strings.HasPrefix(got, "the redirect "+want) || !strings.HasSuffix(got, "; no redirect is followed; use the address of the API itself as base URL") || strings.Contains(got, "secret") {
			t.Errorf("%q: it says %q, want %q", location, got, want)
		}
	}
}
