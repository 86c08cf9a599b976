package conformance_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/conformance"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// TestTheTestServerConforms runs the suite against every kind of tiledesktest.
func TestTheTestServerConforms(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct {
		opts  []tiledesktest.Option
		known conformance.Target
	}{
		"as it is":                     {nil, conformance.Target{}},
		"revoked tokens hidden":        {[]tiledesktest.Option{tiledesktest.WithRevokedHidden()}, conformance.Target{RevokedHidden: true}},
		"bare array":                   {[]tiledesktest.Option{tiledesktest.WithBareArray()}, conformance.Target{BareArray: true}},
		"pages from 1":                 {[]tiledesktest.Option{tiledesktest.WithOneBasedPages()}, conformance.Target{OneBased: true}},
		"another sort parameter":       {[]tiledesktest.Option{tiledesktest.WithSortParam("sort")}, conformance.Target{SortParam: "sort"}},
		"second revoke not found":      {[]tiledesktest.Option{tiledesktest.WithSecondRevokeNotFound()}, conformance.Target{SecondRevoke: 404}},
		"revocation not enforced":      {[]tiledesktest.Option{tiledesktest.WithoutEnforcement()}, conformance.Target{NotEnforced: true}},
		"nothing recorded":             {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, conformance.Target{NotRecorded: true}},
		"nothing recorded or enforced": {[]tiledesktest.Option{tiledesktest.WithoutRecording(), tiledesktest.WithoutEnforcement()}, conformance.Target{NotRecorded: true, NotEnforced: true}},
		"without a history module":     {[]tiledesktest.Option{tiledesktest.WithoutHistoryModule()}, conformance.Target{NoModule: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := kind.known
			target.PageSize = 4
			server := tiledesktest.NewServer(t, append(kind.opts, tiledesktest.WithPageSize(target.PageSize))...)
			target.BaseURL, target.Server, target.Module = server.URL(), "tiledesktest", "tiledesktest"
			var users atomic.Int64
			target.NewUser = func(testing.TB) (string, string) {
				email := fmt.Sprintf("user%d@example.com", users.Add(1))
				server.AddUser(email, "Passw0rd!x")
				return email, "Passw0rd!x"
			}
			target.ChangePassword = func(_ testing.TB, email, _, _, after string) { server.AddUser(email, after) }
			target.Disable = func(_ testing.TB, email, _ string) { server.DisableUser(email) }
			target.Issue = func(_ testing.TB, email, _ string, n int) []string { return server.Issue(email, n) }
			target.IssueWithoutJTI = func(_ testing.TB, email, _ string) string { return server.IssueWithoutJTI(email, 1)[0] }
			if target.SortParam == "" {
				target.SortParam = "sortField"
			}
			if target.SecondRevoke == 0 {
				target.SecondRevoke = 200
			}
			conformance.Run(t, target)
		})
	}
}
