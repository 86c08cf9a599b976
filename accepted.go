package tiledesk

import "sync/atomic"

// accepted is the last authorization that the server took: a call under it was
// answered 2xx and read. It lives in a closure, so that nothing that prints a
// struct can print it. A nil one remembers nothing.
type accepted struct{ last atomic.Pointer[func() string] }

// has reports whether this authorization is the one.
func (a *accepted) has(authorization string) bool {
	if a == nil || authorization == "" {
		return false
	}
	last := a.last.Load()
	return last != nil && (*last)() == authorization
}

// note remembers an authorization. It allocates only when there is a new one.
func (a *accepted) note(authorization string) {
	if a != nil && authorization != "" && !a.has(authorization) {
		a.last.Store(kept(authorization))
	}
}

// noteFirst remembers an authorization unless there is one already.
func (a *accepted) noteFirst(authorization string) {
	if a != nil {
		a.last.CompareAndSwap(nil, kept(authorization))
	}
}

func kept(authorization string) *func() string {
	value := func() string { return authorization }
	return &value
}

// tookBefore reports whether this client knows that the server took this very
// authorization before: it signed in for it, or a call under it was a success.
// Only then does the server's own 401 mean that the token has ended.
func (c *Client) tookBefore(authorization string) bool { return c.accepted.has(authorization) }
