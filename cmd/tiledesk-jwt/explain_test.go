package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// answerOf is what a server answered, with the body that it came in.
func answerOf(status int, method, body string) *tiledesk.APIError {
	return &tiledesk.APIError{StatusCode: status, Method: method, Response: &tiledesk.Response{StatusCode: status, Body: []byte(body)}}
}

// Each answer has a sentence that says what to do, and an exit code.
func TestExplain_saysWhatToDoAboutAnAnswer(t *testing.T) {
	t.Parallel()
	const fromProxy, refusal = "This refusal is not one of the Tiledesk server itself", "The server refused the credentials."
	busy := func(wait time.Duration) error {
		return &tiledesk.APIError{StatusCode: 429, Method: "GET", RetryAfter: wait}
	}
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{answerOf(401, "GET", "Unauthorized"), exitRefused, refusal},
		{answerOf(401, "GET", "<html>"), exitRefused, fromProxy},
		{answerOf(401, "POST", `{"success":false}`), exitRefused, refusal},
		{answerOf(401, "POST", `{"error":"no"}`), exitRefused, fromProxy},
		{&tiledesk.APIError{StatusCode: 401, Method: "POST"}, exitRefused, refusal},
		{answerOf(403, "DELETE", ""), exitRefused, "The server forbids this to these credentials."},
		{answerOf(302, "GET", ""), exitUndone, "The server redirects instead of answering"},
		{busy(0), exitUndone, "The server wants fewer requests. Wait a minute, then"},
		{busy(time.Minute), exitUndone, "The server wants fewer requests. Wait a minute, then"},
		{busy(90*time.Second + 400*time.Millisecond), exitUndone, "The server wants fewer requests. Wait 1m30s, then"},
		{answerOf(404, "GET", `{"success":false,"msg":"not found"}`), exitUndone, "The server has nothing at this address. Check the base URL."},
		{answerOf(404, "DELETE", `{"success":false,"msg":"not found"}`), exitUndone, "The server does not know this. Check the base URL and the identifier."},
		{answerOf(404, "DELETE", "<html>"), exitUndone, elsewhere},
		{answerOf(500, "DELETE", ""), exitUndone, "The server failed. Try again later; a malformed id gets the same answer."},
		{answerOf(500, "GET", ""), exitUndone, "The server failed. Try again later. ("},
		{answerOf(503, "DELETE", ""), exitUndone, "The server failed. Try again later. ("},
		{answerOf(422, "POST", ""), exitUndone, "The server does not understand the email or the password."},
		{answerOf(422, "DELETE", ""), exitUndone, "The server did not do it, and its answer does not say why."},
		{answerOf(418, "POST", ""), exitUndone, "The server did not do it, and its answer does not say why."},
		{&tiledesk.APIError{StatusCode: 409, Message: "locked"}, exitUndone, "The server did not do it and says why: Locked. Try again once that is settled."},
		{fmt.Errorf("x: %w", tiledesk.ErrHistoryUnavailable), exitNoHistory, "X: "},
		{fmt.Errorf("tiledesk: %w", tiledesk.ErrIncompleteHistory), exitUndone, incompleteList + " ("},
		{context.Canceled, exitInterrupted, "Interrupted."},
		{usage("Say it."), exitUsage, "Say it."},
	} {
		if got := explain(c.err); !strings.HasPrefix(got, c.want) || codeOf(c.err) != c.code {
			t.Errorf("%v: exit code %d: %s\nwant %s", c.err, codeOf(c.err), got, c.want)
		}
	}
}

// Whether a refusal is the server's own depends on what was asked.
func TestExplain_tellsAProxyFromTheServer(t *testing.T) {
	t.Parallel()
	page := answerOf(500, "POST", "Bad Gateway")
	page.Response.Header = http.Header{"Content-Type": {"text/html"}}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{errors.New("any"), false}, {nil, false},
		{answerOf(401, "DELETE", "Unauthorized"), false}, {answerOf(401, "DELETE", "no"), true},
		{answerOf(401, "POST", `{"success":false}`), false}, {answerOf(401, "POST", "Unauthorized"), true},
		{&tiledesk.APIError{StatusCode: 401, Method: "POST"}, false}, {&tiledesk.APIError{StatusCode: 500, Method: "POST"}, false},
		{answerOf(422, "POST", "no"), false}, {answerOf(422, "POST", "<html>"), true}, {page, true},
	} {
		if got := fromElsewhere(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}

// A call that was not answered has a cause that can be looked at.
func TestExplain_saysWhatToDoAboutASilence(t *testing.T) {
	t.Parallel()
	certificate := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	const failed = "The secure connection to the server failed."
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "x"}, "The host of the base URL cannot be found."},
		{context.DeadlineExceeded, "The server did not answer in time."},
		{syscall.ECONNREFUSED, "The server did not answer. Check the base URL"},
		{http.ErrSchemeMismatch, "Something answers there, but not with TLS"},
		{tls.RecordHeaderError{Msg: "x"}, "Something answers there, but not with TLS"},
		{certificate(x509.HostnameError{Certificate: new(x509.Certificate), Host: "x"}), "The certificate of the server is for another host"},
		{certificate(x509.CertificateInvalidError{Reason: x509.Expired}), "The certificate of the server is expired or not yet valid"},
		{certificate(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}), failed},
		{certificate(x509.UnknownAuthorityError{}), "The certificate of the server is not signed by an authority"},
		{certificate(errors.New("x")), failed}, {tls.AlertError(40), failed}, {errors.New("remote error: tls: x"), failed},
	} {
		if got := explainSilence(fmt.Errorf("GET: %w", c.err)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %s\nwant %s", c.err, got, c.want)
		}
	}
}

// What ended is told with what was not written, and a reader that left is no failure.
func TestUnwritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
		want string
	}{
		{nil, exitDone, ""}, {fmt.Errorf("write: %w", syscall.EPIPE), exitDone, ""}, {usage("Say it."), exitUsage, "Say it."},
		{syscall.ENOSPC, exitUndone, "The list could not be written: no space left on device. Make room, or write it somewhere else."},
	} {
		err := unwritten("The list", c.err)
		if got := explainIf(err); got != c.want || codeOf(err) != c.code {
			t.Errorf("%v: exit code %d: %s", c.err, codeOf(err), got)
		}
	}
	for code := range exitNoHistory + 1 {
		if err := ended(code); codeOf(err) != code || (err == nil) != (code == exitDone) || explainIf(err) != "" {
			t.Errorf("%d: %v", code, err)
		}
		if worse(code, exitUsage) != exitUsage || worse(exitUsage, code) != exitUsage {
			t.Errorf("%d is worse than wrong usage", code)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "a": "A.", "a.": "A.", "why?": "Why?", "now!": "Now!", "a (b)": "A (b)", "it is x:": "It is x:.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	err := errors.New("tiledesk: invalid argument: the jti: tiledesk: invalid argument: it is: tiledesk: blank: invalid argument: so")
	if got, want := withoutPrefix(err), "the jti: it is: blank: so"; got != want {
		t.Errorf("%q", got)
	}
}
