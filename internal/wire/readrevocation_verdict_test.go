package wire_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// rules are the tables of sentences about the parts of an object.
type rules struct{ against, notThere, there, revoked []rule }

var theRules = rules{speaksAgainst, saysNotThere, saysThere, saysRevoked}

// What decides where no part of an object does.
const (
	mayGoOn     = "the answer may go on"
	noPromise   = "its status promises nothing"
	emptyIsNone = "with this status an empty answer promises nothing"
	isEmpty     = "it is empty, and whole"
	isNull      = "it is null"
	isYes       = "it is true or OK"
	isNoObject  = "it is something else than an object"
	isBare      = "it is an object of nothing"
	isDeep      = "it is nested too deep"
	isBoth      = "it says that the token was there, and that it was not"
	isSilent    = "nothing in it says what became of the token"
	isAbsent    = "it says that the token was not there"
	isSaid      = "it says that the token is revoked"
	isDenied    = "something in it speaks against that"
)

var reasons = []string{mayGoOn, noPromise, emptyIsNone, isEmpty, isNull, isYes, isNoObject, isBare, isDeep, isBoth, isSilent, isAbsent, isSaid, isDenied}

// decide says what an answer with that body means for the token, and why; that of an
// empty one is [nothing].
func (r rules) decide(asked wire.Asked, status int, whole bool, body any) (v verdict, why string) {
	closes := isObject(body) || isArray(body) || isText(body) // what ends by itself was not cut short
	if !whole && !closes {
		return isAlive, mayGoOn
	}
	if body == nothing && (status == 203 || status == 205) {
		return isAlive, emptyIsNone
	}
	v, why = r.ofBody(asked, body)
	if promises := []int{200, 201, 203, 204, 205}; v == isRevoked && !slices.Contains(promises, status) {
		return isAlive, noPromise
	}
	return v, why
}

// nothing is the body of an empty answer.
var nothing = struct{}{}

func (r rules) ofBody(asked wire.Asked, body any) (verdict, string) {
	text, _ := body.(string)
	o, is := body.(object)
	switch {
	case is:
		return r.ofObject(asked, o)
	case body == nothing:
		return isRevoked, isEmpty
	case body == nil:
		return isGone, isNull
	case body == true, strings.EqualFold(text, "ok"):
		return isRevoked, isYes
	}
	return isAlive, isNoObject
}

func (r rules) ofObject(asked wire.Asked, body object) (verdict, string) {
	parts, deep := opened(part{object: body, asked: asked}, 3)
	anyHolds := func(rules []rule) bool {
		return slices.ContainsFunc(rules, func(r rule) bool { return slices.ContainsFunc(parts, r.holds) })
	}
	absent := anyHolds(r.notThere)
	switch {
	case deep:
		return isAlive, isDeep
	case anyHolds(r.against):
		return isAlive, isDenied
	case absent && anyHolds(r.there):
		return isAlive, isBoth
	case absent:
		return isGone, isAbsent
	case len(body) == 0:
		return isRevoked, isBare
	case anyHolds(r.revoked):
		return isRevoked, isSaid
	}
	return isAlive, isSilent
}

// without are the rules but for one.
func without(all []rule, i int) []rule { return slices.Delete(slices.Clone(all), i, i+1) }

// reduced are the rules without each of them, by what that one says.
func (r rules) reduced() map[string]rules {
	all := make(map[string]rules)
	for i := range r.against {
		all["against: "+r.against[i].says] = rules{without(r.against, i), r.notThere, r.there, r.revoked}
	}
	for i := range r.notThere {
		all["not there: "+r.notThere[i].says] = rules{r.against, without(r.notThere, i), r.there, r.revoked}
	}
	for i := range r.there {
		all["there: "+r.there[i].says] = rules{r.against, r.notThere, without(r.there, i), r.revoked}
	}
	for i := range r.revoked {
		all["revoked: "+r.revoked[i].says] = rules{r.against, r.notThere, r.there, without(r.revoked, i)}
	}
	return all
}

// A rule that no case of the models reaches would be a hole in them: each decides at
// least one alone, so that the verdict is another one without it, and so does each
// reason that is not a rule about an object.
func TestReadRevocation_everyRuleDecides(t *testing.T) {
	t.Parallel()
	decided, cases := make(map[string]int), 0
	reduced := theRules.reduced()
	judge := func(asked wire.Asked, status int, whole bool, body any) {
		cases++
		v, why := theRules.decide(asked, status, whole, body)
		decided[why]++
		if o, is := body.(object); is && status == 200 && len(o) > 0 {
			for says, fewer := range reduced {
				if other, _ := fewer.decide(asked, status, whole, body); other != v {
					decided[says]++
				}
			}
		}
	}
	for _, by := range asked {
		pairs(1999, func(o object) { judge(by, 200, true, o) })
		for _, status := range statuses {
			for _, body := range slices.Concat(scalars, nested, deepOnes(), []any{nothing, object{{"success", true}}}) {
				judge(by, status, true, body)
				judge(by, status, false, body)
			}
		}
	}
	for says := range reduced {
		if decided[says] == 0 {
			t.Errorf("no case is decided by %s", says)
		}
	}
	for _, why := range reasons {
		if decided[why] == 0 {
			t.Errorf("no case is decided because %s", why)
		}
	}
	t.Logf("%d cases: %v", cases, decided)
}

// Each rule of the tables stands in docs/server.md, word for word, and no other does.
func TestReadRevocation_rulesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/server.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "### A 2xx to a DELETE, rule by rule\n")
	section, _, found := strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("the section of the rules is not there")
	}
	documented := make(map[string]bool)
	for line := range strings.Lines(section) {
		if sentence, isItem := strings.CutPrefix(line, "- "); isItem {
			sentence, _, _ = strings.Cut(strings.TrimSpace(sentence), ": ")
			documented[strings.TrimSuffix(sentence, ".")] = true
		}
	}
	for _, r := range slices.Concat(theRules.against, theRules.notThere, theRules.there, theRules.revoked) {
		if !documented[r.says] {
			t.Errorf("docs/server.md does not say: %s", r.says)
		}
	}
	for says := range documented {
		if !slices.ContainsFunc(slices.Concat(theRules.against, theRules.notThere, theRules.there, theRules.revoked), func(r rule) bool { return r.says == says }) {
			t.Errorf("docs/server.md has a rule that no table has: %s", says)
		}
	}
}

// deepOnes are wrappers in wrappers, around what says yes and what says no.
func deepOnes() (all []any) {
	for _, inside := range []object{{{"success", true}}, {{"success", false}}, {{"n", 0.0}}, ownToken, {}} {
		for range 5 {
			inside = object{{"data", inside}}
			all = append(all, inside)
		}
	}
	return all
}
