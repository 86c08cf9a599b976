package tiledesk

import (
	"net/http"
	"strings"
	"testing"
)

func TestRevokeAll_asksForPageOneWherePageZeroIsEmpty(t *testing.T) {
	t.Parallel()
	var sent []string
	client := newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method+" "+r.URL.RequestURI())
		switch {
		case r.Method == "DELETE":
			return answer(200, ""), nil
		case r.URL.Query().Get("page") == "1":
			return answer(200, "["+rowOf("a")+"]"), nil
		}
		return answer(200, "[]"), nil
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
			client := newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
				return firstPageOf(r, entries...), nil
			})
			var heard hearing
			_, _ = client.JWT.RevokeAll(t.Context(), &RevokeOptions{DryRun: true, OnResult: heard.hear})
			if len(heard) != len(entries) {
				t.Errorf("heard of %v, want %d entries", heard, len(entries))
			}
		})
	}
}
