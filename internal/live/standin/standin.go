//go:build live

// Package standin holds our own stand-in for the closed module behind
// /jwt/history. The open server asks that module for three things: the routes,
// a listener to sign-ins, and whether a jti is revoked. What the real one
// answers is known to nobody outside, so each open question is a switch here,
// for a client has to get along with either.
package standin

import (
	_ "embed"
	"fmt"
	"strconv"
)

// Module is the JavaScript of the stand-in. It reads its switches from the
// environment, see [Switches.Env].
//
//go:embed index.js
var Module []byte

// Switches are the open questions. The zero value is the likeliest server.
type Switches struct {
	HideRevoked          bool // a revoked token leaves the list
	BareArray            bool // the list comes without an envelope, so without a count
	SortAlias            bool // the list reads "sort" and not "sortField"
	SecondRevokeNotFound bool // a token that is already revoked answers 404 and not 200
	OneBasedPages        bool // the first page is page 1 and not page 0
	RecordNothing        bool // no sign-in is recorded, so that nothing is listed or revoked
	PageSize             int  // 0: 40
}

// Env returns the switches as the environment that Module reads.
func (s Switches) Env() []string {
	return []string{
		"STANDIN_REVOKED=" + pick(s.HideRevoked, "hide", "keep"),
		"STANDIN_LIST=" + pick(s.BareArray, "array", "envelope"),
		"STANDIN_SORT_PARAM=" + s.SortParam(),
		"STANDIN_SECOND_REVOKE=" + pick(s.SecondRevokeNotFound, "404", "200"),
		"STANDIN_FIRST_PAGE=" + pick(s.OneBasedPages, "1", "0"),
		"STANDIN_PAGE_SIZE=" + strconv.Itoa(s.PerPage()),
		"STANDIN_RECORD=" + pick(s.RecordNothing, "nothing", "all"),
	}
}

// SortParam is the query parameter that the list sorts by.
func (s Switches) SortParam() string { return pick(s.SortAlias, "sort", "sortField") }

// PerPage is the number of tokens on a page.
func (s Switches) PerPage() int {
	if s.PageSize == 0 {
		return 40
	}
	return s.PageSize
}

// String says in words how the stand-in behaves.
func (s Switches) String() string {
	if s.RecordNothing {
		return "no sign-in recorded"
	}
	return fmt.Sprintf("revoked rows %s, %s, %s, second revoke %s, %d a page from %s",
		pick(s.HideRevoked, "hidden", "kept"),
		pick(s.BareArray, "bare array", "envelope"),
		s.SortParam(),
		pick(s.SecondRevokeNotFound, "404", "200"),
		s.PerPage(),
		pick(s.OneBasedPages, "1", "0"))
}

func pick(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}
