package tiledesktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

const (
	typeJSON = "application/json; charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
)

// reply is an answer that is not sent yet, so that a fault can change or lose
// it. Its value holds copies only: it is encoded without the lock.
type reply struct {
	status  int
	header  http.Header
	value   any    // sent as JSON unless nil
	text    string // sent when there is no value
	chunked bool   // sent without a Content-Length
}

// failureBody is the usual shape of an error.
type failureBody struct {
	Success bool   `json:"success"`
	Msg     string `json:"msg"`
}

func jsonReply(status int, value any) reply {
	return reply{status: status, header: http.Header{"Content-Type": {typeJSON}}, value: value}
}

func failure(status int, msg string) reply {
	return jsonReply(status, failureBody{Msg: msg})
}

// brokenRequest is the answer of the server's own error handler.
func brokenRequest() reply {
	return jsonReply(http.StatusInternalServerError, struct {
		Err string `json:"err"`
	}{"error"})
}

func html(status int, text string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {typeHTML}}, text: text}
}

// bare is how the server's authentication ends a request: the status as text,
// chunked, without a Content-Type.
func bare(status int) reply {
	return reply{
		status:  status,
		header:  http.Header{"Content-Type": nil}, // nil keeps net/http from adding one
		text:    http.StatusText(status),
		chunked: true,
	}
}

// send writes the reply, with the headers given in place of its own.
func (rep reply) send(w http.ResponseWriter, header http.Header) {
	body := []byte(rep.text)
	if rep.value != nil {
		body = encode(rep.value)
	}
	h := w.Header()
	if !rep.chunked && bodyAllowed(rep.status) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	for _, fields := range []http.Header{rep.header, header} {
		for name, values := range fields {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	w.WriteHeader(rep.status)
	if rep.chunked {
		// Once flushed, net/http can no longer count the bytes itself.
		_ = http.NewResponseController(w).Flush()
	}
	// What cannot be written has nobody left to read it.
	_, _ = w.Write(body)
}

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// encode writes JSON as JavaScript does, which does not escape < > &.
func encode(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // values of our own types: cannot happen
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// cut ends the connection in the middle of a reply. The status line is sent
// because net/http repeats a GET on its own, unseen by the caller, when a
// connection that it used before breaks without one byte of an answer.
func cut(w http.ResponseWriter) {
	conn, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = buffer.WriteString("HTTP/1.1 200 OK\r\n")
	_ = buffer.Flush()
	_ = conn.Close()
}
