package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/go-tiledesk/tiledesk"
)

const (
	bulkTargets = 4000
	bulkWorkers = 8
)

// bulkJob revokes 4,000 tokens, 8 at a time: by a pool of workers as one writes
// it by hand over net/http, and by RevokeEach.
func bulkJob(s *server) job {
	base := s.URL + "/tiledesk"
	targets := make([]tiledesk.Target, bulkTargets)
	for i := range targets {
		targets[i].JTI = fmt.Sprintf("%s%06x", someJTI[:30], i)
	}
	hc := newPlainHTTPClient()
	ours := newOurs(base)
	byHand := func(revoke func(ctx context.Context, jti string) error) func(context.Context) error {
		return func(ctx context.Context) error { return poolByHand(ctx, targets, revoke) }
	}
	j := job{
		name:   fmt.Sprintf("revoke %d tokens, %d at a time", bulkTargets, bulkWorkers),
		weight: bulkTargets,
		names:  []string{"pool by hand", "pool by hand, answers unread", ourName},
		calls: []func(context.Context) error{
			byHand(func(ctx context.Context, jti string) error { return plainRevoke(ctx, hc, base, jti) }),
			byHand(func(ctx context.Context, jti string) error {
				return plainCall(ctx, hc, http.MethodDelete, base+"/jwt/history/"+url.PathEscape(jti), nil)
			}),
			func(ctx context.Context) error {
				report, err := ours.JWT.RevokeEach(ctx, tiledesk.Targets(targets...), &tiledesk.RevokeOptions{Concurrency: bulkWorkers})
				if err == nil && report.Revoked != bulkTargets {
					err = fmt.Errorf("%d revoked", report.Revoked)
				}
				return err
			},
		},
	}
	if revokeBefore != nil {
		j.names, j.calls = append(j.names, beforeName), append(j.calls, callBefore(base, targets))
	}
	return j
}

// callBefore is the same by an older tree.
func callBefore(base string, targets []tiledesk.Target) func(context.Context) error {
	jtis, revoke := make([]string, len(targets)), revokeBefore(base)
	for i, target := range targets {
		jtis[i] = target.JTI
	}
	return func(ctx context.Context) error {
		revoked, err := revoke(ctx, jtis, bulkWorkers)
		if err == nil && revoked != bulkTargets {
			err = fmt.Errorf("%d revoked", revoked)
		}
		return err
	}
}

// poolByHand stops at nothing and reports the first error: the least that one
// would write.
func poolByHand(ctx context.Context, targets []tiledesk.Target, revoke func(ctx context.Context, jti string) error) error {
	work := make(chan tiledesk.Target)
	failed := make(chan error, bulkWorkers)
	var workers sync.WaitGroup
	for range bulkWorkers {
		workers.Go(func() {
			var first error
			for target := range work {
				err := revoke(ctx, target.JTI)
				if first == nil {
					first = err
				}
			}
			failed <- first
		})
	}
	for _, target := range targets {
		work <- target
	}
	close(work)
	workers.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}
