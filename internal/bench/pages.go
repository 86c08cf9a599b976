package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	entries  = 40
	someTime = "2026-11-22T10:22:29.737Z"
)

// recorded is the body of one of the recorded exchanges.
func recorded(name string) []byte {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", name+".json"))
	if err != nil {
		panic(fmt.Sprintf("%v: run it in internal/bench", err))
	}
	var exchange struct{ Response struct{ Body string } }
	if err := json.Unmarshal(data, &exchange); err != nil {
		panic(err)
	}
	return []byte(exchange.Response.Body)
}

func recordedPage() []byte { return recorded("list_200_first_page_jwt") }

func recordedToken() string {
	var reply struct{ Token string }
	if err := json.Unmarshal(recorded("signin_200"), &reply); err != nil {
		panic(err)
	}
	return strings.TrimPrefix(reply.Token, "JWT ")
}

// someJTI is the token that was revoked in the recording.
var (
	someJTI                        = recordedJTI()
	deletedBefore, deletedAfter, _ = strings.Cut(string(recorded("revoke_jti_200")), someJTI)
)

func recordedJTI() string {
	var document struct{ JTI string }
	if err := json.Unmarshal(recorded("revoke_jti_200"), &document); err != nil {
		panic(err)
	}
	return document.JTI
}

// deleted is the recorded answer to a DELETE, for that identifier.
func deleted(identifier string) []byte {
	return []byte(deletedBefore + identifier + deletedAfter)
}

// githubPage, godoPage and gitlabPage are lists as those APIs document them,
// every entry with all the fields that they send, padded to about size bytes.
func githubPage(size int) []byte {
	return fill(size, "[", "]", func(i int, pad string) string {
		return fmt.Sprintf(`{"id":%d,"key":"ssh-ed25519 AAAA%s","url":"https://api.github.com/user/keys/%d","title":"key %d","verified":true,"created_at":"2026-11-22T10:22:29Z","last_used":"2026-11-22T10:22:29Z","read_only":false}`, 1000+i, pad, 1000+i, i)
	})
}

func godoPage(size int) []byte {
	return fill(size, `{"ssh_keys":[`, fmt.Sprintf(`],"links":{},"meta":{"total":%d}}`, entries), func(i int, pad string) string {
		return fmt.Sprintf(`{"id":%d,"fingerprint":"3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa","public_key":"ssh-ed25519 AAAA%s","name":"key %d"}`, 1000+i, pad, i)
	})
}

func gitlabPage(size int) []byte {
	return fill(size, "[", "]", func(i int, pad string) string {
		return fmt.Sprintf(`{"id":%d,"name":"token %d","revoked":false,"created_at":"%s","description":"%s","scopes":["api"],"user_id":24,"last_used_at":"%s","active":true,"expires_at":"2027-11-22"}`, 1000+i, i, someTime, pad, someTime)
	})
}

// fill makes a list of 40 entries whose padding brings it to about size bytes.
func fill(size int, before, after string, entry func(i int, pad string) string) []byte {
	pad := strings.Repeat("C", max(0, (size-len(before)-len(after))/entries-1-len(entry(10, ""))))
	all := make([]string, entries)
	for i := range all {
		all[i] = entry(i, pad)
	}
	return []byte(before + strings.Join(all, ",") + after)
}
