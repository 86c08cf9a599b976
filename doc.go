// Package tiledesk is a client of the Tiledesk JWT API: it lists the tokens that
// a user has signed in with, and revokes them.
//
// Each sign-in to Tiledesk makes a token that never expires, and there is no
// log-out. A token that leaked, or that nobody uses any more, lives until it is
// revoked.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//		"log"
//		"os"
//
//		"github.com/go-tiledesk/tiledesk"
//	)
//
//	func main() {
//		ctx := context.Background()
//		client, err := tiledesk.NewClient(tiledesk.JWTAuth(os.Getenv("TILEDESK_TOKEN")))
//		if err != nil {
//			log.Fatal(err)
//		}
//		for token, err := range client.JWT.History(ctx, nil) {
//			if err != nil {
//				log.Fatal(err)
//			}
//			fmt.Println(token.CreatedAt, token.ID, token.JTI)
//		}
//		if _, err := client.JWT.RevokeByJTI(ctx, "2e5e5e9b-8a3b-4975-83e2-35ea216c468b"); err != nil {
//			log.Fatal(err)
//		}
//	}
//
// # Credentials
//
// [JWTAuth] takes a token as sign-in gives it, [BasicAuth] an email and a
// password. Anything else, such as a token that is read from a vault for each
// call, is a [Credentials] of your own. A job of many calls should [SignIn] once
// rather than send the password each time, which costs the server a password hash
// a request, and end with [Client.SignOut].
//
// # Calls
//
// [JWTService.ListHistory] reads one page of the history and [JWTService.History]
// all of them. [JWTService.RevokeByJTI], [JWTService.RevokeByID] and
// [JWTService.RevokeToken] revoke one token, [JWTService.RevokeEach] and
// [JWTService.RevokeAll] many, with a report. [JWTService.Accepts] asks whether
// the server still takes a token.
//
// The history is that of the user who calls; the API has no way to see or revoke
// the tokens of others.
//
// # Errors
//
// The kinds of failure are sentinels for [errors.Is], [ErrNotFound] for example.
// Whatever follows an answer of the server is an [*APIError] for [errors.As] as
// well, with status, message and the whole response; a call that was cancelled or
// came too late is [context.Canceled] or [context.DeadlineExceeded] as well.
//
// No error, log line or printed value shows a password, a token or a body. Those
// who need them find header and body in [Response] and the entry in [Token], by
// the names of the fields.
//
// # What a revocation proves
//
// A nil error means that the server said the token is revoked. A 2xx whose body
// says otherwise, is an HTML page or may have been cut off, or a redirect, is an
// error. Yet a server that runs without JWT_HISTORY_ENABLED goes on taking a
// revoked token (read in its source): only [JWTService.Accepts] shows the
// difference.
//
// A 401 proves less than it seems to. That of a proxy or gateway says nothing about
// a token, and the server's own is what a truncated token or one of another server
// gets as well: see [Client.SignOut] and [APIError.FromServer].
//
// # Retries and rate
//
// A call is tried up to four times when the server answers 429, 502, 503 or 504
// or the connection breaks, with growing random waits, or with the wait that the
// server asks for; see [RetryPolicy]. At most 200 requests leave in any minute,
// which is what Tiledesk promises to take; see [WithRateLimiter]. An attempt ends
// after 30 seconds, a call when its context does.
//
// # Tests
//
// Package [github.com/go-tiledesk/tiledesk/tiledesktest] is a Tiledesk JWT API on
// the loopback interface, with users, tokens, faults and a record of requests.
package tiledesk
