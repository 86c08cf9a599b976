package transport

import (
	"net"
	"net/http"
	"time"
)

const (
	// Enough for bulk work at any sensible concurrency; Go's default of 2 makes
	// new connections all the time.
	idleConnections = 64

	// Below the time limit of an attempt, whose timer is then never the next one to
	// fire: to start that one would wake the runtime's poller, 3 % of a call.
	idleConnTimeout = 25 * time.Second

	maxResponseHeader = 1 << 20
)

// New is a transport that is built from nothing rather than cloned, because the default
// one may have been replaced by something that is not an *http.Transport. Direct says
// that all requests are for this machine: they may be in the clear and go through no
// proxy, an exception that net/http makes for fewer names than we do.
func New(direct bool) *http.Transport {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           idleConnections,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleConnTimeout,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxResponseHeader,
	}
	if direct {
		t.Proxy = nil
	}
	return t
}

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
