//go:build live

package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A session is what is recorded of one server, in this order.
type session struct {
	name string
	opts Options
	play func(*recorder)
}

var sessions = []session{
	{"as it is", asItIs, playAsItIs},
	{"arrays", turned, playArrays},
	{"not enforced", notEnforced, playNotEnforced},
	{"without the module", withoutIt, playWithoutTheModule},
}

// agent is the user of all recordings, and of no other test.
const agent = "agent@example.com"

func playAsItIs(r *recorder) {
	first := signIn(r.t, r.server, agent)
	issued := issue(r.t, r.server, first, 93)
	own := r.signIn("signin_200", `{"email":"agent@example.com","password":"Passw0rd!x"}`)
	rows := r.learn(own)
	raw := strings.TrimPrefix(own, "JWT ")

	r.get("list_200_first_page_jwt", "", "/jwt/history", own)
	r.get("list_200_page_1_basic", "", "/jwt/history?page=1", basic(agent, password))
	r.get("list_200_page_2", "", "/jwt/history?page=2", own)
	r.get("list_200_past_the_end", "", "/jwt/history?page=9", own)
	r.get("list_200_sorted_ascending", "", "/jwt/history?sortField=createdAt&direction=1", own)

	r.get("list_401_no_authorization", "", "/jwt/history", "")
	r.get("list_401_bearer_scheme", "a valid token under the Bearer scheme is refused", "/jwt/history", "Bearer "+raw)
	r.get("list_401_bad_signature", "", "/jwt/history", "JWT "+raw[:strings.LastIndexByte(raw, '.')]+".c2lnbmF0dXJl")
	r.get("list_401_wrong_password", "", "/jwt/history", basic(agent, "bad"))
	r.get("list_400_malformed_basic", "", "/jwt/history", "Basic !!!!")
	r.get("list_403_two_spaces", "a valid token with two spaces after JWT", "/jwt/history", "JWT  "+raw)
	r.get("users_200_whoami", "", "/users", basic(agent, password))
	r.get("token_accepted_200", "JSON under text/html", "/testauth", first)

	r.remove("revoke_jti_200", "", "/jwt/history/"+rows[0].JTI, own)
	r.get("token_revoked_401", "the token whose jti was revoked above", "/testauth", first)
	r.remove("revoke_jti_200_again", "", "/jwt/history/"+rows[0].JTI, own)
	r.remove("revoke_jti_404", "", "/jwt/history/00000000-0000-4000-8000-000000000000", own)
	r.remove("revoke_id_200", "", "/jwt/history/id/"+rows[90].ID, basic(agent, password))
	r.remove("revoke_id_404", "", "/jwt/history/id/000000000000000000000000", own)
	r.remove("revoke_id_500_not_an_object_id", "", "/jwt/history/id/nope", own)
	r.remove("revoke_400_empty_jti", "an empty jti falls through to the project routes", "/jwt/history/", own)

	other := issued[len(issued)-1]
	r.remove("revoke_own_jti_200", "", "/jwt/history/"+jtiOf(r.t, other), other)
	r.get("list_401_own_token_revoked", "", "/jwt/history", other)

	r.signIn("signin_401_wrong_password", `{"email":"agent@example.com","password":"bad"}`)
	r.signIn("signin_401_unknown_user", `{"email":"nobody@example.com","password":"bad"}`)
	r.signIn("signin_422_validation", `{"email":"zz","password":"bad"}`)
	r.signIn("signin_500_malformed_json", "{bad")
}

func playArrays(r *recorder) {
	own := signIn(r.t, r.server, agent)
	issue(r.t, r.server, own, 6)
	rows := r.learn(own)
	const note = "answers with a bare array, 5 a page"
	r.get("array_list_200_page_0", note, "/jwt/history", own)
	r.get("array_list_200_page_1", note, "/jwt/history?page=1", own)
	r.get("array_list_200_past_the_end", "", "/jwt/history?page=2", own)
	r.remove("array_revoke_200", "revoked tokens leave the list", "/jwt/history/"+rows[1].JTI, own)
	r.get("array_list_200_page_1_after_revoke", "the revoked token has left the list", "/jwt/history?page=1", own)
}

func playNotEnforced(r *recorder) {
	own := signIn(r.t, r.server, agent)
	revoked := issue(r.t, r.server, own, 1)[0]
	r.learn(own)
	r.remove("enforcement_off_revoke_200", "JWT_HISTORY_ENABLED is not true", "/jwt/history/"+jtiOf(r.t, revoked), own)
	r.get("enforcement_off_token_still_accepted_200",
		"JWT_HISTORY_ENABLED is not true: the token revoked above still works", "/testauth", revoked)
}

func playWithoutTheModule(r *recorder) {
	own := signIn(r.t, r.server, agent)
	const note = "the server runs without the history module"
	r.get("history_off_list_400", note, "/jwt/history", own)
	r.get("history_off_list_400_no_authorization", note, "/jwt/history", "")
	r.remove("history_off_revoke_jti_400", note, "/jwt/history/9211a07c-0cdc-4a97-ab71-4d43172ce127", own)
	r.remove("history_off_revoke_id_400", note, "/jwt/history/id/6b02c07b9faa1f3010013192", own)
}

// learn reads all entries of the token's user and tells the scrubber of them,
// oldest first, before any of them can be hidden.
func (r *recorder) learn(token string) []row {
	r.t.Helper()
	var all []row
	for page := 0; ; page++ {
		path := fmt.Sprintf("/jwt/history?sortField=createdAt&direction=1&page=%d", page)
		body := call(r.t, r.server, http.MethodGet, path, token).Body
		var rows []row
		if json.Unmarshal(body, &rows) != nil {
			var list envelope
			decode(r.t, body, &list)
			rows = list.JWTs
		}
		known := len(all)
		for _, row := range rows { // pages that begin at 1 give the first one twice
			if !slices.Contains(all, row) {
				all = append(all, row)
			}
		}
		if len(all) == known && page > 1 {
			break
		}
	}
	for _, row := range all {
		r.scrub.learn(row)
	}
	return all
}
