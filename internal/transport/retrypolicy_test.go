package transport_test

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

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestRetryPolicy_statuses(t *testing.T) {
	t.Parallel()
	tests := map[int]bool{
		301: false, 400: false, 401: false, 403: false, 404: false, 408: false, 409: false, 422: false, 425: false,
		429: true, 500: false, 501: false, 502: true, 503: true, 504: true, 505: false, 599: false,
	}
	for name, call := range servertest.BothCalls {
		for status, retried := range tests {
			t.Run(fmt.Sprintf("%s %d", name, status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := servertest.Answering(servertest.Reply(status, ""))
					attempts := 1
					if retried {
						attempts = 4
					}
					err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
					servertest.APIErrorOf(t, err, status, attempts)
					transport.Sent(t, attempts, call.Method, call.Path)
				})
			})
		}
	}
}

func TestRetryPolicy_succeedsInTheEnd(t *testing.T) {
	t.Parallel()
	for name, call := range servertest.BothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := servertest.Answering(servertest.Reply(503, "busy"), servertest.BreakOff(io.EOF), servertest.Reply(200, call.Success))
				if err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))); err != nil {
					t.Error(err)
				}
				transport.Sent(t, 3, call.Method, call.Path)
			})
		})
	}
}

func TestRetryPolicy_attemptsOfASuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(servertest.Reply(502, ""), servertest.Reply(429, ""), servertest.Reply(200, "[]"))))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 3 {
			t.Errorf("got %v, %v, want a page after 3 attempts", page, err)
		}
	})
}

func TestRetryPolicy_connections(t *testing.T) {
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
		for name, call := range servertest.BothCalls {
			t.Run(sentence+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := servertest.Answering(servertest.BreakOff(test.err))
					err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
					attempts := 1
					if test.retried {
						attempts = 4
					}
					transport.Sent(t, attempts, call.Method, call.Path)
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

func TestRetryPolicy_brokenBody(t *testing.T) {
	t.Parallel()
	for name, call := range servertest.BothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := servertest.Answering(servertest.CutShort(200, call.Success), servertest.Reply(200, call.Success))
				if err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))); err != nil {
					t.Error(err)
				}
				transport.Sent(t, 2, call.Method, call.Path)

				transport = servertest.Answering(servertest.CutShort(200, call.Success))
				err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
				servertest.APIErrorOf(t, err, 200, 4)
				if !errors.Is(err, tiledesk.ErrUnexpectedResponse) || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %v, want ErrUnexpectedResponse because of a broken connection", err)
				}

				transport = servertest.Answering(servertest.CutShort(404, "gone"))
				err = call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
				servertest.APIErrorOf(t, err, 404, 1)
			})
		})
	}
}

func TestWithRetryPolicy_checks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policy tiledesk.RetryPolicy
		valid  bool
	}{
		"the zero policy":                     {tiledesk.RetryPolicy{}, true},
		"only retries":                        {tiledesk.RetryPolicy{MaxRetries: 5}, true},
		"a short MaxWait":                     {tiledesk.RetryPolicy{MaxWait: time.Millisecond}, true},
		"everything huge":                     {tiledesk.RetryPolicy{MaxRetries: math.MaxInt, MinWait: math.MaxInt64, MaxWait: math.MaxInt64, MaxRetryAfter: math.MaxInt64}, true},
		"equal waits":                         {tiledesk.RetryPolicy{MaxRetries: 1, MinWait: time.Second, MaxWait: time.Second}, true},
		"negative retries":                    {tiledesk.RetryPolicy{MaxRetries: -1}, false},
		"negative MinWait":                    {tiledesk.RetryPolicy{MinWait: -1}, false},
		"negative MaxWait":                    {tiledesk.RetryPolicy{MaxWait: -1}, false},
		"negative MaxRetryAfter":              {tiledesk.RetryPolicy{MaxRetryAfter: -1}, false},
		"MinWait above MaxWait":               {tiledesk.RetryPolicy{MinWait: 2, MaxWait: 1}, false},
		"MinWait above the default MaxWait":   {tiledesk.RetryPolicy{MinWait: time.Minute}, false},
		"negative MinWait and default others": {tiledesk.RetryPolicy{MaxRetries: 1, MinWait: -time.Hour}, false},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			_, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithRetryPolicy(test.policy))
			if valid := err == nil; valid != test.valid || !valid && !errors.Is(err, tiledesk.ErrInvalidArgument) {
				t.Errorf("got %v, want valid: %t", err, test.valid)
			}
		})
	}
}
