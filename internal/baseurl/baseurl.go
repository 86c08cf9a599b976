// Package baseurl knows which addresses of a server can work and which are safe, and
// builds the URLs below them.
package baseurl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// example is what errors show as a base URL of the right form.
const example = "https://api.tiledesk.com/v3"

// Reasons to refuse a base URL for which a program can say what to do instead.
var (
	ErrUserInfo = errors.New("the base URL has user information in it, which ends up in logs")
	ErrInClear  = errors.New("the base URL is http://, which sends the credentials in the clear")
)

// Parse checks a base URL and normalizes it. Its errors say what was wrong and
// how to fix it, and never repeat the URL, which can hold a password.
func Parse(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, errors.New("the base URL is empty: write it like " + example)
	}
	// Before url.Parse, which takes localhost:3000 for a scheme and fails on
	// 127.0.0.1:3000.
	if !strings.Contains(raw, "://") {
		return nil, errors.New("the base URL has no scheme: put https:// in front")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("the base URL cannot be read as a URL: write it like " + example)
	}
	switch {
	case u.Scheme == "":
		return nil, errors.New("the base URL has no scheme: put https:// in front")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the base URL has the scheme %q: use https", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host: write it like " + example)
	case u.User != nil:
		return nil, fmt.Errorf("%w: give it to BasicAuth instead", ErrUserInfo)
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the base URL has a query: take the ? and what follows away")
	case strings.Contains(raw, "#"):
		return nil, errors.New("the base URL has a fragment: take the # and what follows away")
	case !validPort(u.Port()):
		return nil, errors.New("the base URL has a port that does not exist: use one from 1 to 65535")
	}
	return normalize(u), nil
}

// CheckSecurity refuses to send credentials in the clear.
func CheckSecurity(u *url.URL, insecureHTTP bool) error {
	if u.Scheme == "https" || insecureHTTP || IsLoopback(u.Hostname()) {
		return nil
	}
	return fmt.Errorf("%w: use https://, or WithInsecureHTTP if the network is your own", ErrInClear)
}

// IsLoopback reports whether a host is this machine by its name or address.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// Below is the URL of a path below the base URL and of an identifier behind that, the
// only place that puts one into a path. RawPath is always set. Most paths are the same
// with and without escaping, and then built once.
func Below(base *url.URL, path, identifier string) *url.URL {
	u := *base
	u.Path = base.Path + path + identifier
	if escaped := url.PathEscape(identifier); escaped == identifier && base.RawPath == base.Path {
		u.RawPath = u.Path
	} else {
		u.RawPath = base.RawPath + path + escaped
	}
	return &u
}

// normalize takes off the slashes at the end and a colon without a port.
func normalize(u *url.URL) *url.URL {
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
