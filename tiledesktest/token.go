package tiledesktest

import (
	crand "crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

const (
	// tokenHeader is {"alg":"HS256","typ":"JWT"}.
	tokenHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
	// dummySignature ends every token: "signature" in base64url. It signs
	// nothing, so a token of a test can never work anywhere else.
	dummySignature = ".c2lnbmF0dXJl"
	// tiledesk is the issuer and the audience of every token.
	tiledesk = "https://tiledesk.com"
)

// claims are those of a sign-in token of the server 2.19.16, in its order.
// There is no exp: such a token never expires.
type claims struct {
	profile
	IssuedAt int64  `json:"iat"`
	Audience string `json:"aud"`
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	JTI      string `json:"jti,omitempty"`
	// Nonce tells tokens without jti apart that were made in the same second.
	Nonce string `json:"nonce,omitempty"`
}

// newToken returns the raw token of a row, without "JWT " in front.
func newToken(p profile, r *row) string {
	c := claims{
		profile:  p,
		IssuedAt: r.created.Unix(),
		Audience: tiledesk,
		Issuer:   tiledesk,
		Subject:  "user",
		JTI:      r.jti,
	}
	if r.jti == "" {
		c.Nonce = r.id
	}
	payload, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and a number: cannot happen
	}
	return tokenHeader + base64.RawURLEncoding.EncodeToString(payload) + dummySignature
}

// random makes identifiers. It is seeded for each server, so that a token
// of one is never a token of another.
type random struct {
	source  *rand.ChaCha8
	process [5]byte // the middle of every ObjectId
}

func newRandom() random {
	var seed [32]byte
	_, _ = crand.Read(seed[:]) // never fails
	r := random{source: rand.NewChaCha8(seed)}
	_, _ = r.source.Read(r.process[:])
	return r
}

// uuid returns a UUID of version 4, as the jti of a sign-in is.
func (r random) uuid() string {
	var b [16]byte
	_, _ = r.source.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
