package main

import (
	"context"

	"github.com/go-tiledesk/tiledesk"
)

// remembersCheck tells a server that remembers its checks of tokens for a while from
// one that makes none, where a revoked token is still accepted: it signs in for a
// token, revokes it before its first use, so that there is no check of it to remember,
// and tries it. It is nil where that cannot be found out, without a password for
// example.
func (a *app) remembersCheck(ctx context.Context, s *session) *bool {
	if s.who.password == nil || interrupted(ctx) {
		return nil
	}
	held := a.held.Load()
	defer func() { a.held.Store(held) }() // the token of the session may be there yet
	fresh, err := a.signIn(ctx, s.who)
	if err != nil {
		return nil // what is known is told
	}
	defer fresh.CloseIdleConnections()
	if err := a.revokeUnused(ctx, fresh); err != nil {
		a.console.complain("A token that this command signed in for, to find out what the server does, could not be revoked. %s", explain(err))
		a.console.complain("%s", tokenLeft(fresh.jti))
		return nil
	}
	accepts, err := takes(ctx, fresh.Client)
	if err != nil {
		return nil
	}
	return ptr(!accepts)
}

// revokeUnused revokes a token without using it, also after an interrupt.
func (a *app) revokeUnused(ctx context.Context, fresh *session) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTime+a.flags.Rate.longest(1))
	defer cancel()
	client, err := tiledesk.NewClient(fresh.who.credentials(), a.options()...)
	if err == nil {
		defer client.CloseIdleConnections()
		_, err = client.JWT.RevokeByJTI(ctx, fresh.jti)
	}
	return err
}
