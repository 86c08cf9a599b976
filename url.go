package tiledesk

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

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

// revocation is the route of a DELETE by jti, or by id.
func revocation(byJTI bool) route {
	if byJTI {
		return routeRevokeByJTI
	}
	return routeRevokeByID
}

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
	check := ident.CheckJTI
	if r.argument == "id" {
		check = ident.CheckID
	}
	switch err := check(identifier); {
	case err == nil:
		return nil
	case errors.Is(err, ident.ErrToken):
		return invalidArgument("the %s %w, and would stand in every access log on the way: use RevokeToken, which reads the jti out of it", r.argument, err)
	case errors.Is(err, ident.ErrIDRoute):
		return invalidArgument("the %s %w: find the entry with ListHistory and use RevokeByID", r.argument, err)
	default:
		return invalidArgument("the %s %w", r.argument, err)
	}
}

// parseBaseURL checks a base URL and tidies it. Its errors say what was wrong and
// how to mend it, and never repeat the URL, which can hold a password.
func parseBaseURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, invalidArgument("the base URL is empty: write it like %s", DefaultBaseURL)
	}
	// Before url.Parse, which takes localhost:3000 for a scheme and fails on
	// 127.0.0.1:3000.
	if !strings.Contains(raw, "://") {
		return nil, invalidArgument("the base URL has no scheme: put https:// in front")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, invalidArgument("the base URL cannot be read as a URL: write it like %s", DefaultBaseURL)
	}
	switch {
	case u.Opaque != "" || u.Scheme == "":
		return nil, invalidArgument("the base URL has no scheme: put https:// in front")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, invalidArgument("the base URL has the scheme %q: use https", u.Scheme)
	case u.Hostname() == "":
		return nil, invalidArgument("the base URL has no host: write it like %s", DefaultBaseURL)
	case u.User != nil:
		return nil, invalidArgument("the base URL has user information in it, which ends up in logs: give it to BasicAuth instead")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, invalidArgument("the base URL has a query: take the ? and what follows away")
	case strings.Contains(raw, "#"):
		return nil, invalidArgument("the base URL has a fragment: take the # and what follows away")
	case !validPort(u.Port()):
		return nil, invalidArgument("the base URL has a port that does not exist: use one from 1 to 65535")
	}
	return tidy(u), nil
}

// checkTransportSecurity refuses to send credentials in the clear.
func checkTransportSecurity(u *url.URL, insecureHTTP bool) error {
	if u.Scheme == "https" || insecureHTTP || isLoopback(u.Hostname()) {
		return nil
	}
	return invalidArgument("the base URL is http://, which sends the credentials in the clear: use https://, or WithInsecureHTTP if the network is your own")
}

// tidy takes off the slashes at the end and a colon without a port.
func tidy(u *url.URL) *url.URL {
	clean := *u
	clean.Host = strings.TrimSuffix(u.Host, ":")
	clean.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	clean.Path, _ = url.PathUnescape(clean.RawPath) // it was valid before
	return &clean
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
