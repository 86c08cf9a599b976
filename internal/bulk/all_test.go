package bulk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/bulk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

var errMissed = errors.New("some may be missing")

func TestAll_listsAgainUntilNothingIsNew(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{listOf("a", "own"), listOf("b", "own"), listOf("own")}}
	got, summary := runAll(t, f, bulk.Options{})
	got.want(t, map[string]string{"a": "revoked after 1", "b": "revoked after 1", "own": "skipped after 0"})
	if summary.Passes != 3 || summary.Incomplete || len(summary.Whole) != 0 {
		t.Errorf("got %+v", summary)
	}
}

func TestAll_makesAnIncompleteListingAgainOnce(t *testing.T) {
	t.Parallel()
	incomplete := listOf("own")
	incomplete.end = bulk.Answer{Err: errMissed, Incomplete: true}
	f := &fake{lists: []list{incomplete}}
	_, summary := runAll(t, f, bulk.Options{})
	if summary.Passes != 3 || !summary.Incomplete || len(summary.Whole) != 1 || !errors.Is(summary.Whole[0], errMissed) {
		t.Errorf("got %+v", summary)
	}
	// With something new in between, twice in a row once more.
	more := listOf("own", "a")
	more.end = incomplete.end
	f = &fake{lists: []list{incomplete, incomplete, more, incomplete, incomplete, listOf("own")}}
	_, summary = runAll(t, f, bulk.Options{})
	if summary.Passes != 5 || len(summary.Whole) != 1 {
		t.Errorf("got %+v", summary)
	}
}

// Nothing is known of an own token that an incomplete listing does not show.
func TestAll_leavesAnUnlistedOwnTokenAfterAnIncompleteListing(t *testing.T) {
	t.Parallel()
	incomplete := listOf("a")
	incomplete.end = bulk.Answer{Err: errMissed, Incomplete: true}
	f := &fake{lists: []list{incomplete}}
	got, _ := runAll(t, f, bulk.Options{IncludeCurrent: true})
	got.want(t, map[string]string{"a": "revoked after 1"})
}

func TestAll_saysThatTheTokenInUseWasRevokedWhereAListingIsRefused(t *testing.T) {
	t.Parallel()
	cut := listOf("a")
	cut.end = refused
	for name, f := range map[string]*fake{
		"in the middle of a listing": {lists: []list{cut}},
		"after an empty page":        {lists: []list{{}, {end: refused}}},
	} {
		if name == "after an empty page" { // so that there is a second listing
			f.lists[0].end = bulk.Answer{Err: errMissed, Incomplete: true}
			f.lists[0].entries = listOf("own").entries
		}
		_, summary := runAll(t, f, bulk.Options{})
		if len(summary.Whole) != 1 || !strings.Contains(summary.Whole[0].Error(), "the token in use was revoked meanwhile") {
			t.Errorf("%s: got %v", name, summary.Whole)
		}
	}
}

func TestAll_callsItsRefusedTokenGoneAfterAnEmptyListing(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{{}}, remove: func(bulk.Request) bulk.Answer { return refused }}
	got, _ := runAll(t, f, bulk.Options{IncludeCurrent: true})
	got.want(t, map[string]string{"own": "already gone after 1"})
	if token := got[0].Token; token == nil || token.CreatedAt.IsZero() || token.CreatedAt.Unix() != 1e9 {
		t.Errorf("got %+v", token)
	}
}

func TestAll_revokesUnlistedOwnTokensInTheOrderOfTheirUse(t *testing.T) {
	t.Parallel()
	jtis, turn := []string{"z", "y", "x", "w", "v"}, 0
	f := &fake{lists: []list{listOf("a", "b", "c", "d")}, authorization: func() (string, error) {
		turn++
		return jtis[min(turn, len(jtis))-1], nil
	}}
	runAll(t, f, bulk.Options{IncludeCurrent: true})
	if got := fmt.Sprint(f.identifiers()[4:]); got != "[z y x w v]" {
		t.Errorf("sent %s", got)
	}
}

func TestAll_asksMatchAboutAnUnlistedOwnToken(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{listOf("a")}}
	got, _ := runAll(t, f, bulk.Options{IncludeCurrent: true, Match: func(token *bulk.Token) (bool, error) { return token.JTI != "own", nil }})
	got.want(t, map[string]string{"a": "revoked after 1", "own": "skipped after 0"})
}

// A single one is one too many.
func TestAll_contradictsAServerThatListsWhatItCallsGone(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{listOf("a", "own")}, remove: func(bulk.Request) bulk.Answer { return gone }}
	got, summary := runAll(t, f, bulk.Options{})
	got.want(t, map[string]string{"a": "failed after 2", "own": "skipped after 0"})
	if len(summary.Whole) != 1 || !errors.Is(summary.Whole[0], kinds.UnexpectedResponse) || !strings.Contains(summary.Whole[0].Error(), "about 1 token:") {
		t.Errorf("got %v", summary.Whole)
	}
}

// What this run revoked is counted again in each listing, a row that is listed twice once,
// and one that was skipped not at all.
func TestAll_believesNoServerThatKeepsOnlySomeRevokedRows(t *testing.T) {
	t.Parallel()
	for name, later := range map[string][]list{
		"one of two":            {listOf("a", "c", "own")},
		"one of two, twice":     {listOf("a", "a", "c", "own")},
		"both, and one of both": {listOf("a", "b", "d", "c", "own"), listOf("a", "c", "own")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			revoked := make(map[string]bool)
			f := &fake{lists: append([]list{listOf("a", "b", "c", "own")}, later...), remove: func(r bulk.Request) bulk.Answer {
				jti := strings.TrimPrefix(r.Identifier, "id-")
				if jti == "c" || revoked[jti] {
					return gone
				}
				revoked[jti] = true
				return bulk.Answer{Attempts: 1, Answered: true}
			}}
			got, summary := runAll(t, f, bulk.Options{})
			want := map[string]string{"c": "failed after 2", "own": "skipped after 0"}
			for jti := range revoked {
				want[jti] = "revoked after 1"
			}
			if got.want(t, want); len(summary.Whole) != 1 {
				t.Errorf("got %v", summary.Whole)
			}
		})
	}
}

// The own token in use is kept where another own one is only said to be gone.
func TestAll_keepsTheTokenInUseWhereAnotherOfItsOwnMayLive(t *testing.T) {
	t.Parallel()
	asked := 0
	f := &fake{
		lists:  []list{listOf("old", "new")},
		remove: answers(map[string]bulk.Answer{"id-old": gone, "old": gone}),
		authorization: func() (string, error) {
			if asked++; asked == 1 {
				return "old", nil
			}
			return "new", nil
		},
	}
	got, _ := runAll(t, f, bulk.Options{IncludeCurrent: true})
	got.want(t, map[string]string{"old": "failed after 2", "new": "not attempted after 0"})
}

// What one route calls gone may live where its other identifier cannot be sent.
func TestAll_failsWhereTheOtherRouteCannotBeTried(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{{entries: []bulk.Token{{ID: "a", JTI: "bad"}}}, {}}, remove: func(bulk.Request) bulk.Answer { return gone }}
	got, _ := runAll(t, f, bulk.Options{})
	got.want(t, map[string]string{"bad": "failed after 1"})
	if err := got[0].Err; !errors.Is(err, errGone) || !errors.Is(err, errBase) || !strings.Contains(err.Error(), "by the other identifier it was not tried") {
		t.Errorf("got %v", err)
	}
}

// Whether revoked rows are kept is asked once, by both routes, under the authorization of
// the run; where that cannot be asked, nothing is confirmed.
func TestAll_asksOnceMoreForWhatItRevoked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		second bulk.Answer // to the DELETE of what was revoked
		fails  bool        // the credentials, by then
		want   string      // becomes of the others
		whole  int
	}{
		"gone":             {gone, false, "already gone after 2", 0},
		"revoked again":    {bulk.Answer{Attempts: 1, Answered: true}, false, "failed after 2", 1},
		"another answer":   {bulk.Answer{Err: errBase, Attempts: 1, Answered: true}, false, "failed after 2", 0},
		"no authorization": {gone, true, "failed after 2", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked, authorized := 0, 0
			f := &fake{lists: []list{listOf("a", "b", "c")}, remove: func(r bulk.Request) bulk.Answer {
				if strings.TrimPrefix(r.Identifier, "id-") != "a" {
					return gone
				}
				if asked++; asked == 1 {
					return bulk.Answer{Attempts: 1, Answered: true}
				}
				return tt.second
			}}
			f.authorization = func() (string, error) {
				if authorized++; tt.fails && authorized > 5 { // two listings and three tokens
					return "", errBase
				}
				return "own", nil
			}
			got, summary := runAll(t, f, bulk.Options{Concurrency: 1})
			got.want(t, map[string]string{"a": "revoked after 1", "b": tt.want, "c": tt.want})
			if len(summary.Whole) != tt.whole {
				t.Errorf("got %v", summary.Whole)
			}
			if want := map[bool]int{true: 3, false: 2}[tt.second.Gone]; !tt.fails && asked != want {
				t.Errorf("what was revoked was asked for %d times, want %d", asked, want)
			}
			for _, r := range f.sent {
				if r.Authorization != "own" || r.Grace == nil {
					t.Errorf("sent %+v", r)
				}
			}
		})
	}
}

func TestAll_tellsOfASingleTokenWithoutAJTI(t *testing.T) {
	t.Parallel()
	nameless := list{entries: []bulk.Token{{ID: "id-1"}}}
	f := &fake{authorization: func() (string, error) { return "", nil }, lists: []list{nameless}}
	if _, summary := runAll(t, f, bulk.Options{}); summary.WithoutJTI != 1 || len(summary.Whole) != 0 {
		t.Errorf("got %+v", summary)
	}
	f.lists = []list{nameless, nameless}
	f.lists[0].end = bulk.Answer{Err: errMissed, Incomplete: true}
	f.lists[1] = list{entries: append(listOf("a").entries, bulk.Token{ID: "id-1"})}
	if _, summary := runAll(t, f, bulk.Options{}); len(summary.Whole) != 1 || !strings.Contains(summary.Whole[0].Error(), " 1 token without a jti counted") {
		t.Errorf("got %+v", summary)
	}
}

// A dry run says of a token that would fail that it would, and sends nothing.
func TestAll_plansNoRevocationOfATokenThatOutlivesIt(t *testing.T) {
	t.Parallel()
	nameless := bulk.Token{ID: "id-1"}
	f := &fake{authorization: func() (string, error) { return "", nil }, lists: []list{{entries: []bulk.Token{nameless}}}}
	got, _ := runAll(t, f, bulk.Options{DryRun: true})
	got.want(t, map[string]string{"": "planned after 0"})
	f.lists = []list{{entries: append(listOf("a").entries, nameless)}}
	got, _ = runAll(t, f, bulk.Options{DryRun: true})
	got.want(t, map[string]string{"a": "planned after 0", "": "failed after 0"})
	if len(f.sent) != 0 {
		t.Errorf("sent %v", f.identifiers())
	}
}

func TestAll_countsEntriesThatNameNoToken(t *testing.T) {
	t.Parallel()
	anonymous := bulk.Token{Raw: []byte(`{"ip":"::1"}`)}
	f := &fake{lists: []list{{entries: append(listOf("own").entries, anonymous, anonymous)}}}
	got, summary := runAll(t, f, bulk.Options{})
	if len(got) != 3 || summary.Passes != 2 {
		t.Errorf("got %d results after %d listings", len(got), summary.Passes)
	}
}

func TestAll_redactsATokenInThePlaceOfAnIdentifier(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{{entries: []bulk.Token{{ID: servertest.Token, JTI: "a"}}}}}
	got, _ := runAll(t, f, bulk.Options{DryRun: true})
	if r := got[0]; strings.Contains(r.Token.ID+r.Target.ID, servertest.Token) || r.Token.ID != r.Target.ID || r.Token.JTI != "a" {
		t.Errorf("got %+v, %+v", r.Target, r.Token)
	}
}

// A token that was in use before, and that the list shows, is waited for like others.
func TestAll_confirmsNothingWithoutAnotherListing(t *testing.T) {
	t.Parallel()
	turn := 0
	f := &fake{
		lists: []list{listOf("first", "second", "a")}, remove: answers(map[string]bulk.Answer{"id-first": gone, "first": gone}),
		authorization: func() (string, error) {
			if turn++; turn == 1 {
				return "first", nil
			}
			return "second", nil
		},
	}
	got, summary := runAll(t, f, bulk.Options{IncludeCurrent: true})
	if result := got.of(t, "first"); result.Outcome != bulk.Failed || result.Attempts != 2 || len(got) != 3 {
		t.Errorf("got %+v, %v", got, summary.Whole)
	}
}

func TestAll_skipsWhatMatchDoesNotChoose(t *testing.T) {
	t.Parallel()
	f := &fake{lists: []list{listOf("a", "b", "own")}}
	got, _ := runAll(t, f, bulk.Options{Match: func(token *bulk.Token) (bool, error) { return token.JTI == "b", nil }})
	got.want(t, map[string]string{"a": "skipped after 0", "b": "revoked after 1", "own": "skipped after 0"})
}
