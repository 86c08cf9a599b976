package tiledesktest_test

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// A UUID of version 4, of which every other digit is drawn.
func TestIssue_jtiIsARandomUUID(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewHandler()
	s.AddUser(agent, password)
	ids := jtis(s.Issue(agent, 500))
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	digits := make([]map[byte]bool, 36)
	for _, id := range ids {
		if !form.MatchString(id) {
			t.Fatalf("%s is not a UUID of version 4", id)
		}
		for i := range digits {
			if digits[i] == nil {
				digits[i] = make(map[byte]bool)
			}
			digits[i][id[i]] = true
		}
	}
	for i, seen := range digits {
		want := 16
		switch i {
		case 8, 13, 18, 23, 14:
			want = 1
		case 19:
			want = 4
		}
		if len(seen) != want {
			t.Errorf("digit %d takes %d values, want %d", i, len(seen), want)
		}
		for j := range i { // no digit is drawn twice
			if want == 16 && !slices.ContainsFunc(ids, func(id string) bool { return id[i] != id[j] }) {
				t.Errorf("the digits %d and %d are the same in all of them", j, i)
			}
		}
	}
}

// The seconds, five bytes of the server, and a counter, as MongoDB makes an id.
func TestIssue_idIsAnObjectIDOfItsTime(t *testing.T) {
	t.Parallel()
	middles := make(map[string]bool)
	var first []byte // of each middle
	for range 8 {
		s := tiledesktest.NewHandler()
		s.AddUser(agent, password)
		s.IssueAt(agent, time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), 2)
		rows := entries(s, "/jwt/history?direction=1", basic(agent, password))
		var counters []uint64
		for _, row := range rows {
			id, err := hex.DecodeString(row.ID)
			if err != nil || len(id) != 12 {
				t.Fatalf("%s is not an ObjectId: %v", row.ID, err)
			}
			if seconds, _ := strconv.ParseInt(row.ID[:8], 16, 64); !time.Unix(seconds, 0).Equal(time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)) {
				t.Errorf("%s is of %v", row.ID, time.Unix(seconds, 0))
			}
			if !middles[row.ID[8:18]] {
				middles[row.ID[8:18]] = true
				first = append(first, id[4])
			}
			counter, _ := strconv.ParseUint(row.ID[18:], 16, 64)
			counters = append(counters, counter)
		}
		if len(counters) != 2 || counters[1] != counters[0]+1 {
			t.Errorf("the counters are %v", counters)
		}
	}
	if slices.Sort(first); len(middles) != 8 || first[0] == first[7] {
		t.Errorf("8 servers have %v in the middle of their ids", middles)
	}
}

func TestIssue_noTwoTokensOfAUserAreOfTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := tiledesktest.NewHandler()
		s.AddUser(agent, password)
		for i, n := range []int{2, 1, 1} { // nothing passes between them
			if tokens := s.Issue(agent, n); len(tokens) != n {
				t.Errorf("issue %d gave %d tokens", i, len(tokens))
			}
		}
		s.AddUser("once@example.com", password)
		s.Issue("once@example.com", 1)
		s.AddUser("twice@example.com", password)
		s.Issue("twice@example.com", 1)
		s.Issue("twice@example.com", 1)
		began := time.Now().UTC()
		for email, want := range map[string][]time.Duration{
			agent:               {-time.Millisecond, 0, time.Millisecond, 2 * time.Millisecond},
			"once@example.com":  {0},
			"twice@example.com": {0, time.Millisecond},
		} {
			var got []time.Duration
			for _, row := range entries(s, "/jwt/history?direction=1", basic(email, password)) {
				created, err := time.Parse(time.RFC3339, row.CreatedAt)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, created.Sub(began))
			}
			if !slices.Equal(got, want) {
				t.Errorf("the tokens of %s are of %v, want %v", email, got, want)
			}
		}
	})
}

func TestServer_aRevocationIsAnUpdate(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	token := s.IssueAt(agent, noon, 1)[0]
	revoke(t, s, "/jwt/history/"+jtiOf(token)).wantStatus(t, http.StatusOK)
	row := entries(s, "/jwt/history", basic(agent, password))[0]
	updated, err := time.Parse(time.RFC3339, row.UpdatedAt)
	if err != nil || !updated.After(noon) || row.CreatedAt != "2026-01-02T12:00:00.000Z" {
		t.Errorf("created at %s and updated at %s, %v", row.CreatedAt, row.UpdatedAt, err)
	}
}

func TestServer_textsAreNotEscapedForHTML(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewHandler()
	s.AddUser(agent, password)
	s.IssueWithJTI(agent, "<&>")
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/jwt/history", nil)
	r.Header.Set("Authorization", basic(agent, password))
	if s.ServeHTTP(w, r); !strings.Contains(w.Body.String(), `"jti":"<&>"`) {
		t.Errorf("body %s", w.Body)
	}
}
