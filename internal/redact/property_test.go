package redact_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// encoders write one character each. None leaves an escape character as it is.
var encoders = []func(r rune) string{
	func(r rune) string { return percent(r, "%%%02X") },
	func(r rune) string { return percent(r, "%%%02x") },
	func(r rune) string { return percent(r, `\x%02x`) },
	func(r rune) string { return url.PathEscape(string(r)) },
	func(r rune) string { return fmt.Sprintf("&#%d;", r) },
	func(r rune) string { return fmt.Sprintf("&#x%06X;", r) },
	func(r rune) string { return fmt.Sprintf(`\u{%x}`, r) },
	func(r rune) string { return fmt.Sprintf(`\U%08x`, r) },
	func(r rune) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
		return b.String()
	},
	func(r rune) string {
		if quoted := strconv.QuoteRuneToASCII(r); len(quoted) > 3 {
			return quoted[1 : len(quoted)-1]
		}
		return string(r)
	},
	func(r rune) string {
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "/", "&sol;", ".", "&period;", "ä", "&auml;").Replace(string(r))
	},
	func(r rune) string {
		if r > ' ' && r < unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return `\` + string(r)
		}
		return string(r)
	},
	func(r rune) string { return string(r) },
}

func percent(r rune, format string) string {
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// spell writes a text in a random mixture of encodings, several times.
func spell(t *rapid.T, text string) string {
	gap := rapid.SampledFrom([]string{"", "", "", " ", "\r\n\t", "\u200b", "\u00a0"})
	for range rapid.IntRange(0, 3).Draw(t, "layers") {
		some := rapid.SliceOfN(rapid.SampledFrom(encoders), 1, 4).Draw(t, "encoders")
		var b strings.Builder
		for i, r := range []rune(text) {
			encoded := some[i%len(some)](r)
			if encoded == string(r) && strings.ContainsRune(`%\&`, r) {
				encoded = encoders[i%3](r)
			}
			b.WriteString(encoded)
		}
		text = b.String()
	}
	if every := rapid.IntRange(0, 20).Draw(t, "every"); every > 0 {
		space := gap.Draw(t, "gap")
		var b strings.Builder
		for i, r := range []rune(text) {
			if i > 0 && i%every == 0 {
				b.WriteString(space)
			}
			b.WriteRune(r)
		}
		text = b.String()
	}
	return text
}

var (
	percentForm   = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
	backslashForm = regexp.MustCompile(`\\u\{[0-9a-f]+\}|\\U[0-9a-f]{8}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\.`)
)

// undo is another decoder than that of the package.
func undo(text string) string {
	text = percentForm.ReplaceAllStringFunc(text, func(s string) string {
		plain, _ := url.PathUnescape(s)
		return plain
	})
	text = backslashForm.ReplaceAllStringFunc(text, func(s string) string {
		digits := strings.Trim(s[2:], "{}")
		if n, err := strconv.ParseUint(digits, 16, 32); err == nil {
			return string(rune(n))
		}
		return s[1:]
	})
	return html.UnescapeString(text)
}

func tight(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
}

// No cleaned text holds the secret, in any decoding, however it was spelled.
func TestSecrets_Clean_anySpelling(t *testing.T) {
	t.Parallel()
	odd := rapid.StringMatching(`[!-~]{5}[ -~äß€]{0,20}[!-~]{2}`)
	shapes := []string{"%s", "Cannot find %s.", "no: %s, yes", "x\n%s\ty", `{"msg":"%s"}`, "<p>%s</p>", "Object not found: '%s' (100 percent)"}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(rapid.SampledFrom([]string{token, encrypted, jti, signature, password}), odd).Draw(t, "secret")
		text := strings.Replace(rapid.SampledFrom(shapes).Draw(t, "shape"), "%s", spell(t, secret), 1)
		cleaned := redact.New(secret).Clean(text)
		if cleaned == redact.Withheld {
			return
		}
		if !strings.Contains(cleaned, redact.Mark) {
			t.Fatalf("the secret was not found in %q: %q", text, cleaned)
		}
		for decoded := cleaned; ; decoded = undo(decoded) {
			if strings.Contains(tight(decoded), tight(secret)) && !strings.Contains(redact.Mark, secret) {
				t.Fatalf("%q is left in %q", secret, cleaned)
			}
			if undo(decoded) == decoded {
				break
			}
		}
	})
}

// Innocent texts stay as they are, whatever is secret, and also when they are
// joined to others.
func TestSecrets_Clean_anyInnocentText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOf(rapid.StringMatching(`[0-9a-f]{24}|[A-Za-z0-9_-]{16,43}`)).Draw(t, "secrets")
		text := strings.TrimSpace(strings.Join(strings.Fields(strings.Join(rapid.SliceOfN(rapid.SampledFrom(innocent), 1, 3).Draw(t, "texts"), " ")), " "))
		if got := redact.New(secrets...).Clean(text); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// FuzzClean holds every text to what a cleaned one must be.
func FuzzClean(f *testing.F) {
	for _, seed := range spellings {
		f.Add(seed)
	}
	for _, seed := range innocent {
		f.Add(seed)
	}
	s := known()
	f.Fuzz(func(t *testing.T, text string) {
		cleaned := s.Clean(text)
		switch {
		case cleaned == redact.Withheld:
		case s.In(strings.ReplaceAll(cleaned, redact.Mark, "\uffff")):
			t.Fatalf("a secret is left of %q in %q", text, cleaned)
		case strings.ContainsFunc(cleaned, unicode.IsControl), strings.Contains(cleaned, "  "):
			t.Fatalf("%q became %q, which is not one tidy line", text, cleaned)
		case s.Clean(cleaned) != cleaned:
			t.Fatalf("%q becomes another text when it is cleaned again", cleaned)
		}
		if id := redact.Identifier(text); redact.HasToken(id) {
			t.Fatalf("a token is left of %q in %q", text, id)
		}
	})
}
