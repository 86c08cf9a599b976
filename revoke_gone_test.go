package tiledesk

import (
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

const notThere = `{"success":false,"msg":"Object not found."}`

// contradictory is a server that answers 404 to every DELETE of some jtis.
type contradictory struct {
	jtis, gone []string // all, and those answered 404
	stay       []string // those that stay in the list whatever happens
	onList     func(nth int) *http.Response

	mu      sync.Mutex
	deleted []string
	lists   int
}

func (c *contradictory) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method == "DELETE" {
		jti := strings.TrimPrefix(path.Base(r.URL.Path), "id-")
		c.deleted = append(c.deleted, jti)
		if slices.Contains(c.gone, jti) {
			return answer(404, notThere), nil
		}
		return answer(200, `{"success":true}`), nil
	}
	if !r.URL.Query().Has("page") {
		c.lists++
	}
	if c.onList != nil {
		if resp := c.onList(c.lists); resp != nil {
			return resp, nil
		}
	}
	var rows []string
	for _, jti := range c.jtis {
		if !slices.Contains(c.deleted, jti) || slices.Contains(c.stay, jti) {
			rows = append(rows, rowOf(jti))
		}
	}
	return firstPageOf(r, rows...), nil
}

func TestRevokeAll_alreadyGoneMustNotContradictTheList(t *testing.T) {
	t.Parallel()
	down := func(nth int) *http.Response {
		if nth == 1 {
			return nil
		}
		return answer(500, "")
	}
	for name, test := range map[string]struct {
		server  *contradictory
		outcome Outcome // of those that are gone
		text    string  // of the run's error; empty: there is none
		kind    error
	}{
		"gone ones leave the list":           {&contradictory{jtis: []string{"a", "x", "y"}}, AlreadyGone, "", nil},
		"gone ones stay, revoked ones leave": {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"x", "y"}}, Failed, "of 2 tokens", ErrUnexpectedResponse},
		"gone ones stay, none was revoked":   {&contradictory{jtis: []string{"x", "y"}, stay: []string{"x", "y"}}, Failed, "of 2 tokens", ErrUnexpectedResponse},
		"gone and revoked ones stay":         {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"a", "x", "y"}}, AlreadyGone, "", nil},
		"some of the revoked ones leave":     {&contradictory{jtis: []string{"a", "b", "x", "y"}, stay: []string{"a", "x", "y"}}, Failed, "of 2 tokens", ErrUnexpectedResponse},
		"the last listing fails":             {&contradictory{jtis: []string{"a", "x", "y"}, onList: down}, Failed, "500", ErrServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.server.gone = []string{"x", "y"}
			client := newMockClient(t, JWTAuth(tokenOf("own")), test.server.RoundTrip)
			var heard hearing
			report, err := client.JWT.RevokeAll(t.Context(), &RevokeOptions{OnResult: heard.hear, IncludeCurrent: true})
			for _, jti := range []string{"x", "y"} {
				if got := heard.of(t, jti); got.Outcome != test.outcome || got.Attempts != 2 || (got.Err == nil) != (test.outcome == AlreadyGone) {
					t.Errorf("%s is %v after %d attempts: %v", jti, got.Outcome, got.Attempts, got.Err)
				}
			}
			if test.outcome == AlreadyGone && report.AlreadyGone != 2 || test.outcome == Failed && report.Failed != 2 {
				t.Errorf("got %+v", report)
			}
			switch {
			case test.text == "" && err != nil:
				t.Errorf("got %v", err)
			case test.text != "" && (report.RunErr() == nil || !errors.Is(report.RunErr(), test.kind) || !strings.Contains(report.RunErr().Error(), test.text)):
				t.Errorf("the run's error is %v", report.RunErr())
			}
			if slices.Contains(test.server.deleted, "own") == (test.outcome == Failed) {
				t.Errorf("the own token was revoked though others were not revoked, or was not: %v", test.server.deleted)
			}
		})
	}
}

func TestRevokeAll_goneIsNotConfirmedByARunThatStopped(t *testing.T) {
	t.Parallel()
	server := &contradictory{jtis: []string{"x"}, gone: []string{"x"}, onList: func(nth int) *http.Response {
		if nth == 1 {
			return nil
		}
		return answer(403, "")
	}}
	client := newMockClient(t, JWTAuth(tokenOf("own")), server.RoundTrip)
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.NotAttempted != 1 || !errors.Is(report.Failures[0].Err, ErrUnexpectedResponse) || !errors.Is(err, ErrForbidden) {
		t.Errorf("got %+v, %v", report, err)
	}
}

// A server that answers 404 to the token in use has accepted it for that request.
func TestRevokeAll_tokenInUseThatIsAnswered404IsNotGone(t *testing.T) {
	t.Parallel()
	server := &contradictory{jtis: []string{"own"}, gone: []string{"own"}}
	client := newMockClient(t, JWTAuth(tokenOf("own")), server.RoundTrip)
	report, err := client.JWT.RevokeAll(t.Context(), &RevokeOptions{IncludeCurrent: true})
	if report.Failed != 1 || !errors.Is(err, ErrNotFound) || !strings.Contains(report.Failures[0].Err.Error(), "still valid") {
		t.Errorf("got %+v, %v", report, err)
	}
}
