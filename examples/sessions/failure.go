package main

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/go-tiledesk/tiledesk"
)

// statusGone is what nginx logs for a client that went away.
const statusGone = 499

// fail answers with the status of an error. The text of the error holds no secret, but
// is for whoever runs the service.
func fail(w http.ResponseWriter, err error) {
	status, text := statusOf(err)
	var answered *tiledesk.APIError
	if errors.As(err, &answered) && answered.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(answered.RetryAfter.Seconds()))))
	}
	http.Error(w, text, status)
}

// statusOf asks in the order that the documentation of the package has: an error can
// be of several kinds.
func statusOf(err error) (status int, text string) {
	var answered *tiledesk.APIError
	switch {
	case errors.Is(err, context.Canceled):
		return statusGone, "canceled"
	case errors.Is(err, tiledesk.ErrCredentials):
		return http.StatusUnauthorized, "sign in first"
	case errors.Is(err, tiledesk.ErrInvalidArgument):
		return http.StatusBadRequest, "there can be no such session"
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		return http.StatusNotImplemented, "this server keeps no list of sessions"
	case errors.Is(err, tiledesk.ErrRateLimited), errors.Is(err, tiledesk.ErrLimiterRefused):
		return http.StatusTooManyRequests, "too many requests, try again later"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, tiledesk.ErrNoAnswer):
		return http.StatusGatewayTimeout, "no answer in time; what was asked for may have happened"
	case errors.Is(err, tiledesk.ErrForbidden):
		return http.StatusForbidden, "not allowed"
	case errors.As(err, &answered) && answered.FromServer() && errors.Is(err, tiledesk.ErrUnauthorized):
		return http.StatusUnauthorized, "this session has ended"
	case errors.As(err, &answered) && answered.FromServer() && errors.Is(err, tiledesk.ErrNotFound):
		return http.StatusNotFound, "there is no such session"
	}
	return http.StatusBadGateway, "the sessions cannot be reached; treat them as still valid"
}
