package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/go-tiledesk/tiledesk"
)

// service has one client for all users: whose request it serves, the context tells.
type service struct {
	client  *tiledesk.Client
	metrics *metrics
}

func newService(opts ...tiledesk.Option) (*service, error) {
	m := newMetrics()
	opts = append([]tiledesk.Option{tiledesk.WithUserAgent("sessions/1.0"), tiledesk.WithObserver(m.observe)}, opts...)
	client, err := tiledesk.NewClient(tiledesk.CredentialsFunc(ofUser), opts...)
	if err != nil {
		return nil, err
	}
	return &service{client: client, metrics: m}, nil
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sessions", forUser(s.list))
	mux.HandleFunc("DELETE /sessions", forUser(s.endOthers))
	mux.HandleFunc("DELETE /sessions/current", forUser(s.signOut))
	mux.HandleFunc("DELETE /sessions/{id}", forUser(s.end))
	mux.Handle("GET /metrics", s.metrics)
	return mux
}

// session is a token as the page shows it.
type session struct {
	Session *tiledesk.Token `json:"session"`
	Current bool            `json:"current"` // the one that this very request uses
}

// list shows the user's sessions.
func (s *service) list(ctx context.Context, _ *http.Request) (any, error) {
	current := "" // of a token that cannot be read, which is the server's to refuse
	if own, err := s.client.Claims(ctx); err == nil {
		current = own.JTI
	}
	sessions := []session{}
	for token, err := range s.client.JWT.History(ctx, nil) {
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, session{Session: token, Current: current != "" && token.JTI == current})
	}
	return sessions, nil
}

// end ends one session.
func (s *service) end(ctx context.Context, r *http.Request) (any, error) {
	_, err := s.client.JWT.RevokeByID(ctx, r.PathValue("id"))
	return nil, err
}

// signOut ends the session that the request uses.
func (s *service) signOut(ctx context.Context, _ *http.Request) (any, error) {
	_, err := s.client.SignOut(ctx)
	return nil, err
}

// endOthers ends all sessions but the one that the request uses.
func (s *service) endOthers(ctx context.Context, _ *http.Request) (any, error) {
	report, err := s.client.JWT.RevokeAll(ctx, nil)
	if err != nil {
		return nil, err
	}
	return map[string]int{"ended": report.Revoked + report.AlreadyGone, "kept": report.Skipped}, nil
}

// tokenKey is where the context of a request has the token of its user.
type tokenKey struct{}

// ofUser authorizes each call with the token of the user whose request it serves.
func ofUser(ctx context.Context) (string, error) {
	token, ok := ctx.Value(tokenKey{}).(string)
	if !ok {
		return "", errors.New("the request has no token")
	}
	return tiledesk.JWTAuth(token).Authorization(ctx) // says what is wrong with it
}

// forUser puts the token of the request into its context, and answers with JSON or
// with the status of the error.
func forUser(do func(context.Context, *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			ctx = context.WithValue(ctx, tokenKey{}, token)
		}
		value, err := do(ctx, r)
		switch {
		case err != nil:
			fail(w, err)
		case value == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(value) // nobody is left to tell
		}
	}
}
