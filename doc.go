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
// call, is a [CredentialsFunc] or a [Credentials] of your own, which can rotate. One
// client serves many users, see [Client.WithCredentials]. A job of many calls should [SignIn] once
// rather than send the password each time, which costs the server a password hash
// a request, and end with [Client.SignOut].
//
// # Calls
//
// [JWTService.ListHistory] reads one page of the history and [JWTService.History]
// all of them. [JWTService.RevokeByJTI], [JWTService.RevokeByID] and
// [JWTService.RevokeToken] revoke one token, [JWTService.RevokeEach] and
// [JWTService.RevokeAll] many, with a report. [JWTService.Accepts] asks whether
// the server still accepts a token.
//
// The history is that of the user who calls; the API has no way to see or revoke
// the tokens of others. It does not hold every token: the server never records
// sign-ins with Google, OAuth2 or the super password, nor the tokens that
// signinWithCustomToken mints (read in its source, the super password measured).
//
// # Errors
//
// The kinds of failure are sentinels for [errors.Is], [ErrNotFound] for example.
// Whatever follows an answer of the server is an [*APIError] for [errors.As] as
// well, with status, message and the whole response; a call that was canceled or
// came too late is [context.Canceled] or [context.DeadlineExceeded] as well.
//
// Since an error can be of several kinds, ask in this order; the example Status makes
// it a function from an error to an HTTP status.
//
//   - [context.Canceled]: the caller went away
//   - [ErrCredentials], then [ErrInvalidArgument]: nothing was sent, the caller can fix it
//   - [ErrHistoryUnavailable]: this server can neither list nor revoke
//   - [ErrRateLimited], [ErrLimiterRefused]: later
//   - [context.DeadlineExceeded], [ErrNoAnswer]: unknown whether it was carried out
//   - [ErrForbidden], and [ErrUnauthorized] and [ErrNotFound] where
//     [APIError.FromServer] says that they are the server's own
//   - whatever is left is the server or what stands before it: [ErrServer],
//     [ErrRedirected], [ErrUnexpectedResponse], [ErrResponseTooLarge],
//     [ErrIncompleteHistory], [ErrTokensKeepAppearing]
//
// No error, log line or printed value shows a password, a token or a body. Those
// who need them find header and body in [Response] and the entry in [Token], by
// the names of the fields.
//
// # What a revocation proves
//
// A nil error means that the server said the token is revoked, and that nothing in
// its answer speaks against it. A redirect, an HTML page, a document of another
// token, a body that says otherwise, and an empty body whose end is not known (the
// connection may have been cut) are errors: treat the token as still valid.
//
// It does not mean that the server refuses the token. One that runs without
// JWT_HISTORY_ENABLED never does (measured); ask [JWTService.Accepts] before and
// after. A token without a jti is never refused, and the WebSocket and
// signinWithCustomToken accept revoked tokens as well (all three measured). A new
// password ends no token (measured). What ends one everywhere but at
// signinWithCustomToken is a user whose status is not 100 (measured); what ends all
// tokens of all users is a new GLOBAL_SECRET of the server.
//
// Nor does a 401 prove a revocation. The server's own is the bare text
// "Unauthorized" whatever the reason (measured), and any other is that of a proxy
// or gateway: [APIError.FromServer] tells them apart. [JWTService.Accepts] is false
// on the server's own 401 only, and [Client.SignOut] takes it for a success only
// where the server accepted the token before. A 404 means that the token is not
// there only in the words of the API.
//
// A report of [JWTService.RevokeAll] is held against the list at the end of the
// run: tokens called [AlreadyGone] that are listed again are an error, unless the
// server lists what this run revoked and calls that gone as well. Tokens
// without a jti are [Failed] where other entries show one, and counted in
// [RevokeReport].WithoutJTI where none does.
//
// # Retries and rate
//
// A call is tried up to four times when the server answers 429, 502, 503 or 504
// or the connection breaks, with growing random waits, or with the wait that the
// server asks for; see [RetryPolicy]. At most 200 requests leave in any minute,
// which is what Tiledesk promises to accept; see [WithRateLimiter], and for a server
// of your own [NewAdaptiveLimiter]. An attempt ends
// after 30 seconds, a call when its context does.
//
// # Marks
//
// The documentation says how a fact about the server is known: (measured) was tried on
// the open-source server 2.19.16, (documented) is on the API pages of Tiledesk, (read in
// its source) is in the public source of that version and was not tried, and (inferred)
// follows from other public facts and is likely.
//
// # Tests
//
// Package [github.com/go-tiledesk/tiledesk/tiledesktest] is a Tiledesk JWT API on
// the loopback interface, with users, tokens, faults and a record of requests. It has
// an option for each thing that is unknown about the real one: code that passes under
// all of them works whatever the server does. Hours pass in a moment in a
// testing/synctest bubble, with the transport of its Server.
//
// Under github.com/jarcoal/httpmock, give each test a NewMockTransport by
// [WithHTTPClient]. A mock made of an [net/http/httptest.ResponseRecorder] has to set
// "Content-Length: 0" for an empty 200: without it the end of the body is unknown, and
// the client does not take it for a revocation.
package tiledesk
