package wire

import (
	"strings"

	"github.com/tidwall/gjson"
)

// members is what the members of an object say, all read in one go: going
// through JSON is most of the work that an answer makes.
type members struct {
	complaint
	success bool // "success" says yes
	perPage bool
	array   bool // such as lists have
	write   writeResult
	document
	wraps bool // one of them is a wrapper
}

// read reads an object. It is false for any other text.
func (m *members) read(object string) (ok bool) {
	return eachMember(object, func(name string, value gjson.Result) {
		m.complaint.read(name, value)
		m.array = m.array || value.IsArray() && mayBeList(name, value)
		m.write.read(name, value)
		switch name {
		case "success":
			m.success = m.success || value.Type != gjson.False
		case "perPage":
			m.perPage = true
		case "_id":
			m.id, m.named = textOf(value), true
		case "jti":
			m.jti, m.named = textOf(value), true
		}
		m.wraps = m.wraps || isWrapper(name)
	})
}

// isList recognizes the envelope of a list, so that a DELETE which some proxy
// turned into a GET is not a revocation. The document of a token may well hold an
// array of its own.
func (m *members) isList() bool { return m.perPage || m.array && !m.named }

// failed reports whether the members speak against success. A number that only
// may be an HTTP status is one beside words, or where it cannot be the document's.
func (m *members) failed() bool { return m.complaint.failed(m.named) }

// saysAbsent reports whether the members of a 404 are the API's own words, with
// nothing in them that contradicts it.
func (m *members) saysAbsent() bool {
	return m.refused && !m.success && !m.write.found && m.id == "" && !m.isList() &&
		(m.status == 0 || m.status == 404)
}

// complaint is what an object says against success.
type complaint struct {
	refused bool // "success" is false
	reports bool // an error, or a "success" that is not a yes
	worded  bool // it has a message
	status  int  // what looks like an HTTP status, the largest; 0: none
	http    bool // one of them is that of an error
}

// read takes in one member of an object.
func (c *complaint) read(name string, value gjson.Result) {
	switch name {
	case "success":
		c.refused = c.refused || value.Type == gjson.False
		c.reports = c.reports || !affirmed(value)
	case "error", "err", "writeConcernError":
		c.reports = c.reports || truthy(value)
	case "errors", "writeErrors":
		c.reports = c.reports || truthy(value) && !(value.Type == gjson.JSON && isEmpty(value))
	case "message", "msg", "detail", "title":
		c.worded = c.worded || truthy(value)
	case "statusCode", "status", "code", "status_code", "httpStatus", "http_status", "httpCode", "http_code":
		status := wholeNumber(value, 0)
		c.status = max(c.status, status)
		c.http = c.http || status >= 400 && status <= 599
		c.reports = c.reports || name == "status" && failedInWords(value)
	}
}

// failed reports whether the object speaks against success. A number of 400 and
// more is an HTTP status beside a message; without one only where it looks like a
// status, and the object is not the document of a token, whose own it may be.
func (c *complaint) failed(document bool) bool {
	return c.reports || c.worded && c.status >= 400 || c.http && !document
}

func failedInWords(value gjson.Result) bool {
	switch strings.ToLower(value.Str) {
	case "error", "fail", "failed", "failure":
		return true
	}
	return false
}

// readOK takes in a member of an envelope: of a list or of a sign-in, which have no
// write result that would speak for itself.
func (c *complaint) readOK(name string, value gjson.Result) {
	c.read(name, value)
	c.reports = c.reports || name == "ok" && !affirmed(value)
}

func reportedFailure(root gjson.Result) *Fault {
	return &Fault{Message: firstOf(messageOf(root)), Advice: "the server reports a failure"}
}

// document is the token that an object names.
type document struct {
	id, jti string
	named   bool // it has one of the two, if only as null
}

// isOf compares it with the token asked for. It is false when there is none.
func (d document) isOf(asked Asked) (known bool, fault *Fault) {
	own, other, identifier := d.jti, d.id, asked.JTI
	if asked.ID != "" {
		own, other, identifier = d.id, d.jti, asked.ID
	}
	if own == "" {
		own = other
	}
	switch {
	case own == "":
		return false, nil
	case own == identifier, asked.ID != "" && isObjectID(own) && strings.EqualFold(own, identifier):
		return true, nil
	}
	return false, unexpected("the server answered with a document that names another token: treat this one as still valid")
}

// isObjectID reports whether an id is 24 hexadecimal digits, whose case means
// nothing.
func isObjectID(id string) bool {
	return len(id) == 24 && strings.Trim(id, "0123456789abcdefABCDEF") == ""
}

// affirmed is a yes: true, the number 1, or a text that says so. A text
// like "failed" or "pending" is not one.
func affirmed(value gjson.Result) bool {
	switch value.Type {
	case gjson.True:
		return true
	case gjson.Number:
		return value.Num == 1
	case gjson.String:
		return strings.EqualFold(value.Str, "true") || strings.EqualFold(value.Str, "OK") || value.Str == "1"
	default:
		return false
	}
}

// truthy is what the server's language takes for true; "false" counts as false,
// because somebody meant it.
func truthy(value gjson.Result) bool {
	switch value.Type {
	case gjson.True, gjson.JSON:
		return true
	case gjson.Number:
		return value.Num != 0
	case gjson.String:
		return value.Str != "" && !strings.EqualFold(value.Str, "false") && value.Str != "0"
	default:
		return false
	}
}
