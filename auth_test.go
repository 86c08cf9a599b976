package tiledesk

import (
	"context"
)

// credentialsFunc are credentials of the caller's own.
type credentialsFunc func(context.Context) (string, error)

func (f credentialsFunc) Authorization(ctx context.Context) (string, error) { return f(ctx) }

// always gives one authorization.
func always(value string) Credentials {
	return credentialsFunc(func(context.Context) (string, error) { return value, nil })
}
