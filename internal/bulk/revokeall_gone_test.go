package bulk_test

import (
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

const notThere = `{"success":false,"msg":"Object not found."}`

// contradictory is a server that answers 404 to every DELETE of some jtis.
type contradictory struct {
	jtis, gone []string // all, and those answered 404
	stay       []string // those that stay in the list whatever happens
	twiceGone  bool     // the second DELETE of one is answered 404
	twice      int      // or so; 0: 200
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
		again := slices.Contains(c.deleted, jti)
		c.deleted = append(c.deleted, jti)
		switch {
		case slices.Contains(c.gone, jti), again && c.twiceGone:
			return servertest.Answer(404, notThere), nil
		case again && c.twice != 0:
			return servertest.Answer(c.twice, ""), nil
		}
		return servertest.Answer(200, `{"success":true}`), nil
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
			rows = append(rows, servertest.RowOf(jti))
		}
	}
	return servertest.FirstPageOf(r, rows...), nil
}

func TestRevokeAll_alreadyGoneMustNotContradictTheList(t *testing.T) {
	t.Parallel()
	down := func(nth int) *http.Response {
		if nth == 1 {
			return nil
		}
		return servertest.Answer(500, "")
	}
	for name, test := range map[string]struct {
		server  *contradictory
		outcome tiledesk.Outcome // of those that are gone
		text    string           // of the run's error; empty: there is none
		kind    error
	}{
		"gone ones leave the list":                         {&contradictory{jtis: []string{"a", "x", "y"}}, tiledesk.AlreadyGone, "", nil},
		"gone ones stay, revoked ones leave":               {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"x", "y"}}, tiledesk.Failed, "about 2 tokens", tiledesk.ErrUnexpectedResponse},
		"gone ones stay, none was revoked":                 {&contradictory{jtis: []string{"x", "y"}, stay: []string{"x", "y"}}, tiledesk.Failed, "about 2 tokens", tiledesk.ErrUnexpectedResponse},
		"gone and revoked ones stay, and are gone alike":   {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"a", "x", "y"}, twiceGone: true}, tiledesk.AlreadyGone, "", nil},
		"gone and revoked ones stay, and are told apart":   {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"a", "x", "y"}}, tiledesk.Failed, "about 2 tokens", tiledesk.ErrUnexpectedResponse},
		"gone and revoked ones stay, and nothing is known": {&contradictory{jtis: []string{"a", "x", "y"}, stay: []string{"a", "x", "y"}, twice: http.StatusInternalServerError}, tiledesk.Failed, "", nil},
		"some of the revoked ones leave":                   {&contradictory{jtis: []string{"a", "b", "x", "y"}, stay: []string{"a", "x", "y"}}, tiledesk.Failed, "about 2 tokens", tiledesk.ErrUnexpectedResponse},
		"the last listing fails":                           {&contradictory{jtis: []string{"a", "x", "y"}, onList: down}, tiledesk.Failed, "500", tiledesk.ErrServer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.server.gone = []string{"x", "y"}
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), test.server.RoundTrip)
			var heard servertest.Hearing
			report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: heard.Hear, IncludeCurrent: true})
			for _, jti := range []string{"x", "y"} {
				if got := heard.Of(t, jti); got.Outcome != test.outcome || got.Attempts != 2 || (got.Err == nil) != (test.outcome == tiledesk.AlreadyGone) {
					t.Errorf("%s is %v after %d attempts: %v", jti, got.Outcome, got.Attempts, got.Err)
				}
			}
			if test.outcome == tiledesk.AlreadyGone && report.AlreadyGone != 2 || test.outcome == tiledesk.Failed && report.Failed != 2 {
				t.Errorf("got %+v", report)
			}
			switch {
			case test.text == "" && (report.RunErr() != nil || (err == nil) != (test.outcome == tiledesk.AlreadyGone)):
				t.Errorf("got %v", err)
			case test.text != "" && (report.RunErr() == nil || !errors.Is(report.RunErr(), test.kind) || !strings.Contains(report.RunErr().Error(), test.text)):
				t.Errorf("the run's error is %v", report.RunErr())
			}
			if slices.Contains(test.server.deleted, "own") == (test.outcome == tiledesk.Failed) {
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
		return servertest.Answer(403, "")
	}}
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), server.RoundTrip)
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.NotAttempted != 1 || !errors.Is(report.Failures[0].Err, tiledesk.ErrUnexpectedResponse) || !errors.Is(err, tiledesk.ErrForbidden) {
		t.Errorf("got %+v, %v", report, err)
	}
}

// A server that answers 404 to the token in use has accepted it for that request.
func TestRevokeAll_tokenInUseThatIsAnswered404IsNotGone(t *testing.T) {
	t.Parallel()
	server := &contradictory{jtis: []string{"own"}, gone: []string{"own"}}
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), server.RoundTrip)
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if report.Failed != 1 || !errors.Is(err, tiledesk.ErrNotFound) || !strings.Contains(report.Failures[0].Err.Error(), "still valid") {
		t.Errorf("got %+v, %v", report, err)
	}
}

// A server that names the token and finds none contradicts itself: that is no
// "already gone".
func TestRevokeAll_contradictionIsNotAlreadyGone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"n of 0":       `{"_id":"id-a","jti":"a","n":0}`,
		"in another":   `{"value":{"_id":"id-a","jti":"a"},"lastErrorObject":{"n":0}}`,
		"two counts":   `{"n":1,"deletedCount":0}`,
		"denied":       `{"n":0,"revoked":false}`,
		"404, success": `404{"success":true,"msg":"Object not found."}`,
		"404, n of 1":  `404{"success":false,"n":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, text := 200, strings.TrimPrefix(body, "404")
			if text != body {
				status = 404
			}
			transport := servertest.Answering(servertest.Reply(200, `[`+servertest.RowOf("a")+`]`), servertest.Reply(200, `[]`), servertest.Reply(status, text), servertest.Reply(status, text), servertest.Reply(200, `[]`))
			report, err := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)).JWT.RevokeAll(t.Context(), nil)
			if err == nil || report.Failed != 1 || report.AlreadyGone != 0 || report.Revoked != 0 {
				t.Errorf("got %+v, %v; want one failure", report, err)
			}
		})
	}
}
