package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// job is one night's work.
type job struct {
	account account
	before  time.Time
	dryRun  bool
	out     io.Writer
}

// run revokes what is too old. When it has signed in it signs out again, whatever
// happens: each sign-in makes a token that never expires.
func (j job) run(ctx context.Context) (err error) {
	client, signOut, err := j.account.client(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if signOutErr := signOut(ctx); signOutErr != nil {
			err = errors.Join(err, fmt.Errorf("the token of this run is still valid: %w", signOutErr))
		}
	}()
	return j.revoke(ctx, client)
}

func (j job) revoke(ctx context.Context, client *tiledesk.Client) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	lines := json.NewEncoder(j.out)
	report, err := client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{
		Match:  tiledesk.CreatedBefore(j.before),
		DryRun: j.dryRun,
		OnResult: func(result tiledesk.RevokeResult) {
			if result.Outcome == tiledesk.Skipped {
				return // too young, or our own
			}
			if err := lines.Encode(lineOf(result)); err != nil {
				stop(fmt.Errorf("the report cannot be written: %w", err))
			}
		},
	})
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err)
	}
	if err != nil {
		return fmt.Errorf("%d revoked: %w", report.Revoked, err)
	}
	return nil
}

// line is one line of the report.
type line struct {
	Time    time.Time        `json:"time"`
	ID      string           `json:"id"`
	JTI     string           `json:"jti"`
	Created time.Time        `json:"created"`
	Outcome tiledesk.Outcome `json:"outcome"`
	Error   string           `json:"error,omitempty"`
}

func lineOf(result tiledesk.RevokeResult) line {
	l := line{
		Time:    time.Now().UTC(),
		ID:      result.Target.ID,
		JTI:     result.Target.JTI,
		Created: result.Token.CreatedAt,
		Outcome: result.Outcome,
	}
	if result.Err != nil {
		l.Error = result.Err.Error() // holds no secret
	}
	return l
}
