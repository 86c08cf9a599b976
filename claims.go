package tiledesk

import (
	"encoding/base64"
	"encoding/json"
	"math"
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
	// A map, because struct fields match in any case, and the server's do not.
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil || fields == nil {
		return nil, invalidArgument("the middle part of the token holds no claims; was it truncated?")
	}
	return &Claims{
		JTI:       claimText(fields["jti"]),
		UserID:    claimText(fields["_id"]),
		Subject:   claimText(fields["sub"]),
		Issuer:    claimText(fields["iss"]),
		Audience:  claimTexts(fields["aud"]),
		IssuedAt:  claimTime(fields["iat"]),
		ExpiresAt: claimTime(fields["exp"]),
	}, nil
}

// claimText reads a text or a number; anything else is empty.
func claimText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

// claimTexts reads one text or a list of them.
func claimTexts(raw json.RawMessage) []string {
	if one := claimText(raw); one != "" {
		return []string{one}
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var texts []string
	for _, item := range items {
		if text := claimText(item); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// claimTime reads seconds since 1970, whole or fractional.
func claimTime(raw json.RawMessage) *time.Time {
	var seconds float64
	if len(raw) == 0 || string(raw) == "null" || json.Unmarshal(raw, &seconds) != nil || math.Abs(seconds) > 1e12 {
		return nil
	}
	whole, fraction := math.Modf(seconds)
	t := wire.Plausible(time.Unix(int64(whole), int64(fraction*float64(time.Second))))
	if t.IsZero() {
		return nil
	}
	return &t
}
