package tiledesk

import (
	"errors"

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// A route is one line of the API's table: the template that errors and logs
// show, and the way there.
type route struct {
	method   string
	template string // "/jwt/history/:jti"
	prefix   string // what stands before the identifier; all of it when there is none
	argument string // the identifier's name; empty when the route has none
}

var (
	routeList        = route{method: "GET", template: "/jwt/history", prefix: "/jwt/history"}
	routeRevokeByJTI = route{method: "DELETE", template: "/jwt/history/:jti", prefix: "/jwt/history/", argument: "jti"}
	routeRevokeByID  = route{method: "DELETE", template: "/jwt/history/id/:id", prefix: "/jwt/history/id/", argument: "id"}
)

// revocation is the route of a DELETE by jti, or by id.
func revocation(byJTI bool) route {
	if byJTI {
		return routeRevokeByJTI
	}
	return routeRevokeByID
}

// checkIdentifier refuses what would reach another route or give a secret away.
// Its errors never repeat the identifier.
func (r route) checkIdentifier(identifier string) error {
	check := ident.CheckJTI
	switch r.argument {
	case "":
		return nil
	case "id":
		check = ident.CheckID
	}
	switch err := check(identifier); {
	case err == nil:
		return nil
	case errors.Is(err, ident.ErrToken):
		return invalidArgument("the %s %w, and would stand in every access log on the way: use RevokeToken, which reads the jti out of it", r.argument, err)
	case errors.Is(err, ident.ErrIDRoute):
		return invalidArgument("the %s %w: find the entry with ListHistory and use RevokeByID", r.argument, err)
	default:
		return invalidArgument("the %s %w", r.argument, err)
	}
}
