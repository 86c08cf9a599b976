// Package authz reads tokens and Authorization values: their scheme, whether they can
// be sent, and what they say about themselves.
package authz

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// maxLength is the length in bytes above which nothing is a token: no server accepts a
// header that long.
const maxLength = 64 << 10

// Bare takes white space and a leading "JWT" off a raw token.
func Bare(token string) string {
	token = strings.TrimSpace(token)
	if HasScheme(token, "JWT") {
		token = strings.TrimSpace(token[len("JWT"):])
	}
	return token
}

// HasScheme reports whether an Authorization value is of that scheme, in any
// case. A scheme with nothing behind it counts.
func HasScheme(value, scheme string) bool {
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return false
	}
	rest := value[len(scheme):]
	return rest == "" || strings.IndexFunc(rest, unicode.IsSpace) == 0
}

// HasControl reports whether a text has a character that no header can carry.
func HasControl(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) }

// Check refuses a bare token that cannot be sent.
func Check(token string) error {
	isNotASCII := func(r rune) bool { return r > unicode.MaxASCII }
	switch err := check(token); {
	case err != nil:
		return err
	case strings.ContainsFunc(token, unicode.IsSpace):
		return errors.New("the token has white space in it; was it copied with a line break, or are there two?")
	case HasControl(token) || strings.ContainsFunc(token, isNotASCII):
		return errors.New("the token has characters in it that no header can carry")
	}
	return nil
}

// check refuses what is not a token by its look alone.
func check(token string) error {
	switch {
	case token == "":
		return errors.New("the token is empty")
	case len(token) > maxLength:
		return fmt.Errorf("the token has %d bytes, which no token has", len(token))
	case HasScheme(token, "Bearer"):
		return errors.New("the token has Bearer in front, which the server refuses: give it alone, or with JWT in front")
	}
	return nil
}

// Parse reads the claims of a token, with or without "JWT" in front. It verifies
// nothing, and its errors do not repeat the token.
func Parse(token string) (*wire.Claims, error) {
	token = Bare(token)
	if err := check(token); err != nil {
		return nil, err
	}
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 {
		return nil, fmt.Errorf("a JWT has three parts with dots between them, and this text has %d", strings.Count(token, ".")+1)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, errors.New("the middle part of the token is not base64url; was it truncated?")
	}
	claims, ok := wire.ReadClaims(payload)
	if !ok {
		return nil, errors.New("the middle part of the token holds no claims; was it truncated?")
	}
	return claims, nil
}

// Sent are the claims of the tokens in an Authorization value, under whatever scheme.
// A token that cannot be read stands there without claims. Basic authorization sends
// none.
func Sent(authorization string) (sent []*wire.Claims) {
	if HasScheme(authorization, "Basic") {
		return nil
	}
	for _, between := range []string{"", "="} { // key=value, or a part that is padded
		for field := range strings.FieldsFuncSeq(authorization, func(c rune) bool {
			return strings.ContainsRune(between, c) || strings.ContainsRune(" \t\"',;:()<>[]{}", c)
		}) {
			if claims, err := Parse(field); err == nil {
				sent = append(sent, claims)
			}
		}
	}
	if sent == nil && (HasScheme(authorization, "JWT") || redact.HasToken(authorization)) {
		sent = append(sent, new(wire.Claims))
	}
	return sent
}
