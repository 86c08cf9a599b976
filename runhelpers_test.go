package tiledesk

import (
	"encoding/base64"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"
)

// rawToken makes a token of any payload, with the dummy signature.
func rawToken(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(payload)) + ".c2lnbmF0dXJl"
}

// tokenOf makes a token whose only claim is the jti.
func tokenOf(jti string) string { return rawToken(fmt.Sprintf(`{"jti":%q}`, jti)) }

// newMockClient is a client whose requests go to a function.
func newMockClient(t *testing.T, credentials Credentials, answer func(*http.Request) (*http.Response, error), opts ...Option) *Client {
	t.Helper()
	opts = append([]Option{WithBaseURL("http://localhost"), WithRetryPolicy(quick), WithRateLimiter(nil), withTransport(roundTripFunc(answer))}, opts...)
	client, err := NewClient(credentials, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// firstPageOf answers the first page of a list, and an empty one after it.
func firstPageOf(r *http.Request, entries ...string) *http.Response {
	if r.URL.Query().Has("page") {
		entries = nil
	}
	return answer(200, "["+strings.Join(entries, ",")+"]")
}

// rowOf is a row with the id "id-<jti>".
func rowOf(jti string) string { return fmt.Sprintf(`{"_id":"id-%s","jti":%q}`, jti, jti) }

// byJTI are targets of these jtis.
func byJTI(jtis ...string) iter.Seq2[Target, error] {
	targets := make([]Target, len(jtis))
	for i, jti := range jtis {
		targets[i].JTI = jti
	}
	return Targets(targets...)
}

// hearing collects what OnResult hears.
type hearing []RevokeResult

func (h *hearing) hear(r RevokeResult) { *h = append(*h, r) }

// of is the result of one jti; the test fails without it.
func (h hearing) of(t *testing.T, jti string) RevokeResult {
	t.Helper()
	for _, r := range h {
		if r.Target.JTI == jti {
			return r
		}
	}
	t.Fatalf("nothing was heard of %s: %v", jti, h)
	return RevokeResult{}
}
