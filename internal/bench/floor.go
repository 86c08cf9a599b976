package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// newFloor is the least that any client of net/http can do: one RoundTrip, whose body
// is read and not looked at. What is above it is what a client adds.
func newFloor(base string) client {
	transport := newPlainHTTPClient().Transport
	list, remove := base+"/jwt/history", base+"/jwt/history/"+url.PathEscape(someJTI)
	return client{
		name: floorName,
		list: func(ctx context.Context) (int, error) {
			return entries, roundTrip(ctx, transport, http.MethodGet, list)
		},
		remove: func(ctx context.Context) error { return roundTrip(ctx, transport, http.MethodDelete, remove) },
	}
}

func roundTrip(ctx context.Context, transport http.RoundTripper, method, target string) error {
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "JWT "+dummyToken)
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	_, err = io.ReadAll(resp.Body)
	return err
}
