package baseurl

import (
	"fmt"
	"net/url"
)

// Redirect says where a Location points to, as seen from a base URL: scheme and host
// and no more of it, without what clean takes out.
func Redirect(base *url.URL, location string, clean func(string) string) string {
	const so = "no redirect is followed; use the address of the API itself as base URL"
	if location == "" {
		return "the redirect names no Location; " + so
	}
	target, err := url.Parse(location)
	if err == nil {
		target = base.ResolveReference(target)
	}
	if err != nil || target.Host == "" {
		return "the redirect has a malformed Location; " + so
	}
	place := clean(target.Scheme + "://" + target.Host)
	if target.Scheme == base.Scheme && target.Host == base.Host {
		place = "another path of " + place
	}
	return fmt.Sprintf("the redirect points to %s; %s", place, so)
}
