package main

import (
	"errors"
	"time"
)

const description = `List and revoke the JWT tokens of a Tiledesk account.

Credentials come from the environment, never from the command line: TILEDESK_TOKEN or TILEDESK_TOKEN_FILE, or TILEDESK_EMAIL with TILEDESK_PASSWORD or TILEDESK_PASSWORD_FILE.

Exit codes: 0 done, 1 something was not revoked, 2 wrong usage, 3 authorization refused, 4 interrupted, 5 no history module.

More: tiledesk-jwt help exit-codes, tiledesk-jwt help environment.`

// grammar is the command line as kong reads it.
type grammar struct {
	globals

	List       listCommand       `cmd:"" help:"Show the tokens of the account."`
	Revoke     revokeCommand     `cmd:"" help:"Revoke tokens by jti, by id, from a list, or a leaked one."`
	RevokeAll  revokeAllCommand  `cmd:"" help:"Revoke all tokens, or all of some age, but the one in use."`
	Inspect    inspectCommand    `cmd:"" help:"Show what a token says about itself. Nothing is sent."`
	Doctor     doctorCommand     `cmd:"" help:"Find out what a server does, above all whether it refuses revoked tokens."`
	Watch      watchCommand      `cmd:"" help:"Show sign-ins as they appear."`
	Incident   incidentCommand   `cmd:"" help:"A token leaked: revoke it, prove it, and look for what else there is, step by step."`
	Demo       demoCommand       `cmd:"" help:"Run a Tiledesk JWT API with sample tokens on this machine."`
	Version    versionCommand    `cmd:"" help:"Show the version."`
	Completion completionCommand `cmd:"" help:"Print the completion script of a shell."`
	Man        manCommand        `cmd:"" help:"Print the manual as a man page."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" passthrough:"partial"`
}

// given is a value that may be left out and not be empty: then a variable of a
// script was not set, and something else than was meant would be done.
type given string

// UnmarshalText takes any text but none.
func (g *given) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errEmpty
	}
	*g = given(text)
	return nil
}

var errEmpty = errors.New("the value is empty; was a variable not set?")

// globals are the flags that every command takes, as far as it uses them.
type globals struct {
	BaseURL      given         `name:"base-url" placeholder:"URL" help:"Where the API answers; TILEDESK_BASE_URL by default, else https://api.tiledesk.com/v3." group:"Connection:"`
	SignIn       bool          `name:"sign-in" help:"Exchange email and password for a token once, and revoke it at the end." group:"Connection:"`
	Rate         perMinute     `default:"200" placeholder:"N" help:"Requests a minute, at most; 0: no limit; auto: as many as the server accepts, for one of your own (${default})." group:"Connection:"`
	Retries      int           `default:"3" placeholder:"N" help:"How many times a request is retried (${default})." group:"Connection:"`
	Timeout      time.Duration `default:"30s" placeholder:"DURATION" help:"How long one attempt may take (${default})." group:"Connection:"`
	InsecureHTTP bool          `name:"insecure-http" help:"Allow http:// to other machines: secrets cross the network in the clear." group:"Connection:"`
	SortAlias    bool          `name:"sort-alias" help:"Send the sort field as \"sort\" too." group:"Connection:"`

	Quiet   bool `short:"q" help:"Say nothing but results and errors." group:"Output:"`
	Debug   bool `help:"Log each request on stderr, without secrets." group:"Output:"`
	NoInput bool `name:"no-input" help:"Never ask." group:"Output:"`
	NoColor bool `name:"no-color" help:"No colors; NO_COLOR does the same." group:"Output:"`
}

// Validate refuses numbers that mean nothing.
func (g *globals) Validate() error {
	switch {
	case g.Retries < 0:
		return usage("--retries: %d is negative; 0 means no retries", g.Retries)
	case g.Timeout <= 0:
		return usage("--timeout: give a time above 0, such as 30s")
	}
	return nil
}
