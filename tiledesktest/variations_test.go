package tiledesktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// variations are the recordings whose state or request needs more than a user
// with 95 tokens who asks with the newest of them.
var variations = map[string]variation{
	"array_list_200_page_0":              {options: bareArrays, tokens: 7},
	"array_list_200_page_1":              {options: bareArrays, tokens: 7},
	"array_list_200_page_1_after_revoke": {options: bareArrays, tokens: 7, prepare: revokeOldest},
	"array_list_200_past_the_end":        {options: bareArrays, tokens: 7},
	"array_revoke_200":                   {options: bareArrays, tokens: 7, path: oldestJTI},

	"enforcement_off_revoke_200": {
		options: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}, path: ownJTI,
	},
	"enforcement_off_token_still_accepted_200": {
		options: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}, prepare: revokeOwn,
	},

	"history_off_list_400":                  {options: noModule},
	"history_off_list_400_no_authorization": {options: noModule},
	"history_off_revoke_id_400":             {options: noModule},
	"history_off_revoke_jti_400":            {options: noModule},

	"list_400_malformed_basic":   {authorization: fixed("Basic !!!!")},
	"list_401_bad_signature":     {authorization: badSignature},
	"list_401_own_token_revoked": {prepare: revokeOwn},
	"list_401_wrong_password":    {authorization: fixed(basic(agent, "bad"))},
	"list_403_two_spaces":        {authorization: func(s *scene) string { return "JWT  " + s.own }},

	"revoke_id_200":        {path: func(s *scene) string { return "/jwt/history/id/" + firstID(s) }},
	"revoke_jti_200":       {path: oldestJTI},
	"revoke_jti_200_again": {prepare: revokeOldest, path: oldestJTI},
	"revoke_own_jti_200":   {path: ownJTI},
	"token_revoked_401":    {prepare: revokeOwn},
}

var (
	bareArrays = []tiledesktest.Option{
		tiledesktest.WithBareArray(),
		tiledesktest.WithPageSize(5),
		tiledesktest.WithRevokedHidden(),
	}
	noModule = []tiledesktest.Option{tiledesktest.WithoutHistoryModule()}
)

func fixed(authorization string) func(*scene) string {
	return func(*scene) string { return authorization }
}

func badSignature(s *scene) string {
	return "JWT " + strings.TrimSuffix(s.own, "c2lnbmF0dXJl") + "YmFkc2lnbmF0dXJl"
}

func oldestJTI(s *scene) string { return "/jwt/history/" + jtiOf(s.tokens[0]) }

func ownJTI(s *scene) string { return "/jwt/history/" + jtiOf(s.own) }

func revokeOldest(t *testing.T, s *scene) {
	t.Helper()
	got := send(t, s.server, http.MethodDelete, oldestJTI(s), basic(agent, password), "")
	got.wantStatus(t, http.StatusOK)
}

func revokeOwn(t *testing.T, s *scene) {
	t.Helper()
	got := send(t, s.server, http.MethodDelete, ownJTI(s), basic(agent, password), "")
	got.wantStatus(t, http.StatusOK)
}

// firstID is the id of the newest token.
func firstID(s *scene) string {
	return entries(s.server, "/jwt/history", basic(agent, password))[0].ID
}
