//go:build live

package live

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/conformance"
	"github.com/go-tiledesk/tiledesk/internal/live/standin"
)

// The servers that the tests share. Together they turn every switch.
var (
	asItIs = Options{}
	turned = Options{StandIn: standin.Switches{
		HideRevoked: true, BareArray: true, SortAlias: true, SecondRevokeNotFound: true, PageSize: 5,
	}}
	notEnforced = Options{WithoutEnforcement: true, StandIn: standin.Switches{OneBasedPages: true, PageSize: 4}}
	notRecorded = Options{WithoutEnforcement: true, StandIn: standin.Switches{RecordNothing: true}}
	withoutIt   = Options{WithoutHistory: true}
)

// TestConformance runs the suite that tiledesktest passes against the real
// server.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{
		"as it is":                 asItIs,
		"most switches turned":     turned,
		"revocation not enforced":  notEnforced,
		"nothing recorded":         notRecorded,
		"without a history module": withoutIt,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := targetOf(shared(t, opts))
			target.ModuleOnly = opts != asItIs && opts != withoutIt // one look at the server's own part is enough
			conformance.Run(t, target)
		})
	}
}

// targetOf describes a server to the suite.
func targetOf(s *Server) conformance.Target {
	switches := s.opts.StandIn
	target := conformance.Target{
		BaseURL: s.URL(),
		Server:  "open-source server " + s.Version(),
		Module:  "stand-in",
		NewUser: func(t testing.TB) (string, string) { return newUser(t, s), password },

		NoModule:      s.opts.WithoutHistory,
		NotEnforced:   s.opts.WithoutEnforcement,
		NotRecorded:   switches.RecordNothing,
		RevokedHidden: switches.HideRevoked,
		BareArray:     switches.BareArray,
		OneBased:      switches.OneBasedPages,
		PageSize:      switches.PerPage(),
		SortParam:     switches.SortParam(),
		SecondRevoke:  200,

		ChangePassword: func(t testing.TB, _, token, before, after string) {
			t.Helper()
			if err := s.ChangePassword(t.Context(), "JWT "+token, before, after); err != nil {
				t.Fatal(err)
			}
		},
	}
	if switches.SecondRevokeNotFound {
		target.SecondRevoke = 404
	}
	if target.NoModule {
		return target
	}
	target.Disable = func(t testing.TB, _, token string) {
		t.Helper()
		if err := s.Disable(t.Context(), "JWT "+token); err != nil {
			t.Fatal(err)
		}
	}
	target.Issue = func(t testing.TB, _, token string, n int) []string {
		t.Helper()
		tokens := issue(t, s, "JWT "+token, n)
		for i := range tokens {
			tokens[i] = strings.TrimPrefix(tokens[i], "JWT ")
		}
		return tokens
	}
	target.IssueWithoutJTI = func(t testing.TB, _, token string) string {
		t.Helper()
		issued, err := s.IssueWithoutJTI(t.Context(), "JWT "+token)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(issued, "JWT ")
	}
	return target
}
