package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/paging"
)

var (
	errBase    = errors.New("the base of the kinds")
	kinds      = bulk.Kinds{InvalidArgument: fmt.Errorf("invalid: %w", errBase), UnexpectedResponse: errors.New("unexpected"), TokensKeepAppearing: errors.New("they keep appearing")}
	errRefused = errors.New("401")
	errGone    = errors.New("404")
)

// fake is an API whose answers a test gives. An authorization is the jtis of its tokens,
// with spaces between.
type fake struct {
	authorization func() (string, error)         // nil: "own"
	remove        func(bulk.Request) bulk.Answer // nil: revoked
	lists         []list                         // one after the other; the last one again and again
	tookBefore    bool

	mu   sync.Mutex
	sent []bulk.Request
}

// list is one listing: entries, and how it ended.
type list struct {
	entries []bulk.Token
	end     bulk.Answer
}

func listOf(jtis ...string) (l list) {
	for _, jti := range jtis {
		l.entries = append(l.entries, bulk.Token{ID: "id-" + jti, JTI: jti})
	}
	return l
}

func (f *fake) Authorization(context.Context) (string, error) {
	if f.authorization == nil {
		return "own", nil
	}
	return f.authorization()
}

func (f *fake) Sent(authorization string) (sent []bulk.Sent) {
	for jti := range strings.FieldsSeq(authorization) {
		sent = append(sent, bulk.Sent{JTI: jti, IssuedAt: time.Unix(1e9, 0).UTC()})
	}
	return sent
}

func (f *fake) TookBefore(string) bool { return f.tookBefore }

func (f *fake) Check(_ bool, identifier string) error {
	if strings.Contains(identifier, "bad") {
		return errBase
	}
	return nil
}

func (f *fake) Ended(ctx context.Context) error { return ctx.Err() }

func (f *fake) Hide(err error) error { return fmt.Errorf("hidden: %w", err) }

func (f *fake) Delete(_ context.Context, _ bulk.Authorize, r bulk.Request) bulk.Answer {
	f.mu.Lock()
	f.sent = append(f.sent, r)
	f.mu.Unlock()
	answer := bulk.Answer{Attempts: 1, Answered: true}
	if f.remove != nil {
		answer = f.remove(r)
	}
	answer.Authorization = r.Authorization
	return answer
}

func (f *fake) List(ctx context.Context, authorize bulk.Authorize, each func(bulk.Entry) bool) bulk.Answer {
	if _, err := authorize(ctx); err != nil {
		return bulk.Answer{Err: err}
	}
	now := f.lists[0]
	if len(f.lists) > 1 {
		f.lists = f.lists[1:]
	}
	for i := range now.entries {
		token := now.entries[i]
		key, named := paging.KeyOf(token.ID, token.JTI, token.Raw)
		if !each(bulk.Entry{Token: &token, Key: key, Named: named}) {
			return bulk.Answer{}
		}
	}
	return now.end
}

// identifiers are those that were sent, in their order.
func (f *fake) identifiers() (sent []string) {
	for _, r := range f.sent {
		sent = append(sent, r.Identifier)
	}
	return sent
}

// answers gives one answer for each identifier, and for the others a revocation.
func answers(by map[string]bulk.Answer) func(bulk.Request) bulk.Answer {
	return func(r bulk.Request) bulk.Answer {
		if answer, ok := by[r.Identifier]; ok {
			return answer
		}
		return bulk.Answer{Attempts: 1, Answered: true}
	}
}

var (
	gone    = bulk.Answer{Err: errGone, Attempts: 1, Answered: true, NotFound: true, Gone: true}
	refused = bulk.Answer{Err: errRefused, Attempts: 1, Answered: true, Refused: true, Forbidden: true}
	silence = bulk.Answer{Err: context.DeadlineExceeded, Attempts: 1}
)

// recorder keeps the results of a run.
type recorder []bulk.Result

func (r *recorder) options(o bulk.Options) bulk.Options {
	o.Kinds, o.Concurrency = kinds, max(o.Concurrency, 1)
	if o.Record == nil {
		o.Record = func(result bulk.Result) error { *r = append(*r, result); return nil }
	}
	return o
}

func runEach(t *testing.T, f *fake, o bulk.Options, jtis ...string) (recorder, bulk.Summary) {
	t.Helper()
	var r recorder
	summary := bulk.Each(t.Context(), f, targets(jtis...), r.options(o))
	return r, summary
}

func runAll(t *testing.T, f *fake, o bulk.Options) (recorder, bulk.Summary) {
	t.Helper()
	var r recorder
	summary := bulk.All(t.Context(), f, r.options(o))
	return r, summary
}

func targets(jtis ...string) iter.Seq2[bulk.Target, error] {
	return func(yield func(bulk.Target, error) bool) {
		for _, jti := range jtis {
			if !yield(bulk.Target{JTI: jti}, nil) {
				return
			}
		}
	}
}

// of is the result for a jti.
func (r recorder) of(t *testing.T, jti string) bulk.Result {
	t.Helper()
	i := slices.IndexFunc(r, func(result bulk.Result) bool { return result.Target.JTI == jti })
	if i < 0 {
		t.Fatalf("no result for %s in %+v", jti, r)
	}
	return r[i]
}

// want checks outcome and attempts for each jti.
func (r recorder) want(t *testing.T, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
	for _, result := range r {
		got[result.Target.JTI] = fmt.Sprintf("%s after %d", outcomes[result.Outcome], result.Attempts)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(r) != len(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

var outcomes = map[bulk.Outcome]string{
	bulk.Revoked: "revoked", bulk.AlreadyGone: "already gone", bulk.NotFound: "not found", bulk.Skipped: "skipped",
	bulk.Planned: "planned", bulk.Failed: "failed", bulk.NotAttempted: "not attempted",
}
