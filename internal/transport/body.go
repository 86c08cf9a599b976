package transport

import (
	"fmt"
	"io"
	"net/http"
)

// MaxBody is the length above which no answer is read.
const MaxBody = 16 << 20

var errTooLarge = fmt.Errorf("the body has more than %d MiB", MaxBody>>20)

// endIsKnown tells whether the body that was read is known to be the whole body.
// HTTP/1 without a length and without chunks ends a body by closing the connection,
// so that a connection that was cut looks the same (read in net/http's source). A
// response that no connection carried has no protocol version.
func endIsKnown(resp *http.Response, body []byte) bool {
	switch {
	case resp.ProtoMajor != 1, resp.StatusCode == http.StatusNoContent, resp.ContentLength >= 0, len(resp.TransferEncoding) > 0:
		return true // a stream's own end, none, a length, chunks
	}
	return resp.Uncompressed && len(body) > 0 // net/http hides the length; gzip has its own end, unless nothing came at all
}

// readBody reads at most MaxBody bytes and closes the body. That of a 101 is the
// bare connection, from which no context can wake a reader: it is not read.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		return nil, nil
	case resp.ContentLength > MaxBody:
		return nil, errTooLarge
	}
	// What the server announces is trusted for 64 KiB, and one byte to see the end;
	// beyond that, or without, the buffer grows with what really comes.
	size := resp.ContentLength
	if size < 0 {
		size = 511
	}
	body := make([]byte, 0, min(size, 64<<10)+1)
	for {
		n, err := resp.Body.Read(body[len(body):min(cap(body), MaxBody+1)])
		body = body[:len(body)+n]
		switch {
		case len(body) > MaxBody:
			return nil, errTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}
