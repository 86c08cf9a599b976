package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// listAt is the error of a list at a URL.
func listAt(t *testing.T, url string) error {
	t.Helper()
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("a", "b"), tiledesk.WithBaseURL(url),
		tiledesk.WithInsecureHTTP(), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.JWT.ListHistory(context.Background(), nil)
	return err
}

// A server with which no secure connection comes about did answer, and what to do
// about it is not to look at the network.
func TestExplain_secureConnections(t *testing.T) {
	t.Parallel()
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came through") })
	untrusted, plain := httptest.NewTLSServer(never), httptest.NewServer(never)
	silent := httptest.NewServer(never)
	untrusted.Config.ErrorLog, plain.Config.ErrorLog = quietLog(), quietLog()
	t.Cleanup(untrusted.Close)
	t.Cleanup(plain.Close)
	silent.Close()
	for _, tt := range []struct{ url, want string }{
		{untrusted.URL, "The certificate of the server is not signed by an authority that this machine trusts, so nothing was sent."},
		{strings.Replace(plain.URL, "http:", "https:", 1), "Something answers there, but not with TLS, so nothing was sent."},
		{silent.URL, "The server did not answer. Check the base URL and your network"},
	} {
		if text := explain(listAt(t, tt.url)); !strings.HasPrefix(text, tt.want) {
			t.Errorf("%s\nwant %s", text, tt.want)
		}
	}
}

// What is neither an answer nor a silence is told in the words of the library.
func TestExplain_neitherAnswerNorSilence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errors.New("tiledesk: the server contradicts itself: 2 tokens are still listed"), "The server contradicts itself: 2 tokens are still listed."},
		{fmt.Errorf("tiledesk: %w: the history goes on", tiledesk.ErrResponseTooLarge), "The list is longer than any real one."},
		{fmt.Errorf("tiledesk: %w", tiledesk.ErrTokensKeepAppearing), "New tokens keep appearing."},
		{&tiledesk.APIError{StatusCode: 422, Method: "DELETE", Message: "no such field"}, "The server did not do it and says why: No such field."},
		{&tiledesk.APIError{StatusCode: 422, Method: "POST", Message: "bad email"}, "The server does not understand the email or the password."},
		{&tiledesk.APIError{StatusCode: 401, Method: "POST", Message: "Wrong password."}, "The server refused the credentials."},
	} {
		if text := explain(tt.err); !strings.HasPrefix(text, tt.want) || strings.Contains(text, "did not answer") {
			t.Errorf("%s\nwant %s", text, tt.want)
		}
	}
}

// No text of a failure advises to change the password, which ends no token.
func TestExplain_neverAdvisesANewPassword(t *testing.T) {
	t.Parallel()
	if !strings.Contains(whatEndsIt, "GLOBAL_SECRET") || !strings.Contains(whatEndsIt, "disabling the user") ||
		!strings.Contains(whatEndsIt, "A new password ends no token.") {
		t.Error(whatEndsIt)
	}
}

// Tokens without a jti are revoked by the server's word alone.
func TestConclude_warnsOfTokensWithoutJTI(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.console.quiet = true
	code := a.conclude(context.Background(), &tiledesk.RevokeReport{Revoked: 3, WithoutJTI: 3}, false)
	if want := "warning: the entries of 3 revoked tokens show no jti"; code != exitDone || !strings.HasPrefix(stderr.String(), want) || !strings.Contains(stderr.String(), whatEndsIt) {
		t.Errorf("%d: %s", code, stderr.String())
	}
}

// One token that failed is nothing that concerns the run.
func TestConclude_saysNothingOfTheRunWhereTokensFailed(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	report := &tiledesk.RevokeReport{Revoked: 1, Failed: 2, Passes: 2, Failures: []tiledesk.RevokeResult{
		{Outcome: tiledesk.Failed, Err: errors.New("any")}, {Outcome: tiledesk.Failed, Err: errors.New("another")},
	}}
	if code := a.conclude(context.Background(), report, false); code != exitUndone || stderr.Len() > 0 {
		t.Errorf("%d: %s", code, stderr.String())
	}
}

// quietLog takes what a server says about connections that fail.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// The server sends JSON as text/html here and there (measured). So does what refuses a
// sign-in, and that is still the server.
func TestExplain_jsonAsHTMLIsTheServers(t *testing.T) {
	t.Parallel()
	refusal := &tiledesk.APIError{
		StatusCode: 500, Method: "POST", Route: "/auth/signin",
		Response: &tiledesk.Response{Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(`{"err":"error"}`)},
	}
	if fromElsewhere(refusal) {
		t.Error("JSON is taken for the page of a proxy")
	}
	refusal.Response.Body = []byte("<html><title>Bad Gateway</title></html>")
	if !fromElsewhere(refusal) {
		t.Error("a page is taken for the server's own")
	}
}
