package servertest

import (
	"iter"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// ByJTI are targets of these jtis.
func ByJTI(jtis ...string) iter.Seq2[tiledesk.Target, error] {
	targets := make([]tiledesk.Target, len(jtis))
	for i, jti := range jtis {
		targets[i].JTI = jti
	}
	return tiledesk.Targets(targets...)
}

// Hearing collects what OnResult hears.
type Hearing []tiledesk.RevokeResult

// Hear is for OnResult.
func (h *Hearing) Hear(r tiledesk.RevokeResult) { *h = append(*h, r) }

// Of is the result of one jti; the test fails without it.
func (h Hearing) Of(t *testing.T, jti string) tiledesk.RevokeResult {
	t.Helper()
	for _, r := range h {
		if r.Target.JTI == jti {
			return r
		}
	}
	t.Fatalf("nothing was heard of %s: %v", jti, h)
	return tiledesk.RevokeResult{}
}
