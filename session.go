package tiledesk

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk/internal/authz"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

var routeSignIn = route{method: "POST", template: "/auth/signin", prefix: "/auth/signin"}

const mintedUnseen = "a token may have been minted that nobody holds; look for it in the history and revoke it"

// SignIn exchanges email and password for a token, once, and returns a client
// that uses the token. The options hold for the exchange and for the client.
// Basic authorization costs the server a password hash for every request:
// measured, 100 revocations took 20.3 s with it and 2.4 s signed in.
//
// POST /auth/signin, sent exactly once whatever happens, since each success mints
// a token that never expires. So sign out at the end, also when the job failed:
//
//	defer func() {
//		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
//		defer cancel()
//		_, err := client.SignOut(ctx)
//		…
//	}()
//
// A wrong email or password is [ErrUnauthorized]; one that the server cannot read
// is an [*APIError] with status 422 and Fields. Where the reply was lost or
// carried no token, the error says that a token may exist that nobody holds.
func SignIn(ctx context.Context, email, password string, opts ...Option) (*Client, error) {
	switch {
	case strings.TrimSpace(email) == "":
		return nil, invalidArgument("the email is empty")
	case password == "":
		return nil, invalidArgument("the password is empty")
	case !utf8.ValidString(email), !utf8.ValidString(password):
		return nil, invalidArgument("email or password is not UTF-8, which JSON cannot carry")
	}
	settings, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	body, _ := json.Marshal(map[string]string{"email": email, "password": password}) // texts alone: cannot fail
	anonymous := &Client{settings: settings, accepted: new(accepted), authorization: func(context.Context) (string, error) { return "", nil }}
	r := request{route: routeSignIn, body: body, once: true, unseen: mintedUnseen, inBody: []string{password, jsonInner(password)}}
	credentials, end := exchange(ctx, anonymous, r, readSignIn)
	if end.err != nil {
		anonymous.CloseIdleConnections()
		return nil, end.err
	}
	return newClient(credentials, settings), nil
}

// refusedSignOut is the advice where a 401 may have other reasons than a revocation.
const refusedSignOut = "the server refuses the token, which does not prove that it is revoked: it may be revoked already, expired, truncated or of another server; list the history with the account's own credentials to find out"

// SignOut revokes the token that the client holds, which is the end of the client.
//
// The server's own 401 counts as signed out where this client knows that the
// server accepted this very token before: the last call that succeeded was under it.
// Then the Response is that 401 and the error nil. The token has ended then, by a
// revocation or otherwise: it expired, the server's secret was replaced, or its user
// was disabled (the last two measured). Otherwise the 401 is [ErrUnauthorized], since
// the server answers a truncated token or one of another server the same (measured),
// and an expired one (read in its source). That the client signed in for the token is
// not enough: whoever refuses it now may accept it later, another replica of the
// server for example. A 401 of a proxy or gateway proves nothing and is
// [ErrUnauthorized] as well, see [APIError.FromServer].
//
// DELETE /jwt/history/:jti. A client without a token, or whose token has no jti,
// is [ErrInvalidArgument]; other errors are those of [JWTService.RevokeByJTI].
func (c *Client) SignOut(ctx context.Context) (*Response, error) {
	authorization, claims, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	if claims.JTI == "" {
		return nil, invalidArgument("the client's token has no jti, so that no revocation ends it: only a new GLOBAL_SECRET on the server, or disabling the user, does")
	}
	resp, end := c.JWT.delete(ctx, request{
		route: routeRevokeByJTI, identifier: claims.JTI, authorization: authorization,
		reads401: c.tookBefore(authorization), final: true, advice401: refusedSignOut,
	})
	return resp, end.err
}

// Claims reads what the token that the client sends says about itself, its jti and
// its user for example, so that a program can recognize the token in the history.
// It sends nothing, and nobody has verified what it reads.
//
// A client that sends no JWT, one with BasicAuth for example, is
// [ErrInvalidArgument]; an error of the credentials is returned without the
// secrets in its text.
func (c *Client) Claims(ctx context.Context) (*Claims, error) {
	_, claims, err := c.token(ctx)
	return claims, err
}

// token is the authorization that the client sends, which must be a JWT, and what
// that says about itself.
func (c *Client) token(ctx context.Context) (authorization string, claims *Claims, err error) {
	if err := c.ready(); err != nil {
		return "", nil, err
	}
	if ctx == nil {
		return "", nil, invalidArgument("the context is nil: use context.Background()")
	}
	if authorization, err = c.authorization(ctx); err != nil {
		return "", nil, err
	}
	if !authz.HasScheme(authorization, "JWT") {
		return "", nil, invalidArgument("the client holds no token: it authorizes with %s", credentialKind(authorization))
	}
	claims, err = ParseClaims(authorization)
	return authorization, claims, err
}

// readSignIn takes the token out of the reply.
func readSignIn(resp *Response) (Credentials, *wire.Fault) {
	token, fault := wire.ReadSignIn(resp.Body)
	if fault != nil {
		return nil, fault
	}
	credentials := JWTAuth(token)
	if checkCredentials(credentials) != nil {
		return nil, wire.NoToken()
	}
	return credentials, nil
}

// jsonInner is the text as it stands between the quotes of JSON.
func jsonInner(text string) string {
	quoted, _ := json.Marshal(text) // a text alone: cannot fail
	return string(quoted[1 : len(quoted)-1])
}
