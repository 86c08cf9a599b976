package redact_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

const (
	password  = `Pä"ss<w>0rd & 41\x/'`
	jti       = "0b1d5c1e-8a3b-4975-83e2-35ea216c468b"
	signature = "frJIUN8DYpKDtOLCwo//yllqDzg="
)

func known() *redact.Secrets {
	return redact.New(append(redact.Authorization("JWT "+token), password, jti, signature)...)
}

func TestSecrets_Clean_cutsOutWhatStandsThereAsItIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"no " + jti + ".":                  "no " + redact.Mark + ".",
		"no " + token + " and " + password: "no " + redact.Mark + " and " + redact.Mark,
		encrypted + " of another":          redact.Mark + " of another",
		"a\x1b[31m\n b\u202e " + jti:       "a [31m b " + redact.Mark,
		"":                                 "",
	} {
		if got := known().Clean(text); got != want {
			t.Errorf("Clean(%q) is %q, want %q", text, got, want)
		}
	}
}

// spellings are secrets as servers and their makers write them.
var spellings = map[string]string{
	"white space in a token":           token[:30] + " \r\n " + token[30:],
	"white space in another's token":   encrypted[:10] + "\n" + encrypted[10:],
	"invisible characters":             jti[:3] + "\u200b" + jti[3:9] + "\u00ad\ufe0f" + jti[9:],
	"percent in lower case":            "frJIUN8DYpKDtOLCwo%2f%2fyllqDzg%3d",
	"encodeURIComponent":               `P%C3%A4%22ss%3Cw%3E0rd%20%26%2041%5Cx%2F'`,
	"a form":                           `P%C3%A4%22ss%3Cw%3E0rd+%26+41%5Cx%2F%27`,
	"escape of old browsers":           `P%E4%22ss%3Cw%3E0rd%20%26%2041%5Cx/%27`,
	"%u of old browsers":               strings.ReplaceAll(jti, "-", "%u002d"),
	"one digit in braces":              jti[:8] + `\u{9}` + jti[8:],
	"eight digits in braces":           strings.ReplaceAll(jti, "-", `\u{0000002d}`),
	"a line break of JSON inside":      jti[:8] + `\n` + jti[8:],
	"one octal digit inside":           jti[:8] + `\7` + jti[8:],
	"three octal digits and a digit":   strings.ReplaceAll(jti, "-", `\055`),
	"octal digits with a zero":         strings.ReplaceAll(jti, "8", `\070`),
	"three octal digits":               strings.ReplaceAll(jti, "e", `\145`),
	"a delete character":               jti[:8] + "\x7f" + jti[8:],
	"the first control beyond ASCII":   jti[:8] + "\u0080" + jti[8:],
	"two times percent":                "frJIUN8DYpKDtOLCwo%252F%252FyllqDzg%253D",
	"JSON that escapes slashes":        `frJIUN8DYpKDtOLCwo\/\/yllqDzg=`,
	"JSON of ASCII":                    `P\u00e4\"ss<w>0rd & 41\\x/'`,
	"JSON of Go":                       `Pä\"ss\u003cw\u003e0rd \u0026 41\\x/'`,
	"a text of JavaScript":             `Pä"ss<w>0rd & 41\\x/\'`,
	"escapes of bytes":                 `P\xc3\xa4\"ss<w>0rd & 41\\x/\047`,
	"JSON in JSON":                     `P\\u00e4\\\"ss<w>0rd & 41\\\\x/'`,
	"entities of Go":                   `Pä&#34;ss&lt;w&gt;0rd &amp; 41\x/&#39;`,
	"entities of other makers":         `P&auml;&quot;ss&lt;w&gt;0rd &amp; 41\x&#x2F;&apos;`,
	"entities without an end":          `P&auml&quotss&ltw&gt0rd &amp 41\x&#47&#39`,
	"a token's dots as entities":       strings.ReplaceAll(encrypted, ".", "&period;"),
	"another's token in percent":       strings.ReplaceAll(encrypted, "e", "%65"),
	"another's token in JSON in HTML":  strings.ReplaceAll(encrypted, "e", "&bsol;u{65}"),
	"a surrogate pair beside a secret": `\ud83d\ude00 ` + strings.ReplaceAll(jti, "-", `\u002d`),
	"a line break inside an escape":    strings.ReplaceAll(jti, "-", "%2\nD"),
	"another's that begins like ours":  strings.ReplaceAll(strings.Split(token, ".")[0]+".eyJqdGkiOiJiIn0.YW5vdGhlcg", ".", "%2e"),
	"half of it as it is":              jti + " " + strings.ReplaceAll(jti, "-", "&#45;"),
	"a part of a token":                strings.ReplaceAll(strings.Split(token, ".")[1], "y", "%79"),
	"more layers than anyone needs":    "%" + strings.Repeat("25", 40) + "41",
}

func TestSecrets_Clean_withholdsOtherSpellings(t *testing.T) {
	t.Parallel()
	for name, text := range spellings {
		for _, text := range []string{text, "Cannot find " + text + ", 100% sure", `{"x":"` + text + `"}`} {
			if got := known().Clean(text); got != redact.Withheld {
				t.Errorf("%s: Clean(%q) is %q", name, text, got)
			}
			if !known().In(text) {
				t.Errorf("%s: not found in %q", name, text)
			}
		}
	}
}

// innocent are what servers say, and what only looks like something else.
var innocent = []string{
	"", "Unauthorized", "Object not found.", "Invalid project id: jwt", "email: Invalid value; password: Too short",
	"Too many requests. Try again later.", "502 Bad Gateway", "Authentication failed. Wrong password.", "100% of the quota, 50%af",
	"connect ECONNREFUSED 127.0.0.1:27017", `Cast to ObjectId failed for value "abc" (type string) at path "_id"`,
	`C:\new\table\users`, "a && b || c", "AT&T; R&D &c. &nosuch;", `\`, "%", "&", `\u12 \x %u00 %zz &#; &#x;`, "Zugriff verweigert für Öl & Gas – 5 €",
	"Cannot GET /v3/project_user?a=1&copy=2", "key keyJobs.v1.2 and eyJobs.v1.2", "eyJhbGciOiJub25lIn0 is. not. one.", "\U0001F600 done",
	jti[:8] + "%" + jti[8:], jti[:8] + "%zz" + jti[8:], jti[:8] + `\u{}` + jti[8:], strings.ReplaceAll(jti, "-", `\u{00000002d}`),
	"frJIUN8D YpKD", "0b1d5c1e-8a3b-4975-83e2-35ea216c468", `{"code":7,"list":["a\/b","\u00e4"]}`, "Pä", "eyJ",
}

func TestSecrets_Clean_leavesInnocentTextsAlone(t *testing.T) {
	t.Parallel()
	// The last has one layer fewer than is suspicious, so that no other may stand beside it.
	for _, text := range append(slices.Clone(innocent), "%"+strings.Repeat("25", 8)+"41") {
		if got := known().Clean(text); got != text {
			t.Errorf("Clean(%q) is %q", text, got)
		}
		if known().In(text) {
			t.Errorf("a secret is found in %q", text)
		}
	}
}

// The longest is cut out first, so that nothing is left of it.
func TestSecrets_Clean_ofASecretInAnother(t *testing.T) {
	t.Parallel()
	if got := redact.New("abc", "abcdef", "abcde").Clean("an abcdef"); got != "an "+redact.Mark {
		t.Errorf("got %q", got)
	}
}

func TestSecrets_nilKnowsTokensOnly(t *testing.T) {
	t.Parallel()
	var none *redact.Secrets
	if got := none.Clean(jti + " " + token); got != jti+" "+redact.Mark {
		t.Errorf("got %q", got)
	}
	if !none.In(spellings["white space in a token"]) || none.In(jti) {
		t.Error("In does not know tokens, or knows more")
	}
}

// Secrets that are short or made of escapes are found as they are, and no text of
// a few letters is taken for one.
func TestNew_ofOddTexts(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"red", "%41%42", `\\\\`, "&amp;&amp;", "    ", "", "ab", "+ + + +", "%" + strings.Repeat("25", 40), "50% cafe"} {
		s := redact.New(secret)
		if got := s.Clean("it is a b AB cd"); got != "it is a b AB cd" && secret != "%41%42" {
			t.Errorf("%q is found where it is not: %q", secret, got)
		}
		if got := s.Clean("x" + secret + "y"); len(secret) > 2 && strings.TrimSpace(secret) != "" && strings.Contains(strings.ReplaceAll(got, redact.Mark, ""), secret) {
			t.Errorf("%q is left in %q", secret, got)
		}
	}
}

// What only looks like an escape is none, in a secret as in a text.
func TestSecrets_In_escapesAndWhatLooksLikeThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		secret, text string
		want         bool
	}{
		{"pass😀word", `pass\ud83d\ude00word`, true},
		{"pass😀word", `pass\ud83d\uDE00word`, true},
		{"pass😀word", "pass%ud83d%ude00word", true},
		{"pass😀word", `pass\ud83dxxde00word`, false},
		{"abcuxyz", `abc\uxyz`, true}, // the backslash alone goes
		{"abcuxyz", "abc%uxyz", false},
		{"abcuxyz", "abc&uxyz", false},
		{`abcd\`, "abcd", false},
		{"abcd%4", "abcd", false},
		{"a b c d", "abcd", true},
		{"a b c", "abc", false},
	} {
		if got := redact.New(tt.secret).In("say " + tt.text); got != tt.want {
			t.Errorf("%q in %q: %t", tt.secret, tt.text, got)
		}
	}
}

// What fills a window with secrets could end in a piece of one.
func TestSecrets_Clean_longTexts(t *testing.T) {
	t.Parallel()
	long := "eyJhbGciOiJub25lIn0." + strings.Repeat("QUJD", 10_000) + ".c2lnbmF0dXJl"
	if got := redact.New().Clean(strings.Repeat(long+" ", 40)); got != redact.Withheld {
		t.Errorf("got %.100q", got)
	}
	if got := redact.New().Clean(strings.Repeat("word ", 1<<20)); len(got) > 64<<10 || !strings.HasPrefix(got, "word word") {
		t.Errorf("got %d bytes: %.100q", len(got), got)
	}
	if !redact.New().In(strings.Repeat("x", 1<<20+1)) || redact.New().In(strings.Repeat("x", 1<<20)) {
		t.Error("a text that is too long to search holds nothing, or one that is not holds something")
	}
	// Where nothing was left out, or a window is left, no piece of a secret can be at the end.
	whole := "eyJhbGciOiJub25lIn0." + strings.Repeat("Q", 1<<20-33) + ".c2lnbmF0dXJl"
	for text, want := range map[string]string{
		whole: redact.Mark, whole + " ": redact.Withheld,
		strings.Repeat(" ", 64<<10-3) + strings.Replace(whole, strings.Repeat("Q", 64<<10-3), "", 1) + " and more": redact.Mark,
	} {
		if got := redact.New().Clean(text); got != want {
			t.Errorf("%d bytes: got %.100q, want %q", len(text), got, want)
		}
	}
}

func TestAuthorization_givesEveryPart(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][]string{
		" JWT abcdefg\n":         {"JWT abcdefg", "abcdefg"},
		"abcdefgh.ijklmnop":      {"abcdefgh", "ijklmnop"},
		"Two abcdefgh ijklmno":   {"abcdefgh"},
		"Key ABCDEFGHIJKLMNOP/x": {"ABCDEFGHIJKLMNOP"},
		"JWT " + token:           {token, strings.Split(token, ".")[1], "c2lnbmF0dXJl"},
		"Bearer\tabcdefgh":       {"abcdefgh"},
		"abcdefgh":               {"abcdefgh"},
		"Bearer " + signature:    {signature},
		"Basic dTpwYXNzd29yZA==": {"dTpwYXNzd29yZA==", "u:password", "password"},
		"Basic  dTpwYXNzd29yZA":  {"dTpwYXNzd29yZA", "u:password", "password"},
		`Digest username="agent", response="6629fae49393a053", nonce = 'abcdef', qop=auth`: {"6629fae49393a053", "abcdef"},
		"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPL/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=5d672d79c15b13162d9279b0": {
			"5d672d79c15b13162d9279b0", "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPL/20150830/us-east-1/iam/aws4_request",
		},
		"AWS AKIAIOSFODNN7EXAMPL:" + signature:                   {signature},
		"Signature=c2VjcmV0,key=another;token=athird&sig=fourth": {"c2VjcmV0", "another", "athird", "fourth"},
		`Hawk id="dh37fgj492je", mac="6R4rV5iE\"NPoym"`:          {"dh37fgj492je", `6R4rV5iE\"NPoym`},
	} {
		got := redact.Authorization(header)
		for _, text := range append(want, strings.TrimSpace(header)) {
			if !slices.Contains(got, text) {
				t.Errorf("of %q, %q is missing: %q", header, text, got)
			}
		}
		for _, word := range []string{"auth", "host", "us-east-1", "Signature", "Credential", "SignedHeaders", "AWS4-HMAC-SHA256", "response"} {
			if slices.Contains(got, word) {
				t.Errorf("of %q, %q is taken for a secret", header, word)
			}
		}
	}
}

func TestIdentifier_redactsTokens(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		jti: jti, "": "", "keyJobs.v1.2": "keyJobs.v1.2", "a b\x1b": "a b\x1b", "100%": "100%",
		token: redact.Mark, "JWT " + token: "JWT " + redact.Mark,
		spellings["white space in a token"]: redact.Mark, spellings["another's token in percent"]: redact.Mark,
		strings.Repeat("x", 1<<20): strings.Repeat("x", 1<<20), strings.Repeat("x", 1<<20+1): redact.Mark,
	} {
		if got := redact.Identifier(id); got != want {
			t.Errorf("Identifier(%.100q) is %.100q, want %.100q", id, got, want)
		}
	}
}

func TestSecrets_Clean_isQuick(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"%25", "&amp;", `\\`, "eyJ%65", strings.Repeat("eyJ", 500) + ".a.b%25252541", "ü ", "%2", "&", `\u`, "a ", strings.Repeat("eyIiOnsiIjp7", 128) + "fQ.a.b%25252541"} {
		known().Clean(strings.Repeat(part, 16<<20/len(part))) // the test's own time limit tells
	}
}
