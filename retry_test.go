package tiledesk

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetry_status(t *testing.T) {
	t.Parallel()
	tests := map[int]bool{
		301: false, 400: false, 401: false, 403: false, 404: false, 408: false, 409: false, 422: false, 425: false,
		429: true, 500: false, 501: false, 502: true, 503: true, 504: true, 505: false, 599: false,
	}
	for name, call := range bothCalls {
		for status, retried := range tests {
			t.Run(fmt.Sprintf("%s %d", name, status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := answering(reply(status, ""))
					attempts := 1
					if retried {
						attempts = 4
					}
					err := call.run(t, newTestClient(t, testURL, withTransport(transport)))
					apiErrorOf(t, err, status, attempts)
					transport.sent(t, attempts, call.method, call.path)
				})
			})
		}
	}
}

func TestRetry_succeedsInTheEnd(t *testing.T) {
	t.Parallel()
	for name, call := range bothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := answering(reply(503, "busy"), breakOff(io.EOF), reply(200, call.success))
				if err := call.run(t, newTestClient(t, testURL, withTransport(transport))); err != nil {
					t.Error(err)
				}
				transport.sent(t, 3, call.method, call.path)
			})
		})
	}
}

func TestRetry_attemptsOfASuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newTestClient(t, testURL, withTransport(answering(reply(502, ""), reply(429, ""), reply(200, "[]"))))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 3 {
			t.Errorf("got %v, %v, want a page after 3 attempts", page, err)
		}
	})
}

func TestRetry_connection(t *testing.T) {
	t.Parallel()
	wrapped := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	tests := map[string]struct {
		err     error
		retried bool
	}{
		"reset":                       {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, true},
		"refused":                     {&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, true},
		"end of file":                 {io.EOF, true},
		"unexpected end of file":      {io.ErrUnexpectedEOF, true},
		"timeout":                     {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		"name server busy":            {&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, true},
		"no such host":                {&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, false},
		"certificate":                 {wrapped, false},
		"certificate, wrapped":        {fmt.Errorf("tracing: %w", wrapped), false},
		"unknown authority, wrapped":  {fmt.Errorf("tracing: %w", x509.UnknownAuthorityError{}), false},
		"host name, wrapped":          {fmt.Errorf("tracing: %w", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}), false},
		"expired, wrapped":            {fmt.Errorf("tracing: %w", x509.CertificateInvalidError{Reason: x509.Expired}), false},
		"TLS alert":                   {tls.AlertError(40), false},
		"TLS to a plain port":         {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, false},
		"plain HTTP to a TLS port":    {fmt.Errorf("x: %w", http.ErrSchemeMismatch), false},
		"unsupported protocol scheme": {errors.New(`unsupported protocol scheme "ftp"`), false},
		"invalid header":              {errors.New("net/http: invalid header field value"), false},
	}
	for sentence, test := range tests {
		for name, call := range bothCalls {
			t.Run(sentence+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := answering(breakOff(test.err))
					err := call.run(t, newTestClient(t, testURL, withTransport(transport)))
					attempts := 1
					if test.retried {
						attempts = 4
					}
					transport.sent(t, attempts, call.method, call.path)
					if err == nil || !errors.Is(err, test.err) {
						t.Errorf("got %v, want an error that answers to %v", err, test.err)
					}
					if after := fmt.Sprintf("after %d attempts", attempts); attempts > 1 && !strings.Contains(err.Error(), after) {
						t.Errorf("%q does not say %q", err, after)
					}
				})
			})
		}
	}
}

func TestRetry_brokenBody(t *testing.T) {
	t.Parallel()
	for name, call := range bothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := answering(cutShort(200, call.success), reply(200, call.success))
				if err := call.run(t, newTestClient(t, testURL, withTransport(transport))); err != nil {
					t.Error(err)
				}
				transport.sent(t, 2, call.method, call.path)

				transport = answering(cutShort(200, call.success))
				err := call.run(t, newTestClient(t, testURL, withTransport(transport)))
				apiErrorOf(t, err, 200, 4)
				if !errors.Is(err, ErrUnexpectedResponse) || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %v, want ErrUnexpectedResponse because of a broken connection", err)
				}

				transport = answering(cutShort(404, "gone"))
				err = call.run(t, newTestClient(t, testURL, withTransport(transport)))
				apiErrorOf(t, err, 404, 1)
			})
		})
	}
}

func TestRetryPolicy_check(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy RetryPolicy
		valid  bool
	}{
		"the zero policy":                     {RetryPolicy{}, true},
		"only retries":                        {RetryPolicy{MaxRetries: 5}, true},
		"a short MaxWait":                     {RetryPolicy{MaxWait: time.Millisecond}, true},
		"everything huge":                     {RetryPolicy{math.MaxInt, math.MaxInt64, math.MaxInt64, math.MaxInt64}, true},
		"equal waits":                         {RetryPolicy{1, time.Second, time.Second, 0}, true},
		"negative retries":                    {RetryPolicy{MaxRetries: -1}, false},
		"negative MinWait":                    {RetryPolicy{MinWait: -1}, false},
		"negative MaxWait":                    {RetryPolicy{MaxWait: -1}, false},
		"negative MaxRetryAfter":              {RetryPolicy{MaxRetryAfter: -1}, false},
		"MinWait above MaxWait":               {RetryPolicy{MinWait: 2, MaxWait: 1}, false},
		"MinWait above the default MaxWait":   {RetryPolicy{MinWait: time.Minute}, false},
		"negative MinWait and default others": {RetryPolicy{MaxRetries: 1, MinWait: -time.Hour}, false},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			_, err := NewClient(JWTAuth(testToken), WithRetryPolicy(test.policy))
			if valid := err == nil; valid != test.valid || !valid && !errors.Is(err, ErrInvalidArgument) {
				t.Errorf("got %v, want valid: %t", err, test.valid)
			}
		})
	}
}
