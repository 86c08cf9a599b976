package bulk_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// TestRevokeAll_smallServers lets the whole client loose on all small servers, with all
// placements of up to two mishaps: nothing that counts as revoked or gone works any
// more, a nil error means that all is done, each token has one result, nobody is locked
// out, and the run ends. `go test` takes every 499th case, and with MODEL=all every one.
func TestRevokeAll_smallServers(t *testing.T) {
	t.Parallel()
	throughSites(t, 499, true, func(yield func(siteKind) bool) {
		for bits := range 1 << 6 {
			for own := range ownUnlisted + 1 {
				if !yield(siteKind{
					keeps: bits&1 != 0, twiceGone: bits&2 != 0, withoutIDs: bits&4 != 0, include: bits&8 != 0,
					rotates: bits&16 != 0, nameless: bits&32 != 0, own: own,
				}) {
					return
				}
			}
		}
	}, (*visit).revokeAll)
}

// TestRevokeEach_smallServers does the same with the tokens named, the own one among
// them.
func TestRevokeEach_smallServers(t *testing.T) {
	t.Parallel()
	throughSites(t, 97, false, func(yield func(siteKind) bool) {
		for bits := range 1 << 5 {
			if !yield(siteKind{
				twiceGone: bits&1 != 0, withoutIDs: bits&2 != 0, include: bits&4 != 0, rotates: bits&8 != 0, byJTI: bits&16 != 0, nameless: true,
			}) {
				return
			}
		}
	}, (*visit).revokeEach)
}

// Credentials that give another token after a reply was lost can make an entry without a
// jti look like that one. It is not skipped: its DELETE may have been carried out.
func TestRevokeAll_skipsNothingThatItMayHaveRevoked(t *testing.T) {
	t.Parallel()
	mishapNamed := func(name string) *mishap {
		return mishaps[slices.IndexFunc(mishaps, func(m *mishap) bool { return m.name == name })]
	}
	v := &visit{site: newSite(siteKind{rotates: true, nameless: true}, [2]placedMishap{
		{mishapNamed("cut after the effect"), 1}, {mishapNamed("others revoke the token in use"), 2},
	})}
	v.revokeAll(t.Context())
	i := slices.IndexFunc(v.heard, func(r tiledesk.RevokeResult) bool { return r.Target.ID == "id-b" })
	if i < 0 || v.heard[i].Outcome != tiledesk.Failed || v.heard[i].Attempts != 2 || !strings.Contains(v.heard[i].Err.Error(), "unknown whether it was revoked: a reply was lost") {
		t.Errorf("got %v", v.heard)
	}
}

// throughSites plays every case, or one of so many, on all cores.
func throughSites(t *testing.T, step int, lists bool, kinds func(func(siteKind) bool), run func(*visit, context.Context)) {
	if os.Getenv("MODEL") == "all" {
		step = 1
	}
	var cases, untrue atomic.Int64
	var workers sync.WaitGroup
	todo := make(chan siteKind)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for kind := range todo {
				placings(lists, func(nth int, mishaps [2]placedMishap) bool {
					cases.Add(1)
					if nth%step != kind.number%step {
						return true
					}
					v := &visit{site: newSite(kind, mishaps)}
					run(v, t.Context())
					if lies := v.judge(); len(lies) > 0 {
						untrue.Add(1)
						t.Errorf("%+v, %s\n%s\n%v: %v\n%s", kind, mishaps, v.deck, v.heard, v.err, strings.Join(lies, "\n"))
					}
					return untrue.Load() < 10
				})
			}
		})
	}
	number := 0
	for kind := range kinds {
		kind.number = number
		number++
		todo <- kind
	}
	close(todo)
	workers.Wait()
	t.Logf("one of %d of %d cases", step, cases.Load())
}

// visit is one run.
type visit struct {
	*site
	named  []tiledesk.Target // for RevokeEach
	heard  []tiledesk.RevokeResult
	report *tiledesk.RevokeReport
	err    error
}

func (v *visit) options() *tiledesk.RevokeOptions {
	return &tiledesk.RevokeOptions{
		Concurrency: 1, IncludeCurrent: v.include,
		OnResult: func(result tiledesk.RevokeResult) { v.heard = append(v.heard, result) },
	}
}

func (v *visit) revokeAll(ctx context.Context) {
	v.report, v.err = v.client().JWT.RevokeAll(ctx, v.options())
}

func (v *visit) revokeEach(ctx context.Context) {
	for _, e := range v.deck {
		target := tiledesk.Target{JTI: e.jti, ID: e.id}
		if v.byJTI && e.jti != "" {
			target.ID = ""
		}
		v.named = append(v.named, target)
	}
	entries := slices.Clone(v.deck)
	v.report, v.err = v.client().JWT.RevokeEach(ctx, func(yield func(tiledesk.Target, error) bool) {
		for i, target := range v.named {
			if entries[i].seen = true; !yield(target, nil) {
				return
			}
		}
	}, v.options())
}

// isNamedBy reports whether a target is the token. A run cannot know that an entry without
// a jti is the own token, which it names by its jti as well.
func (e *entry) isNamedBy(target tiledesk.Target) bool {
	byJTI := target.ID == "" && target.JTI == e.jti && e.jti != ""
	return target.ID == e.id || byJTI && (e.shows || !e.listed)
}

// judge returns what the run says that is not so, and what it should not have done.
func (v *visit) judge() (lies []string) {
	undone := v.report.RunErr() != nil && v.named == nil
	for _, e := range v.deck {
		result, results := v.resultOf(e)
		undone = undone || result.Outcome >= tiledesk.Failed && !e.own
		if want := 1; e.seen && results != want || !e.seen && (results > 1 || results == 1 && !e.own) {
			lies = append(lies, fmt.Sprintf("%s has %d results", e, results))
		}
		if lie := v.misjudged(e, result); lie != "" {
			lies = append(lies, fmt.Sprintf("%s: %s", e, lie))
		}
	}
	for _, e := range v.deck {
		switch {
		case !e.own:
		case !v.include && e.sent, !v.include && e.ended && !e.byOthers:
			lies = append(lies, fmt.Sprintf("%s: the run used it and revoked it", e))
		case e.ended && !e.byOthers && undone && e.shows:
			lies = append(lies, fmt.Sprintf("%s: the run revoked it though something was left", e))
		}
	}
	if v.overhasty {
		lies = append(lies, "the credentials were asked for another token though the server did not refuse theirs")
	}
	if v.err == nil && v.named == nil {
		lies = append(lies, v.left()...)
	}
	if v.deletes > 20 || v.lists > 45 {
		lies = append(lies, fmt.Sprintf("%d DELETEs, %d requests for pages", v.deletes, v.lists))
	}
	r := v.report
	if sum := r.Revoked + r.AlreadyGone + r.NotFound + r.Skipped + r.Planned + r.Failed + r.NotAttempted; sum != len(v.heard) {
		lies = append(lies, fmt.Sprintf("%d results, and the report counts %d", len(v.heard), sum))
	}
	return lies
}

func (v *visit) resultOf(e *entry) (result tiledesk.RevokeResult, results int) {
	for _, r := range v.heard {
		if e.isNamedBy(r.Target) {
			result = r
			results++
		}
	}
	return result, results
}

// misjudged compares a result with what is true.
func (v *visit) misjudged(e *entry, result tiledesk.RevokeResult) string {
	switch outcome := result.Outcome; {
	case outcome == tiledesk.Revoked && e.works() && (e.jti != "" || v.named == nil && v.report.RunErr() == nil):
		return "revoked, and works"
	case outcome == tiledesk.AlreadyGone && e.works() && !v.liesUnseen():
		return "already gone, and works"
	case outcome == tiledesk.Skipped && e.ended && !e.byOthers:
		return "skipped, and it was revoked"
	case outcome == tiledesk.Skipped && !e.own && (e.shows || v.named != nil):
		return "skipped"
	case outcome == tiledesk.NotAttempted && e.ended && !e.byOthers && !strings.Contains(result.Err.Error(), "unknown") && !strings.Contains(result.Err.Error(), "nothing has confirmed"):
		return "not attempted, and it was revoked"
	case outcome == tiledesk.NotFound && v.named == nil && !e.own:
		return "listed, and not found"
	}
	return ""
}

// left are the tokens that work after a run that says that all is done.
func (v *visit) left() (lies []string) {
	for _, e := range v.atLast {
		isOwn := e.own && !(v.include && e == v.current)
		if e.works() && e.jti != "" && !isOwn && !v.liesUnseen() {
			lies = append(lies, fmt.Sprintf("%s: works, and the error is nil", e))
		}
	}
	return lies
}

// liesUnseen reports whether the server says falsely of a token that it is not there, as
// it says it of those that it has revoked and keeps in the list: nobody can tell.
func (v *visit) liesUnseen() bool {
	return v.keeps && v.twiceGone && slices.ContainsFunc(v.mishaps[:], func(m placedMishap) bool { return m.mishap != nil && m.lies })
}
