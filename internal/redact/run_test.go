package redact_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestRevokeAll_textsShowNoSecret(t *testing.T) {
	t.Parallel()
	own, listed := servertest.TokenOf("own"), strings.Replace(servertest.TokenOf("listed"), ".c2lnbmF0dXJl", ".YW5vdGhlciBzaWduYXR1cmU", 1)
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(own), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			return servertest.Answer(500, `{"success":false,"msg":"no: `+r.Header.Get("Authorization")+" "+listed+`"}`), nil
		}
		return servertest.FirstPageOf(r, `{"_id":"1","jti":"a","token":"`+listed+`"}`, `{"_id":"2","jti":"`+listed+`"}`), nil
	})
	var texts strings.Builder
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: func(r tiledesk.RevokeResult) { show(&texts, r, r.Token, r.Err) }})
	show(&texts, report, *report, err, report.Failures)
	_, err = client.JWT.RevokeEach(t.Context(), servertest.ByJTI(own, listed, "JWT "+listed), &tiledesk.RevokeOptions{OnResult: func(r tiledesk.RevokeResult) { show(&texts, r, r.Target) }})
	show(&texts, err)
	if report.Failed != 2 || strings.Contains(texts.String(), "eyJ") || strings.Contains(texts.String(), "c2lnbmF0dXJl") || strings.Contains(texts.String(), "YW5vdGhlciBzaWduYXR1cmU") {
		t.Errorf("%+v: %s", report, texts.String())
	}
}

// show prints values in every way that a program might.
func show(b *strings.Builder, values ...any) {
	text := slog.New(slog.NewTextHandler(b, nil))
	lines := slog.New(slog.NewJSONHandler(b, nil))
	for _, v := range values {
		fmt.Fprintf(b, "%v %+v %#v %s %q\n", v, v, v, v, v)
		text.Info("", "value", v)
		lines.Info("", "value", v)
		_ = json.NewEncoder(b).Encode(v)
	}
}
