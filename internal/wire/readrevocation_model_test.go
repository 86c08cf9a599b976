package wire_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// The names that mean alike.
var (
	counts  = []string{"n", "matchedCount", "deletedCount", "removedCount", "revokedCount", "nMatched", "nRemoved"}
	changes = []string{"nModified", "modifiedCount"}
	// Some of the words for a count, and for the deed, that other servers have.
	otherCounts = []string{"count", "affectedRows", "tokens", "jwts"}
	otherDeeds  = []string{"tokens_revoked", "isDeleted", "Success"}
	// And for what was not done.
	otherFailures = []string{"notFound", "errorMessage", "dry_run"}
	httpStatuses  = []string{"status", "statusCode", "code", "status_code", "httpStatus", "http_status", "httpCode", "http_code"}
	// What these hold is the answer's own, also beside the fields of a document.
	results  = []string{"result", "lastErrorObject"}
	wrappers = append([]string{
		"value", "writeResult", "data", "doc", "document", "jwt", "token", "history", "jwthistory", "jwtHistory",
		"response", "payload", "body", "item", "entry", "object", "record",
	}, results...)
	allWrappers = append([]string{"deleted", "removed", "revoked"}, wrappers...)
	listNames   = []string{"jwts", "history", "tokens", "jwthistory", "jwtHistory", "jwthistories", "jwtHistories", "data"}
)

// memberNames are the names that mean something, and some that mean nothing.
var memberNames = append([]string{
	"success", "error", "err", "writeConcernError", "errors", "writeErrors", "status", "statusCode", "code",
	"message", "msg", "detail", "title", "revoked", "isRevoked", "deleted", "removed", "found", "updatedExisting",
	"n", "matchedCount", "deletedCount", "removedCount", "revokedCount", "nMatched", "nRemoved", "nModified", "modifiedCount",
	"ok", "acknowledged", "nUpserted", "upsertedCount", "_id", "jti", "perPage", "user", "notes", "state", "http_code",
}, slices.Concat(wrappers, otherCounts, otherDeeds, otherFailures)...)

// scalars are values on both sides of every line that the rules draw.
var scalars = []any{
	nil, true, false, 0.0, 1.0, 2.0, -1.0, 0.5, 200.0, 399.0, 400.0, 599.0, 600.0, 3e9,
	"", "0", "1", "3", "false", "TRUE", "ok", "no", "Pending", "Not found", "Error", "fail", "404", "2026-01-06T09:00:00.000Z",
	askedJTI, askedID, strings.ToUpper(askedID), strings.ToUpper(askedJTI), other, otherID,
}

var ownToken = object{{"_id", askedID}, {"jti", askedJTI}}

// nested are arrays and objects.
var nested = []any{
	[]any{}, []any{1.0}, []any{askedJTI}, []any{object{}}, []any{nil, ownToken}, object{}, object{{"$oid", askedID}}, ownToken, object{{"_id", otherID}},
	object{{"n", 0.0}}, object{{"n", 1.0}}, object{{"success", true}}, object{{"success", false}}, object{{"x", 1.0}}, object{{"revoked", false}},
	object{{"value", 0.0}}, object{{"data", nil}}, object{{"result", object{{"data", object{{"n", 0.0}}}}}},
}

// everything is true where each case of the models is wanted, which takes minutes.
var everything = os.Getenv("MODEL") == "all"

// TestReadRevocation_pairsByTheRules goes through all objects of two members, alone and
// behind a yes; go test takes every 997th of them, and with MODEL=all every one.
func TestReadRevocation_pairsByTheRules(t *testing.T) {
	t.Parallel()
	step, made := 997, 0
	if everything {
		step = 1
	}
	pairs(step, func(o object) {
		made++
		for _, asked := range asked {
			compare(t, asked, 200, true, o)
		}
	})
	t.Logf("%d objects, by either route", made)
}

// pairs gives one of so many of all objects of two members, alone and behind what says
// that the token is revoked: much that speaks against that decides only there.
func pairs(step int, each func(object)) {
	var members []member
	for _, name := range memberNames {
		for _, value := range append(scalars, nested...) {
			members = append(members, member{name, value})
		}
	}
	cases := 0
	for _, first := range members {
		for _, second := range members {
			for _, yes := range []object{nil, {{"success", true}}, ownToken} {
				if cases++; cases%step == 0 {
					each(slices.Concat(yes, object{first, second}))
				}
			}
		}
	}
}

// statuses are those of answers that can mean a revocation.
var statuses = []int{200, 201, 202, 203, 204, 205, 206, 207, 226}

// TestReadRevocation_byTheRules draws answers of any depth, status and end.
func TestReadRevocation_byTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for range 20 { // of one case of rapid, to have more of them
			by := asked[rapid.SampledFrom([]string{"jti", "id"}).Draw(t, "by")]
			status := rapid.SampledFrom([]int{200, 200, 200, 200, 201, 202, 203, 204, 205, 206, 207, 226}).Draw(t, "status")
			whole := rapid.IntRange(0, 3).Draw(t, "whole") > 0
			body := any(nothing)
			if kind := rapid.IntRange(0, 19).Draw(t, "kind"); kind > 1 {
				body = drawObject(t, 5)
			} else if kind == 1 {
				body = rapid.SampledFrom(append(scalars, nested...)).Draw(t, "body")
			}
			compare(t, by, status, whole, body)
		}
	})
}

// drawObject draws an object of up to four members, most of which mean something.
func drawObject(t *rapid.T, depth int) object {
	var o object
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		m := member{name: rapid.SampledFrom(memberNames).Draw(t, "name")}
		switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case kind < 4:
			m = rapid.SampledFrom([]member{{"success", true}, {"ok", 1.0}, {"n", 1.0}, {"_id", askedID}, {"jti", askedJTI}, {"deletedCount", 0.0}, {"msg", "no"}}).Draw(t, "usual")
		case kind < 6:
			m.value = rapid.SampledFrom(scalars).Draw(t, "scalar")
		case kind < 7 || depth == 0:
			m.value = rapid.SampledFrom(nested).Draw(t, "nested")
		default:
			m = member{rapid.SampledFrom(allWrappers).Draw(t, "wrapper"), drawObject(t, depth-1)}
		}
		o = append(o, m)
	}
	return o
}

// compare asserts that the reader and the rules mean the same.
func compare(t interface{ Fatalf(string, ...any) }, asked wire.Asked, status int, whole bool, body any) {
	answer := wire.Answer{Status: status, Body: written(body), Whole: whole}
	got := isAlive
	switch fault := wire.ReadRevocation(answer, asked); {
	case fault == nil:
		got = isRevoked
	case fault.Kind == wire.NotFound:
		got = isGone
	}
	if want, why := theRules.decide(asked, status, whole, body); got != want {
		t.Fatalf("%d (whole: %t) %s, asked for %+v: the token is %s, by the rules %s, since %s", status, whole, answer.Body, asked, got, want, why)
	}
}

// written is the JSON of a tree.
func written(v any) []byte {
	switch v := v.(type) {
	case struct{}:
		return nil
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = string(written(item))
		}
		return []byte("[" + strings.Join(texts, ",") + "]")
	case object:
		texts := make([]string, len(v))
		for i, m := range v {
			texts[i] = `"` + m.name + `":` + string(written(m.value))
		}
		return []byte("{" + strings.Join(texts, ",") + "}")
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // no tree has a value that JSON has not
	}
	return text
}
