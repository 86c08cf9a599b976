package tiledesk

import (
	"time"

	"github.com/go-tiledesk/tiledesk/internal/authz"
)

// Claims are what a token says about itself. Nobody has verified them.
type Claims struct {
	JTI       string     // "jti", by which the token is revoked; custom tokens may have none
	UserID    string     // "_id" of the user
	Subject   string     // "sub"; "user" in a token of sign-in (measured)
	Issuer    string     // "iss"
	Audience  []string   // "aud"; nil when absent
	IssuedAt  *time.Time // "iat" in UTC; nil when absent
	ExpiresAt *time.Time // "exp" in UTC; nil when the token never expires, as those of sign-in do
}

// ParseClaims reads the claims of a raw token, with or without "JWT" in front. It
// does not verify the signature and sends nothing. Whatever is not a token is
// [ErrInvalidArgument]; the error does not repeat it.
func ParseClaims(token string) (*Claims, error) {
	claims, err := authz.Parse(token)
	if err != nil {
		return nil, invalidArgument("%w", err)
	}
	return (*Claims)(claims), nil
}
