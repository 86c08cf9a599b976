package redact

import (
	"cmp"
	"slices"
	"strings"
)

// Withheld stands in the place of a whole text that repeats a secret in such a
// spelling that it cannot be cut out.
const Withheld = "[text withheld: it repeats a secret]"

const (
	minSecret = len(blot) // bytes; shorter ones are in every text by chance
	minLayer  = 4         // bytes of a secret without white space; the same
	window    = 64 << 10  // bytes of a text that are kept
	searched  = 1 << 20   // bytes that are searched as they are, so that many secrets leave a window full
	maxLayers = 10        // of escapes upon escapes; no honest text has more

	// blot stands for a secret until a text is done: a noncharacter, short enough
	// that no text grows, and with nothing in it that is a secret too.
	blot = "\uFFFF"
)

// Secrets are texts that nothing may show. Whole tokens always belong to them,
// whosever they are. Nil has no others. They never change.
type Secrets struct {
	verbatim []string // as they were given, the longest first
	needles  []string // their layers; none holds another
}

// New returns the secrets of these texts. Those below 3 bytes are left
// out, and those below 4 are only found as they are.
func New(texts ...string) *Secrets {
	s := new(Secrets)
	for _, text := range texts {
		if len(strings.TrimSpace(text)) < minSecret {
			continue
		}
		s.verbatim = append(s.verbatim, text)
		for depth, layer := range layers(text) {
			if depth == maxLayers {
				break
			}
			s.needles = append(s.needles, layer)
		}
	}
	slices.SortFunc(s.verbatim, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	s.verbatim = slices.Compact(s.verbatim)
	s.needles = shortest(s.needles)
	return s
}

// In reports whether a text holds a secret or a token, in whatever spelling: with
// white space or invisible characters inside, or escaped as URLs, JSON, programs
// and HTML do. A text above a MiB may hold one.
func (s *Secrets) In(text string) bool {
	return len(text) > searched || HasToken(text) || s.cutOut(text) != text || s.spelled(text)
}

// Clean makes a text fit for an error, a log or a terminal: one line of at most
// 64 KiB, without control or invisible characters and without a secret. What
// repeats one as it is has [Mark] in its place. A text that spells one in another
// way is [Withheld] as a whole: where it begins and ends in there is hard to tell.
func (s *Secrets) Clean(text string) string {
	whole := len(text) <= searched
	before := Replace(text[:min(len(text), searched)], blot)
	after := s.cutOut(before)
	switch {
	case after != before && (*Secrets)(nil).spelled(near(before)): // what is cut out may be the beginning of another's token
		return Withheld
	case s.spelled(near(after)):
		return Withheld
	case !whole && len(after) < window: // nearly all secrets, and its end may be a piece of one
		return Withheld
	}
	return strings.ReplaceAll(Line(after[:min(len(after), window)]), blot, Mark)
}

// near is as much of a text as a secret can take up that begins in the window.
func near(text string) string { return text[:min(len(text), 2*window)] }

// cutOut puts a mark in the place of what stands there as it is, whole tokens
// apart. Those come before: all tokens of a server begin alike, so that to cut out
// our own piece by piece would leave the rest of another in the open.
func (s *Secrets) cutOut(text string) string {
	if s == nil {
		return text
	}
	for _, secret := range s.verbatim {
		text = strings.ReplaceAll(text, secret, blot)
	}
	return text
}

// spelled reports whether a secret is in any layer of a text. More layers than an
// honest text has are taken for a hiding place.
func (s *Secrets) spelled(text string) bool {
	for depth, layer := range layers(text) {
		if depth == maxLayers || HasToken(layer) || s.found(layer) {
			return true
		}
	}
	return false
}

func (s *Secrets) found(layer string) bool {
	return s != nil && slices.ContainsFunc(s.needles, func(needle string) bool { return strings.Contains(layer, needle) })
}

// shortest leaves out what is too short to look for, and what holds another.
func shortest(texts []string) []string {
	slices.SortFunc(texts, func(a, b string) int { return len(a) - len(b) })
	var kept []string
	for _, text := range texts {
		holds := func(other string) bool { return strings.Contains(text, other) }
		if len(text) >= minLayer && !slices.ContainsFunc(kept, holds) {
			kept = append(kept, text)
		}
	}
	return kept
}

// Identifier makes an identifier fit to be shown. A server can put a token there:
// then [Mark] is in its place, or in that of the whole identifier where it is
// spelled in another way.
func Identifier(id string) string {
	if len(id) <= searched && skip(id, 0, isPart) == len(id) {
		return id // as most are; a token has dots, and what spells one has signs of its own
	}
	id = Tokens(id)
	if none := (*Secrets)(nil); none.In(id) {
		return Mark
	}
	return id
}
