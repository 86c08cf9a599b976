package wire_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// TestReadList_isAsStrictAsEncodingJSON goes through all short texts of each part of the
// grammar, and longer ones with MODEL=all: every reader takes for JSON what encoding/json
// does, and nothing else.
func TestReadList_isAsStrictAsEncodingJSON(t *testing.T) {
	t.Parallel()
	for part, grammar := range map[string]struct {
		before, after string
		pieces        []string
	}{
		"numbers":   {"", "", strings.Split("-,+,.,e,E,0,1,9,x", ",")},
		"escapes":   {`["\u`, `"]`, strings.Split("0,9,a,f,A,F,/,:,@,G,`,g", ",")},
		"texts":     {`{"`, `":1}`, []string{`"`, `\`, "u", "n", "x", "/", "0041", "\x1f", " ", "\x7f", "\xff", "é"}},
		"members":   {`{`, `}`, []string{`"a"`, `"a":1`, ":", ",", "1", " ", "{", "}", "[", "]", "\n\t\r", "\v"}},
		"elements":  {`[`, `]`, []string{`"a"`, ":", ",", "1", " ", "{", "}", "[", "]", "null", "\f"}},
		"beginning": {"", "", []string{"true", "false", "null", "tru", "e", "nul", "l", "[", "]", "{", "}", `"`, " ", "\u00a0"}},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			length := 4
			if everything {
				length = 5
			}
			cases := 0
			eachText(grammar.pieces, length, func(text string) {
				cases++
				checkJSON(t, grammar.before+text+grammar.after)
			})
			t.Logf("%d texts", cases)
		})
	}
}

// Encoding/json goes ten thousand levels deep, and so does every reader.
func TestReadList_nestingHasAnEnd(t *testing.T) {
	t.Parallel()
	for _, levels := range []int{9_999, 10_000, 10_001} {
		checkJSON(t, strings.Repeat("[", levels)+strings.Repeat("]", levels))
		checkJSON(t, strings.Repeat("[", levels)+"1"+strings.Repeat("]", levels))
		checkJSON(t, strings.Repeat(`{"data":`, levels)+"{}"+strings.Repeat("}", levels))
		checkJSON(t, strings.Repeat(`{"data":`, levels)+"1"+strings.Repeat("}", levels))
		checkJSON(t, `{"jwts":[{"a":`+strings.Repeat("[", levels-3)+strings.Repeat("]", levels-3)+`}]}`)
	}
}

// eachText puts together up to so many pieces in every way.
func eachText(pieces []string, length int, each func(text string)) {
	each("")
	if length == 0 {
		return
	}
	for _, piece := range pieces {
		eachText(pieces, length-1, func(rest string) { each(piece + rest) })
	}
}

// checkJSON compares what each reader takes for JSON. What it makes of it is for others.
func checkJSON(t *testing.T, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		return // a revocation may be empty
	}
	_, _, list := wire.ReadList(whole(http.StatusOK, text))
	_, signIn := wire.ReadSignIn([]byte(text))
	want := json.Valid(bytes.TrimSpace([]byte(text)))
	for reader, fault := range map[string]*wire.Fault{
		"ReadList": list, "ReadSignIn": signIn, "ReadRevocation": wire.ReadRevocation(whole(http.StatusOK, text), asked["jti"]),
	} {
		refused := fault != nil && strings.HasPrefix(fault.Advice, "the answer is not JSON")
		if refused == want {
			t.Fatalf("%s: %.100q (%d bytes) is refused as what is not JSON: %t", reader, text, len(text), refused)
		}
	}
}
