package facetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestToken_Field(t *testing.T) {
	t.Parallel()
	token := &tiledesk.Token{Raw: json.RawMessage(`{"status":100,"st\u0061te":"on","a":1,"a":2,"":"empty"}`)}
	var status, last int
	var state, empty string
	for name, v := range map[string]any{"status": &status, "state": &state, "a": &last, "": &empty} {
		if found, err := token.Field(name, v); !found || err != nil {
			t.Errorf("%q: got %t, %v", name, found, err)
		}
	}
	if status != 100 || state != "on" || last != 2 || empty != "empty" {
		t.Errorf("got %d, %q, %d, %q", status, state, last, empty)
	}
	if found, err := token.Field("status", &state); !found || err == nil || strings.Contains(err.Error(), "100") {
		t.Errorf("another type: got %t, %v, want an error that does not show the value", found, err)
	}
	for _, raw := range []string{`null`, `"text"`, `12`, `[1,2]`, `{}`} {
		for _, name := range []string{"status", ""} {
			if found, err := (&tiledesk.Token{Raw: json.RawMessage(raw)}).Field(name, &status); found || err != nil {
				t.Errorf("%q in %s: got %t, %v, want nothing", name, raw, found, err)
			}
		}
	}
}

// A token without Raw cannot tell whether a field is there.
func TestToken_Field_withoutRaw(t *testing.T) {
	t.Parallel()
	var heard servertest.Hearing
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete {
			return servertest.Answer(200, `{"n":1}`), nil
		}
		return servertest.FirstPageOf(r, servertest.RowOf("a")), nil
	})
	if _, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: heard.Hear}); err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]*tiledesk.Token{"of a run": heard.Of(t, "a").Token, "zero": {}, "nil": nil} {
		var v any
		if found, err := token.Field("status", &v); found || !errors.Is(err, tiledesk.ErrInvalidArgument) || !strings.Contains(err.Error(), "Raw") {
			t.Errorf("%s: got %t, %v", name, found, err)
		}
	}
}

func TestToken_printsForEveryVerbWithoutRaw(t *testing.T) {
	t.Parallel()
	token := tiledesk.Token{ID: "1", JTI: "a", CreatedAt: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Raw: json.RawMessage(`{"secret":1}`)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, token); !strings.HasPrefix(text, "{ID:1 JTI:a CreatedAt:2026-11-22") || strings.Contains(text, "secret") {
			t.Errorf("%s: got %s", verb, text)
		}
	}
}

func TestRevokeReport_ofARunThatFailedAfterItsTargets(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "own", "a")
	targets := func(yield func(tiledesk.Target, error) bool) {
		_ = yield(tiledesk.Target{JTI: "a"}, nil) && yield(tiledesk.Target{}, errors.New("the file is torn"))
	}
	_, err := newClient(t, server, tiledesk.JWTAuth(tokens[0])).JWT.RevokeEach(t.Context(), targets, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "tiledesk: 0 of 1 token not revoked; ") || !strings.HasSuffix(err.Error(), "the file is torn") {
		t.Errorf("got %v", err)
	}
}

func TestHistoryPage_printsForEveryVerb(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "a")
	page, err := newClient(t, server, tiledesk.JWTAuth(tokens[0])).JWT.ListHistory(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%s"} {
		if text := fmt.Sprintf(verb, *page); !strings.HasPrefix(text, "{Page:0 ") {
			t.Errorf("%s: got %s", verb, text)
		}
		if text := fmt.Sprintf(verb, *page.Response); !strings.HasPrefix(text, "200 ") && !strings.Contains(text, "attempt 1") {
			t.Errorf("%s: got %s", verb, text)
		}
	}
}
