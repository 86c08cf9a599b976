package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// checkRetry tells go-retryablehttp whether to go on, and the observer what was.
func (l *loop) checkRetry(ctx context.Context, _ *http.Response, err error) (bool, error) {
	l.again = l.next(ctx, err)
	if !l.again {
		l.attempt.Wait = 0
	}
	if l.sent && l.request.Observe != nil {
		l.attempt.Err, l.attempt.TooLarge = l.Err, l.TooLarge
		if answer := l.answer(); answer != nil {
			l.attempt.RetryAfter, _ = RetryAfter(answer.Header)
		}
		l.request.Observe(l.attempt)
	}
	return l.again, nil
}

// next decides whether there is another attempt, and how long to wait for it. The
// error is that of the attempt as http.Client wraps it.
func (l *loop) next(ctx context.Context, err error) bool {
	l.ReplyLost = l.ReplyLost || l.mayHaveActed()
	again := l.worthAnother(err)
	if again && ctx.Err() == nil {
		l.attempt.Wait, again = l.Retry.wait(l.Attempts-l.request.Earlier, l.answer())
		if deadline, ok := ctx.Deadline(); again && ok && time.Until(deadline) <= l.attempt.Wait {
			l.Stop = fmt.Errorf("the wait before the next attempt would outlast the deadline: %w", context.DeadlineExceeded)
		}
	}
	if ctx.Err() != nil && l.Stop == nil && (again || l.Err != nil) {
		l.Stop = ContextError(ctx)
	}
	return again && l.Stop == nil
}

// backoff gives go-retryablehttp the wait that checkRetry found.
func (l *loop) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
	return l.attempt.Wait
}

// answer is nil when the newest attempt brought no status.
func (l *loop) answer() *Response {
	if l.Whole() || l.Cut() {
		return l.Response
	}
	return nil
}

func (l *loop) worthAnother(err error) bool {
	if l.Stop != nil || l.request.Once || l.Attempts-l.request.Earlier > l.Retry.MaxRetries {
		return false
	}
	answer := l.answer()
	if answer == nil {
		return !l.TooLarge && retryableConnection(err)
	}
	cut := l.Err != nil && answer.StatusCode <= 299 && !l.TooLarge
	return cut || RetryableStatus(answer.StatusCode)
}

// mayHaveActed reports whether the newest attempt may have taken effect without
// telling us: its reply broke, or a proxy answered in the server's place. A 503
// or 429 is an answer of its own, and who never got through did nothing.
func (l *loop) mayHaveActed() bool {
	if answer := l.answer(); answer != nil {
		return l.Err != nil && answer.StatusCode <= 299 ||
			answer.StatusCode == http.StatusBadGateway || answer.StatusCode == http.StatusGatewayTimeout
	}
	return l.sent && !neverSent(l.Err)
}

// neverSent reports whether a connection failed before anything was written to it.
func neverSent(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") ||
		errors.As(err, &certificate) || errors.As(err, &record)
}

// RetryableStatus holds what is worth another try.
func RetryableStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryableConnection reports whether a failed attempt may do better next time.
// Faults of certificate, scheme and name stay as they are.
func retryableConnection(err error) bool {
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound || isTLSFault(err) || errors.Is(err, http.ErrSchemeMismatch) {
		return false
	}
	retry, _ := retryablehttp.DefaultRetryPolicy(context.Background(), nil, err)
	return retry
}

// isTLSFault also sees through what a caller's transport wraps around an error,
// which go-retryablehttp does not.
func isTLSFault(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert)
}
