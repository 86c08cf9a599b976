package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

type inspectCommand struct {
	Format string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"text or json (${default})."`
	File   given  `arg:"" optional:"" name:"file" help:"A file that holds a token, or - for stdin. Without it: TILEDESK_TOKEN or TILEDESK_TOKEN_FILE, else stdin."`
}

// Help is what inspect --help says in addition.
func (*inspectCommand) Help() string {
	return "Nothing is sent, and the signature is not checked: the claims are what the token says of itself."
}

// Run is tiledesk-jwt inspect.
func (c *inspectCommand) Run(ctx context.Context, a *app) error {
	token, err := c.token(ctx, a)
	if err != nil {
		return err
	}
	claims, err := tiledesk.ParseClaims(token)
	if err != nil {
		return err
	}
	if c.Format == inJSON {
		return unwritten("The claims", writeJSON(a.console.out(), claimsJSON(claims)))
	}
	describe(a, claims)
	return nil
}

// inspected are claims for programs; null is what the token does not say.
type inspected struct {
	JTI       *string  `json:"jti"`
	UserID    *string  `json:"userId"`
	IssuedAt  *string  `json:"issuedAt"`
	ExpiresAt *string  `json:"expiresAt"`
	Issuer    *string  `json:"issuer"`
	Audience  []string `json:"audience"`
	Subject   *string  `json:"subject"`
}

func claimsJSON(claims *tiledesk.Claims) inspected {
	text := func(value string) *string { return orNull(redact.Tokens(value)) }
	moment := func(t *time.Time) *string {
		if t == nil {
			return nil
		}
		return orNull(stamp(*t))
	}
	audience := make([]string, 0, len(claims.Audience))
	for _, value := range claims.Audience {
		audience = append(audience, redact.Tokens(value))
	}
	return inspected{
		JTI: text(claims.JTI), UserID: text(claims.UserID), IssuedAt: moment(claims.IssuedAt), ExpiresAt: moment(claims.ExpiresAt),
		Issuer: text(claims.Issuer), Audience: audience, Subject: text(claims.Subject),
	}
}

func (c *inspectCommand) token(ctx context.Context, a *app) (string, error) {
	if c.File != "" {
		return a.readToken(ctx, "inspect", string(c.File))
	}
	if token, err := a.secret("TILEDESK_TOKEN"); err != nil || token != nil {
		if err != nil {
			return "", err
		}
		return token(), nil
	}
	return a.readToken(ctx, "inspect", "-")
}

// readToken reads a raw token from a file or, for -, from stdin. A terminal does
// not show it.
func (a *app) readToken(ctx context.Context, what, name string) (string, error) {
	token, err := wait(ctx, func() (string, error) {
		switch file, ok := a.stdin.(*os.File); {
		case name != "-":
			return a.readSecretFile(name)
		case ok && a.onTerminal.stdin && a.flags.NoInput:
			return "", errors.New("there is nothing to read, and --no-input forbids to ask")
		case ok && a.onTerminal.stdin:
			return a.readHidden(ctx, file)
		}
		return readSecret(a.stdin)
	})
	switch {
	case errors.Is(err, errNotAnswered):
		return "", err
	case err != nil && redact.HasToken(name):
		return "", usage("%s takes the name of a file that holds the token. Do not write the token itself on the command line: it stays in the history of the shell.", what)
	case err != nil:
		return "", usage("%s %s: %s", what, name, err)
	case strings.TrimSpace(token) == "":
		return "", usage("%s %s: it holds no token. Write the token into it, alone.", what, name)
	}
	return token, nil
}

// ofSignIn is the subject of the tokens of a sign-in.
const ofSignIn = "user"

// describe prints claims in words.
func describe(a *app, claims *tiledesk.Claims) {
	const label = len("audience")
	show := func(name, value string) { a.console.columns(bold, name, label, value) }
	show("jti", either(claims.JTI, "none: the server looks for revoked tokens by their jti alone, so no revocation ends this one. "+whatEndsIt))
	show("user id", either(claims.UserID, "not said"))
	if claims.IssuedAt != nil {
		show("issued", clock(*claims.IssuedAt)+" ("+ago(*claims.IssuedAt, a.now())+")")
	} else {
		show("issued", "not said")
	}
	show("issuer", either(claims.Issuer, "not said"))
	show("audience", either(strings.Join(claims.Audience, ", "), "not said"))
	subject := either(claims.Subject, "not said")
	if claims.Subject == ofSignIn {
		subject += ", as in the tokens of a sign-in"
	}
	show("subject", subject)
	show("expires", expiry(a, claims))
	a.console.note("The signature was not checked.")
}

func expiry(a *app, claims *tiledesk.Claims) string {
	switch {
	case claims.ExpiresAt == nil && claims.JTI == "":
		return "never"
	case claims.ExpiresAt == nil && claims.Subject != ofSignIn: // signed with the secret of a project
		return "never; to end it, revoke it"
	case claims.ExpiresAt == nil:
		return "never; to end it, revoke it, disable the user, or change GLOBAL_SECRET"
	case claims.ExpiresAt.Before(a.now()):
		return clock(*claims.ExpiresAt) + " (it expired " + ago(*claims.ExpiresAt, a.now()) + ")"
	}
	return clock(*claims.ExpiresAt) + " (" + ago(*claims.ExpiresAt, a.now()) + ")"
}

func either(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
