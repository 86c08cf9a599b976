package tiledesk

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// maxToken is the length in bytes above which nothing is a token: no server
// takes a header that long.
const maxToken = 64 << 10

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
	token = bareToken(token)
	parts := strings.SplitN(token, ".", 4)
	switch {
	case token == "":
		return nil, invalidArgument("the token is empty")
	case len(token) > maxToken:
		return nil, invalidArgument("the token has %d bytes, which no token has", len(token))
	case hasScheme(token, "Bearer"):
		return nil, invalidArgument("the token has Bearer in front: give the token alone, or with JWT in front")
	case len(parts) != 3:
		return nil, invalidArgument("a JWT has three parts with dots between them, and this text has %d", strings.Count(token, ".")+1)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, invalidArgument("the middle part of the token is not base64url; was it truncated?")
	}
	claims, ok := wire.ReadClaims(payload)
	if !ok {
		return nil, invalidArgument("the middle part of the token holds no claims; was it truncated?")
	}
	return (*Claims)(claims), nil
}
