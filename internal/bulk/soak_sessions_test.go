package bulk_test

import (
	"context"
	"net/http/httptest"
	"sync"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// rotating are credentials that sign in again where their token is refused, as the other
// workers see to it again and again.
type rotating struct {
	s  *soak
	mu sync.Mutex

	token string
}

func (r *rotating) Authorization(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token == "" {
		if err := r.signIn(ctx); err != nil {
			return "", err
		}
	}
	return "JWT " + r.token, nil
}

func (r *rotating) Refused(ctx context.Context, authorization string) (again bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if authorization != "JWT "+r.token {
		return true, nil
	}
	if err := r.signIn(ctx); err != nil {
		return false, err
	}
	r.s.did("rotate")
	return true, nil
}

// signIn takes the token out of a client that signed in.
func (r *rotating) signIn(ctx context.Context) error {
	client, err := tiledesk.SignIn(ctx, soakEmail, soakPassword, r.s.options()...)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	claims, err := client.Claims(ctx)
	if err != nil {
		return err
	}
	for _, token := range r.s.server.Tokens(soakEmail) {
		if its, err := tiledesk.ParseClaims(token); err == nil && its.JTI == claims.JTI {
			r.token = token
		}
	}
	return nil
}

// rotate revokes under credentials that rotate, at the pace that the server takes.
func (s *soak) rotate(ctx context.Context) {
	pace := tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{Start: 60_000})
	client, err := tiledesk.NewClient(&rotating{s: s}, append(s.options(), tiledesk.WithRateLimiter(pace))...)
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	for range 5 {
		heard := 0
		report, _ := client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{OnResult: s.hear(&heard)})
		s.balance(report, heard)
	}
	s.did("revoke all under rotating credentials")
}

// unrecorded is a server that records no sign-in, behind the same chaos.
type unrecorded struct {
	server *tiledesktest.Server
	front  *httptest.Server
}

func newUnrecorded() *unrecorded {
	server := tiledesktest.NewHandler(tiledesktest.WithoutRequestLog(), tiledesktest.WithoutRecording())
	server.AddUser(soakEmail, soakPassword)
	return &unrecorded{server: server, front: httptest.NewServer(servertest.NewChaos(server, soakEmail, soakPassword))}
}

// signInUnrecorded tries to revoke what nobody can.
func (s *soak) signInUnrecorded(ctx context.Context) {
	client, err := tiledesk.SignIn(ctx, soakEmail, soakPassword, append(s.options(), tiledesk.WithBaseURL(s.off.front.URL))...)
	if err != nil {
		return
	}
	defer client.CloseIdleConnections()
	heard := 0
	report, _ := client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: s.hear(&heard)})
	s.balance(report, heard)
	if claims, err := client.Claims(ctx); err == nil {
		if _, err := client.SignOut(ctx); err == nil {
			s.mu.Lock()
			s.revoked[claims.JTI] = true
			s.mu.Unlock()
		}
	}
	s.did("sign in where nothing is recorded")
}
