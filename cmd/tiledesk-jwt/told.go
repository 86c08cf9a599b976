package main

import (
	"context"
	"errors"
	"strings"

	"github.com/go-tiledesk/tiledesk"
)

// errDeclined is a no to a question.
var errDeclined = &failure{exitUsage, "Nothing was revoked."}

// explain is what ended the program, for whoever reads it among the output of others:
// wrong usage begins with the name of the program.
func (a *app) explain(err error) string {
	text := a.explainAsked(err)
	if text == "" || errors.Is(err, errDeclined) || codeOf(err) != exitUsage {
		return text
	}
	return "tiledesk-jwt: " + text
}

// explainAsked names the server where it is about what that did, or did not.
func (a *app) explainAsked(err error) string {
	text := explainIf(err)
	var answered *tiledesk.APIError
	var known *failure
	switch {
	case errors.As(err, &known), errors.Is(err, context.Canceled):
	case errors.As(err, &answered), errors.Is(err, tiledesk.ErrNoAnswer):
		text += " The server asked was " + a.server() + "."
	}
	return text
}

// server is the base URL that requests go to.
func (a *app) server() string {
	return strings.TrimRight(either(a.baseURL(), tiledesk.DefaultBaseURL), "/")
}
