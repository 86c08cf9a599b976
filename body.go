package tiledesk

import (
	"io"
	"net/http"
)

// bodyEnd is how much is known about the end of a body. Zero is what an answer has
// that no connection carried.
type bodyEnd int

const (
	endKnown bodyEnd = iota
	endOpen          // it ended when the connection did: more may have been meant to come
	endCut           // it broke off before its announced end
)

// endOf tells whether the body that was read is the whole body. HTTP/1 without a
// length and without chunks ends a body by closing the connection, so that a
// connection that was cut looks the same (read in net/http's source).
func endOf(resp *http.Response, body []byte, err error) bodyEnd {
	switch {
	case err != nil:
		return endCut
	case resp.ProtoMajor != 1, resp.StatusCode == http.StatusNoContent, resp.ContentLength >= 0, len(resp.TransferEncoding) > 0:
		return endKnown // a stream's own end, none, a length, chunks
	case resp.Uncompressed && len(body) > 0:
		return endKnown // net/http hides the length; gzip has its own end, unless nothing came at all
	}
	return endOpen
}

// readBody reads at most maxBody bytes and closes the body. That of a 101 is the
// bare connection, from which no context can wake a reader: it is not read.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		return nil, nil
	case resp.ContentLength > maxBody:
		return nil, ErrResponseTooLarge
	}
	// What the server announces is trusted for 64 KiB, and one byte to see the end;
	// beyond that, or without, the buffer grows with what really comes.
	size := resp.ContentLength
	if size < 0 {
		size = 511
	}
	body := make([]byte, 0, min(size, 64<<10)+1)
	for {
		n, err := resp.Body.Read(body[len(body):min(cap(body), maxBody+1)])
		body = body[:len(body)+n]
		switch {
		case len(body) > maxBody:
			return nil, ErrResponseTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}
