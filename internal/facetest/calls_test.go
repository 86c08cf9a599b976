package facetest

import (
	"reflect"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// TestJWTService_callsAreAll keeps a new method from being left out of the tests that
// go through all calls: for secrets, redirects, retries, credentials.
func TestJWTService_callsAreAll(t *testing.T) {
	t.Parallel()
	madeOf := map[string]string{
		"ListHistory": "listing", "History": "listing", "Accepts": "listing",
		"RevokeByJTI": "revoking by jti", "RevokeToken": "revoking by jti",
		"RevokeByID": "revoking by id", "RevokeEach": "revoking by id", "RevokeAll": "revoking by id",
	}
	service := reflect.TypeFor[*tiledesk.JWTService]()
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; servertest.Calls[madeOf[name]] == nil {
			t.Errorf("%s is in no test of all calls: add it to serviceCalls, or say here of which it is made", name)
		}
	}
}
