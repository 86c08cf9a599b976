package main

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// Where the package names a function of its own, the command names what it has.
func TestExplain_saysWhatToDoInsteadOfAnArgument(t *testing.T) {
	t.Parallel()
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("a", "b"), tiledesk.WithBaseURL("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	for jti, want := range map[string]string{
		"id/x": "The jti begins with id/, which a proxy could resolve to the route for ids. Find the entry with tiledesk-jwt list --all and use tiledesk-jwt revoke --id.",
		sample: "This identifier is a whole token, which is a secret. Put it into a file and use tiledesk-jwt revoke --token-from FILE.",
		" ":    "The jti is blank.",
	} {
		_, err := client.JWT.RevokeByJTI(t.Context(), jti)
		if got := explain(err); got != want || codeOf(err) != exitUsage {
			t.Errorf("%s", got)
		}
	}
	for url, want := range map[string]string{
		"http://example.com":      "The base URL is http://, which sends the credentials in the clear. Use https://, or --insecure-http if the network is your own.",
		"https://a:b@example.com": "The base URL has user information in it, which ends up in logs. Set TILEDESK_EMAIL and TILEDESK_PASSWORD instead.",
	} {
		_, err := tiledesk.NewClient(tiledesk.BasicAuth("a", "b"), tiledesk.WithBaseURL(url))
		if got := explain(err); got != want || strings.Contains(got, "With") {
			t.Errorf("%s", got)
		}
	}
}
