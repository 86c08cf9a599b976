package tiledesk

import (
	"testing"
)

// TestVerdict_document compares what a document names with what was asked for.
func TestVerdict_document(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		route route
		asked string
		body  string
		want  error
	}{
		"a jti that is a number":             {routeRevokeByJTI, "12", `{"jti":12}`, nil},
		"an id that is a number":             {routeRevokeByID, "12", `{"_id":12}`, nil},
		"an ObjectId in capitals":            {routeRevokeByID, "6B02C254B4F8164BC2AE64B7", `{"_id":"6b02c254b4f8164bc2ae64b7"}`, nil},
		"a jti in capitals":                  {routeRevokeByJTI, "ABC", `{"jti":"abc"}`, ErrUnexpectedResponse},
		"an id of text in capitals":          {routeRevokeByID, "ABC", `{"_id":"abc"}`, ErrUnexpectedResponse},
		"the jti asked for, whatever the id": {routeRevokeByJTI, "a", `{"_id":"b","jti":"a"}`, nil},
		"the id asked for, whatever the jti": {routeRevokeByID, "b", `{"_id":"b","jti":"a"}`, nil},
		"asked by jti, named by id only":     {routeRevokeByJTI, "a", `{"_id":"a"}`, nil},
		"asked by id, named by jti only":     {routeRevokeByID, "a", `{"jti":"a"}`, nil},
		"asked by jti, another id only":      {routeRevokeByJTI, "a", `{"_id":"b"}`, ErrUnexpectedResponse},
		"asked by jti, the id is the same":   {routeRevokeByJTI, "a", `{"_id":"a","jti":"b"}`, ErrUnexpectedResponse},
		"asked by id, the jti is the same":   {routeRevokeByID, "a", `{"_id":"b","jti":"a"}`, ErrUnexpectedResponse},
		"a jti that begins alike":            {routeRevokeByJTI, "a", `{"jti":"ab"}`, ErrUnexpectedResponse},
		"a jti with a slash":                 {routeRevokeByJTI, "a/b", `{"jti":"a/b"}`, nil},
		"a jti with escapes":                 {routeRevokeByJTI, "ü", `{"jti":"\u00fc"}`, nil},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			transport := answering(reply(200, test.body))
			client := newTestClient(t, testURL, withTransport(transport))
			revoke := client.JWT.RevokeByJTI
			if test.route == routeRevokeByID {
				revoke = client.JWT.RevokeByID
			}
			resp, err := revoke(t.Context(), test.asked)
			checkVerdict(t, resp, err, test.want)
			if len(transport.requests) != 1 || transport.requests[0].Method != "DELETE" {
				t.Errorf("sent %d requests, want one DELETE", len(transport.requests))
			}
		})
	}
}
