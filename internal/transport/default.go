package transport

import "net/http"

// Default is the transport of a program that asked for none: its own, unless
// http.DefaultTransport was replaced by something that is not an *http.Transport.
// Who does that, a mock or a recorder, wants to see what others send by it. It is
// looked at for each request, since a test may replace it at any time.
type Default struct{ Own *http.Transport }

// RoundTrip sends a request.
func (d Default) RoundTrip(r *http.Request) (*http.Response, error) {
	replaced := http.DefaultTransport
	if _, plain := replaced.(*http.Transport); plain || replaced == nil {
		return d.Own.RoundTrip(r)
	}
	return replaced.RoundTrip(r)
}
