package tiledesk

import (
	"net/url"
	"regexp"
	"strings"
)

// maxIdentifier is the length in bytes that no jti and no id needs.
const maxIdentifier = 4 << 10

// A route is one line of the API's table: the template that errors and logs
// show, and the way there.
type route struct {
	method   string
	template string // "/jwt/history/:jti"
	prefix   string // what stands before the identifier; all of it when there is none
	argument string // the identifier's name; empty when the route has none
}

var (
	routeList        = route{method: "GET", template: "/jwt/history", prefix: "/jwt/history"}
	routeRevokeByJTI = route{method: "DELETE", template: "/jwt/history/:jti", prefix: "/jwt/history/", argument: "jti"}
	routeRevokeByID  = route{method: "DELETE", template: "/jwt/history/id/:id", prefix: "/jwt/history/id/", argument: "id"}
)

// shapedLikeJWT finds three base64url parts, padded or not, of which the first
// begins with {" in base64, anywhere in a text. The last part is empty in an
// unsigned token. holdsJWT is stricter: "keyJobs.v1.2" is an innocent identifier.
var (
	shapedLikeJWT = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+=*\.[A-Za-z0-9_-]+=*\.[A-Za-z0-9_-]*=*`)
	holdsJWT      = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.-])` + shapedLikeJWT.String())
)

// path builds the decoded and the escaped path of the route. It is the only
// place that puts an identifier into a path.
func (r route) path(identifier string) (decoded, escaped string, err error) {
	if r.argument == "" {
		return r.prefix, r.prefix, nil
	}
	if err := r.checkIdentifier(identifier); err != nil {
		return "", "", err
	}
	decoded = r.prefix + identifier
	if part := url.PathEscape(identifier); part != identifier {
		return decoded, r.prefix + part, nil
	}
	return decoded, decoded, nil
}

// checkIdentifier refuses what would reach another route or give a secret away.
// Its errors never repeat the identifier.
func (r route) checkIdentifier(identifier string) error {
	switch {
	case identifier == "":
		return invalidArgument("the %s is empty", r.argument)
	case strings.TrimSpace(identifier) == "":
		return invalidArgument("the %s is blank", r.argument)
	case len(identifier) > maxIdentifier:
		return invalidArgument("the %s has %d bytes; more than %d cannot be one", r.argument, len(identifier), maxIdentifier)
	case hasControl(identifier):
		return invalidArgument("the %s has a control character in it; was a line break read along with it?", r.argument)
	case hasDotSegment(identifier):
		return invalidArgument("the %s has a segment . or .. in it, which a proxy could resolve to another route", r.argument)
	case strings.Contains(identifier, "eyJ") && holdsJWT.MatchString(identifier): // the first is quick
		return invalidArgument("the %s is a whole token, which would stand in every access log on the way: use RevokeToken, which reads the jti out of it", r.argument)
	}
	return nil
}

// hasDotSegment splits at both slashes, because some servers take a backslash
// for one.
func hasDotSegment(s string) bool {
	if !strings.Contains(s, ".") { // as in most identifiers
		return false
	}
	for segment := range strings.FieldsFuncSeq(s, isSlash) {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }
