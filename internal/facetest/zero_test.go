package facetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

func TestClient_thatNobodyMadeSaysHowToMakeOne(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, client := range map[string]*tiledesk.Client{
		"nil": nil, "a literal": {}, "a literal with a service": {JWT: new(tiledesk.JWTService)},
	} {
		var service *tiledesk.JWTService
		if client != nil {
			service = client.JWT
		}
		calls := map[string]func() error{
			"WithCredentials": func() error { _, err := client.WithCredentials(tiledesk.JWTAuth("a.token.here")); return err },
			"Claims":          func() error { _, err := client.Claims(ctx); return err },
			"SignOut":         func() error { _, err := client.SignOut(ctx); return err },
			"ListHistory":     func() error { _, err := service.ListHistory(ctx, nil); return err },
			"RevokeByJTI":     func() error { _, err := service.RevokeByJTI(ctx, "phone"); return err },
			"RevokeByID":      func() error { _, err := service.RevokeByID(ctx, "6b02c254b4f8164bc2ae64b3"); return err },
			"RevokeToken":     func() error { _, err := service.RevokeToken(ctx, phone(t)); return err },
			"Accepts":         func() error { _, err := service.Accepts(ctx, phone(t)); return err },
			"RevokeAll":       func() error { return wholeReport(service.RevokeAll(ctx, nil)) },
			"RevokeEach": func() error {
				return wholeReport(service.RevokeEach(ctx, tiledesk.Targets(tiledesk.Target{JTI: "phone"}), nil))
			},
			"History": func() (last error) {
				for token, err := range service.History(ctx, nil) {
					if token != nil || last != nil {
						t.Errorf("%s: History yields %v after %v", name, token, last)
					}
					last = err
				}
				return last
			},
		}
		for call, do := range calls {
			err := do()
			if !errors.Is(err, tiledesk.ErrInvalidArgument) || !strings.Contains(err.Error(), "NewClient or SignIn") {
				t.Errorf("%s of %s: %v", call, name, err)
			}
		}
		if got := client.BaseURL(); got != "" {
			t.Errorf("the base URL of %s is %q", name, got)
		}
		client.CloseIdleConnections()
	}
}

// phone is a token of somebody.
func phone(t *testing.T) string {
	t.Helper()
	_, tokens := newServer(t, "phone")
	return tokens[0]
}

// wholeReport is the error of a run, whose report must never be nil.
func wholeReport(report *tiledesk.RevokeReport, err error) error {
	if report == nil || report.RunErr() == nil {
		return errors.New("the report does not say it")
	}
	return err
}
