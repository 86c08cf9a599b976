// Package tiledesktest is a stateful Tiledesk JWT API on the loopback
// interface, for the tests of programs that list and revoke tokens.
//
// A [Server] knows users and the tokens they signed in for. It answers
// sign-ins, lists a user's tokens page by page, revokes them, and refuses a
// revoked token from then on:
//
//	func TestRevokesOldTokens(t *testing.T) {
//		server := tiledesktest.NewServer(t)
//		server.AddUser("agent@example.com", "secret")
//		old := server.IssueAt("agent@example.com", time.Now().AddDate(0, -2, 0), 3)
//
//		runTheJob(t, server.URL())
//
//		for _, token := range old {
//			if !server.Revoked(token) {
//				t.Errorf("a token of two months ago is not revoked")
//			}
//		}
//	}
//
// # What it stands for
//
// Sign-ins, authorization, unknown paths and the answers of a server without the
// history module are those of the open-source Tiledesk server 2.19.16, as they
// were recorded.
//
// The routes below /jwt/history belong to that module, which is not public. What
// they answer here, behind the authorization, is a guess: it follows the
// conventions of the server's other routes, and agrees with the recordings of
// our own stand-in for the module. Where guesses differ there is an option: see
// [WithBareArray], [WithRevokedHidden], [WithOneBasedPages], [WithSortParam],
// [WithSecondRevokeNotFound], [WithoutRecording] and the others. A program should
// work under all of them.
//
// # Routes
//
//	POST   /auth/signin           no authorization
//	GET    /testauth              Basic or JWT
//	GET    /users                 Basic or JWT
//	GET    /jwt/history           Basic or JWT
//	DELETE /jwt/history/:jti      Basic or JWT
//	DELETE /jwt/history/id/:id    Basic or JWT
//
// Paths are matched as Express does: before they are decoded and without
// regard to the case of their fixed parts, and each parameter is
// percent-decoded once. So /jwt/history/id%2Fx names the token whose jti is
// "id/x". Any other path is read as the address of a project and answered 400
// "Invalid project id".
//
// # Tokens
//
// Tokens have the shape and the claims of the real server's, and all of them
// the same dummy signature. A token is accepted when it is, byte for byte, one
// that this server issued.
//
// # Faults
//
// [Server.Inject] makes the network or the server misbehave: an error status,
// a delay, a connection that breaks before or after the effect.
// [Server.OnRequest] runs code between two requests, and [Server.Requests]
// tells what was asked.
package tiledesktest
