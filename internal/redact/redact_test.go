package redact_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

const (
	token     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiJhIn0.c2lnbmF0dXJl"
	unsigned  = "eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIn0."
	encrypted = "eyJhbGciOiJkaXIifQ.a2V5.aXY.dGV4dA.dGFn"
)

func TestTokens_takesOutWholeTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		token:                            redact.Mark,
		unsigned:                         redact.Mark,
		encrypted:                        redact.Mark,
		"JWT " + token + " and so on":    "JWT " + redact.Mark + " and so on",
		"eyJ" + token:                    "eyJ" + redact.Mark,
		token + " " + token:              redact.Mark + " " + redact.Mark,
		"x" + token:                      "x" + redact.Mark,
		"eyJx" + token:                   "eyJx" + redact.Mark,
		"eyJhbGciOiJub25lIn0=.YQ==.YQ==": redact.Mark,
		"eyJhbGciOiJub25lIn0.a.b":        redact.Mark,
		"eyJxeyAiYSI6MX0.a.b":            "eyJxeyAiYSI6MX0.a.b",
		"eyJhbGciOiJub25lIn0..c2ln":      "eyJhbGciOiJub25lIn0..c2ln",
		encrypted + ".more":              redact.Mark + ".more",
		"keyJobs.v1.2":                   "keyJobs.v1.2",
		"eyJobs.v1.2":                    "eyJobs.v1.2",
		"eyJhbGciOiJub25lIn0":            "eyJhbGciOiJub25lIn0",
		"":                               "",
	} {
		if got := redact.Tokens(text); got != want {
			t.Errorf("Tokens(%q) is %q, want %q", text, got, want)
		}
		if got := redact.HasToken(text); got != (text != want) {
			t.Errorf("HasToken(%q) is %t", text, got)
		}
		if got := redact.IsToken(text); got != (want == redact.Mark) {
			t.Errorf("IsToken(%q) is %t", text, got)
		}
	}
}

func TestTokens_isQuickOnManyBeginnings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("eyJ", 1<<16),
		strings.Repeat("eyJ.", 1<<16),
		strings.Repeat("a ", 1<<22) + "eyJ", // many words before a beginning
		strings.Repeat(strings.Repeat("eyJ", 1<<9)+".a.b ", 1<<6),
	} {
		if got := redact.Tokens(text); got != text {
			t.Errorf("a text of %.20q without a token was changed", text)
		}
	}
}
