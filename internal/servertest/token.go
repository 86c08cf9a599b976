package servertest

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/go-tiledesk/tiledesk"
)

// Always gives one authorization.
func Always(value string) tiledesk.Credentials {
	return tiledesk.CredentialsFunc(func(context.Context) (string, error) { return value, nil })
}

// RawToken makes a token of any payload, with the dummy signature.
func RawToken(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(payload)) + ".c2lnbmF0dXJl"
}

// TokenOf makes a token whose only claim is the jti.
func TokenOf(jti string) string { return RawToken(fmt.Sprintf(`{"jti":%q}`, jti)) }
