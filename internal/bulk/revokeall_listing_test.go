package bulk_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeAll_asksForPageOneWherePageZeroIsEmpty(t *testing.T) {
	t.Parallel()
	var sent []string
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method+" "+r.URL.RequestURI())
		switch {
		case r.Method == "DELETE":
			return servertest.Answer(200, ""), nil
		case r.URL.Query().Get("page") == "1":
			return servertest.Answer(200, "["+servertest.RowOf("a")+"]"), nil
		}
		return servertest.Answer(200, "[]"), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	want := []string{"GET /jwt/history", "GET /jwt/history?page=1", "GET /jwt/history?page=2", "DELETE /jwt/history/id/id-a"}
	if err != nil || report.Revoked != 1 || len(sent) < 4 || strings.Join(sent[:4], ", ") != strings.Join(want, ", ") {
		t.Errorf("got %+v, %v, sent %q", report, err, sent)
	}
}

func TestRevokeAll_tellsEntriesApartByBothIdentifiers(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"a zero byte within a name": {`{"_id":"a\u0000b","jti":"c"}`, `{"_id":"a","jti":"b\u0000c"}`},
		"where one ends":            {`{"_id":"ab","jti":"c"}`, `{"_id":"a","jti":"bc"}`},
		"none":                      {`{"x":1}`, `{"x":1}`, `{"x":11}`},
	}
	for sentence, entries := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
				return servertest.FirstPageOf(r, entries...), nil
			})
			var heard servertest.Hearing
			_, _ = client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{DryRun: true, OnResult: heard.Hear})
			if len(heard) != len(entries) {
				t.Errorf("heard of %v, want %d entries", heard, len(entries))
			}
		})
	}
}

func TestRevokeAll_endsWhenTokensKeepAppearing(t *testing.T) {
	t.Parallel()
	server, client, _ := servertest.NewServer(t, 1)
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == "GET" && r.Query.Get("page") == "" {
			server.Issue(servertest.Email, 1)
		}
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "keep appearing") || report.Passes != 10 || report.Revoked != 10 || !report.Incomplete {
		t.Errorf("got %+v, %v", report, err)
	}
	if errors.Is(err, tiledesk.ErrIncompleteHistory) {
		t.Errorf("no listing was incomplete: %v", err)
	}
}

func TestRevokeAll_saysThatItsTenthListingWasIncomplete(t *testing.T) {
	t.Parallel()
	_, client, _ := servertest.NewServer(t, 100, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5), tiledesktest.WithRevokedHidden())
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, tiledesk.ErrIncompleteHistory) || !strings.Contains(err.Error(), "keep appearing") || report.Passes != 10 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_listsAgainAfterAnIncompleteListing(t *testing.T) {
	t.Parallel()
	// The count of the second listing falls between its two pages, as when somebody
	// revokes meanwhile: it brings nothing new, and proves nothing.
	lists := 0
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			return servertest.Answer(200, ""), nil
		}
		lists++
		page, count := servertest.RowOf("a"), 2
		if r.URL.Query().Has("page") {
			page = servertest.RowOf("b")
		}
		if r.URL.Query().Get("page") == "2" {
			page = ""
		}
		if lists == 5 {
			count = 1
		}
		return servertest.Answer(200, fmt.Sprintf(`{"perPage":1,"count":%d,"jwts":[%s]}`, count, page)), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if err != nil || report.Revoked != 2 || report.Passes != 3 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_saysThatItsLastListingWasIncomplete(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 12, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5))
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, tiledesk.ErrIncompleteHistory) || report.Revoked != 4 || revokedAmong(server, tokens) != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_usesWhatAListingGaveBeforeItFailed(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 12, tiledesktest.WithPageSize(5))
	for _, fault := range after(1, "GET", tiledesktest.Fault{Status: 500}) {
		server.Inject(fault)
	}
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
	if !errors.Is(err, tiledesk.ErrServer) || report.Revoked != 4 || report.NotAttempted != 1 || revokedAmong(server, tokens) != 4 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeAll_stopsOnAListingThatIsRefused(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 12, tiledesktest.WithPageSize(5))
	for _, fault := range after(1, "GET", tiledesktest.Fault{Status: 401, Body: "Unauthorized"}) {
		server.Inject(fault)
	}
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	// The token in use would have been skipped anyway.
	if !errors.Is(err, tiledesk.ErrUnauthorized) || report.NotAttempted != 4 || report.Skipped != 1 || revokedAmong(server, tokens) != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestRevokeReport_incompleteWhereTokensMayBeUnseen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts   []tiledesktest.Option
		faults []tiledesktest.Fault
		want   bool
	}{
		"all is well":               {want: false},
		"one token fails":           {faults: []tiledesktest.Fault{{Method: "DELETE", Status: 500}}, want: false},
		"the run stops":             {faults: []tiledesktest.Fault{{Method: "DELETE", Status: 403}}, want: false},
		"a page fails":              {faults: after(1, "GET", tiledesktest.Fault{Status: 500}), want: true},
		"a page is refused":         {faults: after(1, "GET", tiledesktest.Fault{Status: 403}), want: true},
		"the server ignores a page": {opts: []tiledesktest.Option{tiledesktest.WithPageIgnored()}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client, _ := servertest.NewServer(t, 7, append(tt.opts, tiledesktest.WithPageSize(5))...)
			for _, fault := range tt.faults {
				server.Inject(fault)
			}
			report, err := client.JWT.RevokeAll(t.Context(), nil)
			if report.Incomplete != tt.want {
				t.Errorf("got %t: %v", report.Incomplete, err)
			}
		})
	}
}
