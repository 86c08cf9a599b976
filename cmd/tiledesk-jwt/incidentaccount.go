package main

import (
	"context"

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// isOfAnother reports whether the credentials are not known to be those of the user of
// the token.
func (i *incident) isOfAnother() bool {
	return i.owner != nil || i.s.userID != "" && i.s.userID != i.leak.claims.UserID
}

// mayBeOfAnother reports whether nobody is asked about revoking the rest, and the
// credentials do not tell whose tokens those are.
func (i *incident) mayBeOfAnother() bool {
	return i.Yes && i.wantsRest() && i.s.userID == "" && !i.leak.self
}

// recognize looks for the leaked token in the list of the account, as long as it must be
// there: a server may call the token of another account revoked, too, and hide it then.
func (i *incident) recognize(ctx context.Context) error {
	if !i.mayBeOfAnother() {
		return nil
	}
	for token, err := range i.s.JWT.History(ctx, nil) {
		switch {
		case interrupted(ctx):
			return errNotAnswered
		case err != nil: // told by the step that shows the list
			return nil
		case ident.SameJTI(token.JTI, i.leak.claims.JTI):
			i.known = true
			return nil
		}
	}
	return nil
}
