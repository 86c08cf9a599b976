package wire

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Claims are what the payload of a token says; zero and nil where it says nothing.
type Claims struct {
	JTI       string
	UserID    string
	Subject   string
	Issuer    string
	Audience  []string
	IssuedAt  *time.Time
	ExpiresAt *time.Time
}

// ReadClaims reads the payload of a token. It is false for what is not an object.
func ReadClaims(payload []byte) (*Claims, bool) {
	// A map, because struct fields match in any case, and the server's do not.
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil || fields == nil {
		return nil, false
	}
	return &Claims{
		JTI:       claimText(fields["jti"]),
		UserID:    claimText(fields["_id"]),
		Subject:   claimText(fields["sub"]),
		Issuer:    claimText(fields["iss"]),
		Audience:  claimTexts(fields["aud"]),
		IssuedAt:  claimTime(fields["iat"]),
		ExpiresAt: claimTime(fields["exp"]),
	}, true
}

// claimText reads a text or a number; anything else is empty.
func claimText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return numberText(number.String())
	}
	return ""
}

// numberText is a number as the server's language writes it, which is what it looks
// for: 1e3 is 1000 there. One that would be written in another way stays as it came.
func numberText(raw string) string {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.Abs(n) >= 1e21 || n != 0 && math.Abs(n) < 1e-6 {
		return raw
	}
	return strconv.FormatFloat(n+0, 'f', -1, 64) // -0 is 0
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
	t := Plausible(time.Unix(int64(whole), int64(fraction*float64(time.Second))))
	if t.IsZero() {
		return nil
	}
	return &t
}
