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
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// The exit codes.
const (
	exitDone        = 0
	exitUndone      = 1 // something was not revoked, not found or not confirmed
	exitUsage       = 2 // wrong usage, or refused before anything was sent
	exitRefused     = 3 // the server refused the authorization
	exitInterrupted = 4 // or stopped before every token was attempted
	exitNoHistory   = 5 // the server has no history module
)

// failure is an error with the exit code that it stands for. Its text is one or
// more sentences that say what to do next; an empty text was said before.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

// usage is wrong usage, or what was refused before anything was sent.
func usage(format string, args ...any) error {
	return &failure{exitUsage, fmt.Sprintf(format, args...)}
}

// undone is what was asked for and did not come about.
func undone(format string, args ...any) error {
	return &failure{exitUndone, fmt.Sprintf(format, args...)}
}

// unwritten is output that did not arrive. A reader that has left is not an error.
func unwritten(what string, err error) error {
	var known *failure
	switch {
	case err == nil, readerLeft(err):
		return nil
	case errors.As(err, &known):
		return err
	}
	return undone("%s could not be written: %s. Make room, or write it somewhere else.", what, unreadable(err))
}

// ended is an exit code for which everything has been said.
func ended(code int) error {
	if code == exitDone {
		return nil
	}
	return &failure{code: code}
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	var f *failure
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &f):
		return f.code
	case errors.Is(err, tiledesk.ErrUnauthorized), errors.Is(err, tiledesk.ErrForbidden):
		return exitRefused
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		return exitNoHistory
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, tiledesk.ErrInvalidArgument):
		return exitUsage
	}
	return exitUndone
}

// worse is the exit code that says more: 3, then 5, then 4, then 1. Wrong usage
// is found before anything else can happen.
func worse(a, b int) int {
	for _, code := range []int{exitUsage, exitRefused, exitNoHistory, exitInterrupted, exitUndone} {
		if a == code || b == code {
			return code
		}
	}
	return exitDone
}

// explain puts an error into sentences that say what to do next.
func explain(err error) string {
	var f *failure
	var answered *tiledesk.APIError
	said := " (" + withoutPrefix(err) + ")"
	switch {
	case errors.As(err, &f):
		return f.text
	case errors.Is(err, tiledesk.ErrInvalidArgument):
		return explainArgument(err)
	case errors.Is(err, context.Canceled):
		return "Interrupted."
	case errors.Is(err, tiledesk.ErrTokensKeepAppearing):
		return "New tokens keep appearing. End whatever signs in, or revoke what is older with --older-than, then run the same command again." + said
	case errors.Is(err, tiledesk.ErrIncompleteHistory):
		return incompleteList + said
	case errors.As(err, &answered):
		return explainAnswer(err, answered) + said
	case errors.Is(err, tiledesk.ErrResponseTooLarge):
		return "The list is longer than any real one. Look at it page by page with tiledesk-jwt list --page, and run tiledesk-jwt doctor." + said
	case errors.Is(err, tiledesk.ErrNoAnswer):
		return explainSilence(err) + said
	}
	return sentence(withoutPrefix(err))
}

const incompleteList = "The list may lack tokens. List again; if it stays so, run tiledesk-jwt doctor."

// explainAnswer is for what the server answered.
func explainAnswer(err error, answered *tiledesk.APIError) string {
	switch {
	case errors.Is(err, tiledesk.ErrUnauthorized) && fromElsewhere(err):
		return "This refusal is not one of the Tiledesk server itself: a proxy or gateway asks for credentials of its own, and nothing is known about the token. Check the base URL, and what stands in front of the server."
	case errors.Is(err, tiledesk.ErrUnauthorized):
		return "The server refused the credentials. Check them and the base URL; a token may have been revoked, then sign in again."
	case errors.Is(err, tiledesk.ErrForbidden):
		return "The server forbids this to these credentials. Use those of the account whose tokens they are."
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		return "This server has no history module, so it can neither list nor revoke tokens. Check the base URL, or have its administrator install the module @tiledesk-ent/tiledesk-server-jwthistory. " + whatEndsIt
	case errors.Is(err, tiledesk.ErrRedirected):
		return "The server redirects instead of answering, and no revocation follows a redirect. Set the base URL to the address of the API itself."
	case errors.Is(err, tiledesk.ErrRateLimited):
		wait := "a minute"
		if answered.RetryAfter > time.Minute {
			wait = answered.RetryAfter.Round(time.Second).String()
		}
		return "The server wants fewer requests. Wait " + wait + ", then continue with a lower --rate."
	case errors.Is(err, tiledesk.ErrNotFound):
		return explainNotFound(err, answered)
	case errors.Is(err, tiledesk.ErrUnexpectedResponse), errors.Is(err, tiledesk.ErrResponseTooLarge):
		return elsewhere
	}
	return explainRefusal(err, answered)
}

// explainNotFound says what a 404 is about: an identifier stands in a DELETE only.
func explainNotFound(err error, answered *tiledesk.APIError) string {
	switch {
	case fromElsewhere(err):
		return elsewhere
	case answered.Method != http.MethodDelete:
		return "The server has nothing at this address. Check the base URL."
	}
	return "The server does not know this. Check the base URL and the identifier."
}

// explainRefusal is for the statuses that say little.
func explainRefusal(err error, answered *tiledesk.APIError) string {
	switch {
	case answered.StatusCode == http.StatusUnprocessableEntity && answered.Method == http.MethodPost:
		return "The server does not understand the email or the password. Check TILEDESK_EMAIL and TILEDESK_PASSWORD."
	case answered.StatusCode == http.StatusInternalServerError && answered.Method == http.MethodDelete:
		return "The server failed. Try again later; a malformed id gets the same answer."
	case errors.Is(err, tiledesk.ErrServer):
		return "The server failed. Try again later."
	case answered.Message == "":
		return "The server did not do it, and its answer does not say why. Try again; if it stays so, ask its administrator."
	}
	return "The server did not do it and says why: " + sentence(answered.Message) + " Try again once that is settled."
}

// whatEndsIt is what ends a token that no revocation ends (measured): the server
// signs sign-in tokens with its GLOBAL_SECRET and asks whether the user is enabled.
const whatEndsIt = "What does end a token: a new GLOBAL_SECRET of the server, which ends all tokens of all users, or disabling the user (a status that is not 100). A new password ends no token."

const elsewhere = "This answer is not what the API of Tiledesk says. Check the base URL; a proxy or a web application may answer there."

// fromElsewhere reports whether it was not the server itself that refused, but a
// proxy in front of it or a wrong address. What that says is not about tokens.
func fromElsewhere(err error) bool {
	var answered *tiledesk.APIError
	switch {
	case !errors.As(err, &answered):
		return false
	case answered.Method == http.MethodPost && answered.StatusCode == http.StatusUnauthorized:
		return answered.Response != nil && !wire.SaysFailure(wire.Answer{Body: answered.Response.Body})
	case answered.Method == http.MethodPost: // the server refuses a sign-in in many words
		return answered.Response != nil && wire.IsPage(answered.Response.Header, answered.Response.Body)
	}
	return !answered.FromServer()
}

// explainSilence is for calls that were not answered.
func explainSilence(err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return "The host of the base URL cannot be found. Check its spelling and your network."
	case errors.Is(err, context.DeadlineExceeded):
		return "The server did not answer in time. Try again, or raise --timeout."
	}
	if text := explainTLS(err); text != "" {
		return text
	}
	return "The server did not answer. Check the base URL and your network, then try again."
}

// explainTLS is for servers that answer, but with which no secure connection comes
// about; it is empty for anything else. Most errors of crypto/tls have no type, only
// the word in front.
func explainTLS(err error) string {
	var (
		record   tls.RecordHeaderError
		alert    tls.AlertError
		verified *tls.CertificateVerificationError
		host     x509.HostnameError
		expired  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "Something answers there, but not with TLS, so nothing was sent. Check the port of the base URL, and whether it should begin with http://."
	case errors.As(err, &host):
		return "The certificate of the server is for another host, so nothing was sent. Check the spelling of the base URL, and who answers there."
	case errors.As(err, &expired) && expired.Reason == x509.Expired:
		return "The certificate of the server is expired or not yet valid, so nothing was sent. Check the clock of this machine, or have the server's administrator renew the certificate."
	case errors.As(err, &unknown):
		return "The certificate of the server is not signed by an authority that this machine trusts, so nothing was sent. If it is your own server, name the certificate of its authority in SSL_CERT_FILE, or add it to those of the system; else check who answers there."
	case errors.As(err, &verified), errors.As(err, &alert), strings.Contains(err.Error(), "tls: "):
		return "The secure connection to the server failed. Check the base URL, and what stands between this machine and the server."
	}
	return ""
}

// withoutPrefix is the text of an error without the name of the package and of the
// kind, also where they stand in front of an error inside.
func withoutPrefix(err error) string {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "tiledesk: "), "invalid argument: ")
	return prefixesInside.Replace(text)
}

var prefixesInside = strings.NewReplacer(": tiledesk: invalid argument: ", ": ", ": tiledesk: ", ": ", ": invalid argument: ", ": ")

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string { return stopped(sentenceCase(text)) }

// stopped ends with a full stop, or what does as well.
func stopped(text string) string {
	if text == "" || strings.ContainsRune(".!?)", rune(text[len(text)-1])) {
		return text
	}
	return text + "."
}
