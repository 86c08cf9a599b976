package main

import (
	"errors"

	"github.com/go-tiledesk/tiledesk/internal/baseurl"
	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// instead is what to do on a command line where the package refuses an argument, and
// names a function of its own.
var instead = []struct {
	reason       error
	says, advice string // says: in the place of the reason's own words, where they are for programmers
}{
	{baseurl.ErrInClear, "", "Use https://, or --insecure-http if the network is your own."},
	{baseurl.ErrUserInfo, "", "Set TILEDESK_EMAIL and TILEDESK_PASSWORD instead."},
	{ident.ErrToken, "This identifier is a whole token, which is a secret.", "Put it into a file and use tiledesk-jwt revoke --token-from FILE."},
	{ident.ErrIDRoute, "The jti begins with id/, which a proxy could resolve to the route for ids.", "Find the entry with tiledesk-jwt list --all and use tiledesk-jwt revoke --id."},
	{bulk.ErrOwnUnknown, "No entry of the list shows a jti, so that the token in use cannot be told from the others.", "Name the tokens to revoke with tiledesk-jwt revoke --id, or use TILEDESK_EMAIL and TILEDESK_PASSWORD without --sign-in, under which all may be revoked."},
}

// explainArgument is for what the package refuses to do.
func explainArgument(err error) string {
	for _, i := range instead {
		if errors.Is(err, i.reason) {
			return sentence(either(i.says, i.reason.Error())) + " " + i.advice
		}
	}
	return sentence(withoutPrefix(err))
}
