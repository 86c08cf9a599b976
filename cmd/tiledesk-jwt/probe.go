package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-tiledesk/tiledesk"
)

// nobody authorizes as no one: the server refuses any scheme that is neither Basic
// nor JWT, whatever stands behind it (measured with Bearer).
type nobody struct{}

func (nobody) Authorization(context.Context) (string, error) { return "None none", nil }

// probe asks for the list without credentials before a sign-in, which mints a token
// that never expires: where no list and no revocation is to be had, none is minted.
// That the server refuses is the normal case. A server without the history module
// answers whoever asks with an error of its own.
func (a *app) probe(ctx context.Context) error {
	client, err := tiledesk.NewClient(nobody{}, a.options()...)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	_, err = client.JWT.ListHistory(ctx, nil)
	var answered *tiledesk.APIError
	if !errors.As(err, &answered) || errors.Is(err, tiledesk.ErrHistoryUnavailable) {
		return err // also nil: whoever lists for nobody lists for an account
	}
	switch answered.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest:
		return nil // refused, if not by the server then by a gateway that knows tokens
	}
	return err
}
