package wire

import (
	"strings"

	"github.com/tidwall/gjson"
)

// The functions below go through JSON once: they say where a value ends, and on the
// way hold every byte of it to the rules, as encoding/json does (a test compares the
// two). What breaks a rule has no end.
const nowhere = -1

// maxNesting is the depth to which encoding/json goes. A hostile 16 MiB of brackets
// would overflow the stack, which no program survives.
const maxNesting = 10_000

// validJSON reports whether a text is one value and nothing else.
func validJSON(text string) bool {
	i := skipSpace(text, 0)
	if i == len(text) {
		return false
	}
	end := endOfValue(text, i, 0)
	return end != nowhere && skipSpace(text, end) == len(text)
}

// eachMember tells of every member of an object. It is false where the text is
// anything else, and then what it told means nothing.
func eachMember(text string, tell func(name string, value gjson.Result)) (ok bool) {
	i := skipSpace(text, 0)
	if i == len(text) || text[i] != '{' {
		return false
	}
	end := endOfList(text, i, 0, func(name string, i, depth int) int {
		end := endOfValue(text, i, depth)
		if end != nowhere {
			tell(name, valueOf(text[i:end]))
		}
		return end
	})
	return end != nowhere && skipSpace(text, end) == len(text)
}

// valueOf is what gjson makes of one value, sooner where it is text without escapes.
func valueOf(raw string) gjson.Result {
	if raw[0] == '"' && strings.IndexByte(raw, '\\') < 0 {
		return gjson.Result{Type: gjson.String, Raw: raw, Str: raw[1 : len(raw)-1]}
	}
	return gjson.Parse(raw)
}

// endOfValue is where the value ends that begins at i; depth counts those around it.
func endOfValue(text string, i, depth int) int {
	switch text[i] {
	case '"':
		return endOfString(text, i)
	case '{', '[':
		return endOfList(text, i, depth, nil)
	case 't':
		return endOfWord(text, i, "true")
	case 'f':
		return endOfWord(text, i, "false")
	case 'n':
		return endOfWord(text, i, "null")
	}
	return endOfNumber(text, i)
}

// endOfList is where an object or an array ends. A function that is told of each
// value in it, by its name, where it begins and how deep, says where that ends; nil
// wants none.
func endOfList(text string, i, depth int, each func(name string, i, depth int) int) int {
	object, last := text[i] == '{', text[i]+2 // in ASCII, both pairs are as far apart
	if depth++; depth > maxNesting {
		return nowhere
	}
	if i = skipSpace(text, i+1); i < len(text) && text[i] == last {
		return i + 1
	}
	for i < len(text) {
		name := ""
		if object {
			name, i = nameAt(text, i)
		}
		if i = endOfMember(text, name, i, depth, each); i == nowhere {
			return nowhere
		}
		i = skipSpace(text, i)
		switch {
		case i == len(text):
		case text[i] == last:
			return i + 1
		case text[i] == ',':
			i = skipSpace(text, i+1)
		default:
			return nowhere
		}
	}
	return nowhere
}

// endOfMember is where the value of a member ends, whose name has its escapes.
func endOfMember(text, name string, i, depth int, each func(name string, i, depth int) int) int {
	switch {
	case i == nowhere || i == len(text):
		return nowhere
	case each == nil:
		return endOfValue(text, i, depth)
	case strings.IndexByte(name, '\\') >= 0:
		name = gjson.Parse(`"` + name + `"`).Str
	}
	return each(name, i, depth)
}

// nameAt is the name of a member, escapes and all, and where its value begins.
func nameAt(text string, i int) (name string, value int) {
	end := endOfString(text, i)
	if end == nowhere {
		return "", nowhere
	}
	name = text[i+1 : end-1]
	if i = skipSpace(text, end); i == len(text) || text[i] != ':' {
		return "", nowhere
	}
	return name, skipSpace(text, i+1)
}

func endOfString(text string, i int) int {
	if text[i] != '"' {
		return nowhere
	}
	for i++; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return nowhere
		case c == '\\':
			if i++; !isEscape(text[i:]) {
				return nowhere
			}
		}
	}
	return nowhere
}

// isEscape reports whether a text begins with what may stand behind a backslash.
func isEscape(text string) bool {
	switch {
	case text == "":
		return false
	case text[0] == 'u':
		return len(text) > 4 && strings.Trim(text[1:5], "0123456789abcdefABCDEF") == ""
	}
	return strings.IndexByte(`"\/bfnrt`, text[0]) >= 0
}

func endOfWord(text string, i int, word string) int {
	if strings.HasPrefix(text[i:], word) {
		return i + len(word)
	}
	return nowhere
}

func endOfNumber(text string, i int) int {
	if text[i] == '-' {
		i++
	}
	first := i
	if i = skipDigits(text, i); i == first || i > first+1 && text[first] == '0' {
		return nowhere
	}
	if i < len(text) && text[i] == '.' {
		first = i + 1
		if i = skipDigits(text, first); i == first {
			return nowhere
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		first = i
		if i = skipDigits(text, first); i == first {
			return nowhere
		}
	}
	return i
}

func skipDigits(text string, i int) int {
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}

func skipSpace(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}
