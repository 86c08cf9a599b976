package wire

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// Asked is the token that a revocation asked for; one of the two is empty.
type Asked struct{ JTI, ID string }

// ReadRevocation decides whether a 2xx to a DELETE is a revocation: only if it is
// one of the answers that mean one, and nothing in it says otherwise. What the
// history module answers is unknown; its sibling routes send the document, null,
// or {"success"} (read in the server's source), others a write result.
func ReadRevocation(answer Answer, asked Asked) *Fault {
	body := bytes.TrimSpace(trimBOM(answer.Body))
	if len(body) == 0 {
		return readEmpty(answer)
	}
	if fault := readOutcome(asked, body, answer.Whole); fault != nil { // it says it better than the status
		return fault
	}
	switch answer.Status {
	case http.StatusOK, http.StatusCreated, http.StatusNonAuthoritativeInfo, http.StatusNoContent, http.StatusResetContent:
		return nil
	}
	return noPromise(answer.Status)
}

// readEmpty is the verdict of an answer without a body: its status has to promise
// a revocation, and its end has to be known.
func readEmpty(answer Answer) *Fault {
	switch answer.Status {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
	default:
		return noPromise(answer.Status)
	}
	if !answer.Whole {
		return unexpected("the answer is empty, and nothing tells that it is whole: a connection that was cut looks the same; treat the token as still valid")
	}
	return nil
}

func noPromise(status int) *Fault {
	if status == http.StatusAccepted {
		return unexpected("202 means that the revocation was noted, not that it was done")
	}
	return unexpected("%d does not say that the token is revoked: treat it as still valid", status)
}

// readOutcome is the verdict of a body that is not empty. One that may go on counts
// only where it closes by itself: "OK" may begin a sentence, and {"n":1} may not.
func readOutcome(asked Asked, body []byte, whole bool) *Fault {
	if bytes.EqualFold(body, []byte("OK")) && whole {
		return nil
	}
	if body[0] == '{' {
		return readDeleted(asked, body)
	}
	root, fault := parseJSON(body)
	if fault != nil {
		return fault
	}
	switch {
	case !whole && root.Type != gjson.JSON && root.Type != gjson.String:
		return unexpected("the answer may have been truncated: treat the token as still valid")
	case root.Type == gjson.Null:
		return nothingRevoked("the server answered null")
	case root.Type == gjson.True, root.Type == gjson.String && strings.EqualFold(root.Str, "OK"):
		return nil
	case root.Type == gjson.False:
		return &Fault{Advice: "the server answered false: it did not revoke the token"}
	}
	return unexpected("the server answered something else than the outcome of a revocation: treat the token as still valid")
}

// isWrapper reports whether a name is one under which a server may put the document
// or the write result that it speaks of.
func isWrapper(name string) bool {
	switch name {
	case "value", "result", "writeResult", "lastErrorObject", "data", "doc", "document",
		"jwt", "token", "history", "jwthistory", "jwtHistory",
		"response", "payload", "body", "item", "entry", "object", "record",
		"deleted", "removed", "revoked":
		return true
	}
	return false
}

// maxWrapping is the depth to which wrappers are opened: {"result":{"value":{…}}}
// is as deep as it gets.
const maxWrapping = 3

// readDeleted reads an object: {}, {"success":true}, a write result or the
// document of the token, the last two also in a wrapper.
func readDeleted(asked Asked, body []byte) *Fault {
	f := finding{asked: asked}
	text := string(body)
	switch whole := f.read(text, maxWrapping, false); {
	case !whole:
		return notJSON(body)
	case f.worst == saysNothingThere && f.found:
		return unexpected("the server says that it found the token, and that it found none: treat it as still valid")
	case f.against != nil:
		return f.against
	case !f.said && !isEmpty(gjson.Parse(text)):
		return unexpected("the server answered with an object that does not say what became of the token: treat it as still valid")
	}
	return nil
}

// objection is what speaks against a revocation, the later the worse. The worst
// counts, wherever it stands: that nothing was there may mean "already gone", and
// so it yields to all that means "still valid".
type objection int

const (
	noObjection objection = iota
	saysNothingThere
	saysSomethingElse // a list, another document, a write result that cannot be read
	saysNotDone
	saysFailed
)

// finding is what an object, with all that is in it, says about the revocation.
type finding struct {
	asked   Asked
	said    bool // something says that the token is revoked
	found   bool // something says that the token was there
	worst   objection
	against *Fault
}

func (f *finding) object(o objection, fault *Fault) {
	if o > f.worst {
		f.worst, f.against = o, fault
	}
}

// read takes in one object. Within the document of the token the fields are its
// own: there only what speaks against the revocation counts. It is false where the
// text is not one whole object.
func (f *finding) read(object string, depth int, within bool) (ok bool) {
	var m members
	if !m.read(object) {
		return false
	}
	if f.worst < saysFailed && m.failed() {
		f.object(saysFailed, reportedFailure(gjson.Parse(object)))
	}
	f.object(m.write.verdict())
	f.found = f.found || m.write.found
	if !within {
		own, fault := m.document.isOf(f.asked)
		switch {
		case m.isList():
			f.object(saysSomethingElse, errList)
		case fault != nil:
			f.object(saysSomethingElse, fault)
		case m.write.none && !own:
			f.object(saysSomethingElse, errCountsNone)
		}
		if m.write.trouble && !own {
			f.object(saysNotDone, errNotDone)
		}
		f.said = f.said || m.success || m.write.wrote || own
		f.found = f.found || own
		within = own
	}
	return !m.wraps || eachMember(object, func(name string, value gjson.Result) {
		if isWrapper(name) {
			f.unwrap(name, value, depth, within)
		}
	})
}

// unwrap takes in the value of a wrapper.
func (f *finding) unwrap(name string, value gjson.Result, depth int, within bool) {
	ownField := within && name != "result" && name != "lastErrorObject"
	switch {
	case counted[name] && !value.IsObject(): // the write result has it
	case value.IsObject() && depth > 0:
		f.read(value.Raw, depth-1, within)
	case value.IsObject():
		if !isEmpty(value) {
			f.object(saysSomethingElse, unexpected("the server's answer is nested too deep to be read: treat the token as still valid"))
		}
	case value.Type == gjson.False:
		f.object(saysNotDone, errNotDone)
	case ownField:
	case value.IsArray():
		f.object(saysSomethingElse, errList)
	case value.Type == gjson.Null:
		f.object(saysNothingThere, errNoSuchToken)
	case !truthy(value), saysNo(value):
		f.object(saysNotDone, errNotDone)
	}
}

var (
	errList    = unexpected("the server answered with a list: treat the token as still valid")
	errNotDone = &Fault{Advice: "the server says that it did not revoke the token: treat it as still valid"}
)

func nothingRevoked(advice string) *Fault { return &Fault{Kind: NotFound, Advice: advice} }
