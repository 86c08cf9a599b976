package conformance

import (
	"errors"
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// revocation is both DELETE routes.
var revocation = map[string]func(*testing.T, Target){
	"a token is revoked by jti, and by id": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		tokens := a.tokens(t, target, 2)
		if _, err := a.client.JWT.RevokeByJTI(t.Context(), jtiOf(t, tokens[0])); err != nil {
			t.Error(err)
		}
		entry := entryOf(t, a.client, tokens[1])
		if entry == nil {
			t.Fatal("the token is not listed")
		}
		if _, err := a.client.JWT.RevokeByID(t.Context(), entry.ID); err != nil {
			t.Error(err)
		}
		for _, token := range tokens {
			if hidden := entryOf(t, a.client, token) == nil; hidden != target.RevokedHidden {
				t.Errorf("a revoked token is hidden: (got) %v, (want) %v", hidden, target.RevokedHidden)
			}
		}
	},
	"a second revoke answers as the target is known to": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		jti := jtiOf(t, a.tokens(t, target, 1)[0])
		if _, err := a.client.JWT.RevokeByJTI(t.Context(), jti); err != nil {
			t.Fatal(err)
		}
		_, err := a.client.JWT.RevokeByJTI(t.Context(), jti)
		if gone := errors.Is(err, tiledesk.ErrNotFound); gone != (target.SecondRevoke == 404) || err != nil && !gone {
			t.Errorf("the second revoke is %v, want %d", err, target.SecondRevoke)
		}
	},
	"an unknown jti and an unknown id are 404": func(t *testing.T, target Target) {
		a := target.bystander
		_, byJTI := a.client.JWT.RevokeByJTI(t.Context(), "00000000-0000-4000-8000-000000000000")
		_, byID := a.client.JWT.RevokeByID(t.Context(), "000000000000000000000000")
		if !errors.Is(byJTI, tiledesk.ErrNotFound) || !errors.Is(byID, tiledesk.ErrNotFound) {
			t.Errorf("by jti %v, by id %v", byJTI, byID)
		}
	},
	"an id that is not an ObjectId is 500": func(t *testing.T, target Target) {
		_, err := target.bystander.client.JWT.RevokeByID(t.Context(), "nope")
		wantMessage(t, err, 500, "Error deleting object.")
	},
	"any twelve bytes are an id": func(t *testing.T, target Target) {
		_, err := target.bystander.client.JWT.RevokeByID(t.Context(), "twelve-bytes")
		wantMessage(t, err, 404, "Object not found.")
	},
	"an id route without an id is the jti \"id\"": func(t *testing.T, target Target) {
		got := send(t, target, http.MethodDelete, historyPath+"/id/", "JWT "+target.bystander.token, "")
		wantStatus(t, got, 404)
		wantBody(t, got, `{"success":false,"msg":"Object not found."}`)
	},
	"a jti with a slash reaches the jti route": func(t *testing.T, target Target) {
		_, err := target.bystander.client.JWT.RevokeByJTI(t.Context(), "a/6b02c07b9faa1f3010013192")
		wantMessage(t, err, 404, "Object not found.")
	},
	"the token of another user is not found": func(t *testing.T, target Target) {
		if _, err := target.reader.client.JWT.RevokeToken(t.Context(), target.bystander.token); !errors.Is(err, tiledesk.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	},
	"revoking all spares the token in use, and revokes it last when asked to": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		a.tokens(t, target, 5)
		report, err := a.client.JWT.RevokeAll(t.Context(), nil)
		if err != nil || report.Revoked != 5 || report.Skipped != 1 {
			t.Errorf("got %+v, %v", report, err)
		}
		a.tokens(t, target, 1) // its row shows whether the rows of revoked tokens stay
		report, err = a.client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
		if err != nil || report.Failed+report.NotAttempted > 0 {
			t.Errorf("got %+v, %v", report, err)
		}
		_, err = a.client.JWT.ListHistory(t.Context(), nil)
		if refused := errors.Is(err, tiledesk.ErrUnauthorized); refused == target.NotEnforced {
			t.Errorf("after it a list is %v", err)
		}
	},
}
