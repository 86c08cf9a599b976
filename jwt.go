package tiledesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/wire"
	"github.com/google/go-querystring/query"
)

// JWTService is the JWT API: the history of the caller's own tokens. There is no
// way to see those of another user. That of a [Client] is the only one that works:
// the methods of any other are [ErrInvalidArgument].
type JWTService struct {
	client *Client
}

// from is the client of the service; nil where nobody gave it one.
func (s *JWTService) from() *Client {
	if s == nil {
		return nil
	}
	return s.client
}

// Direction is the order of a list.
type Direction int

// The two directions that the API documents; zero is the server's default,
// descending.
const (
	Ascending  Direction = 1
	Descending Direction = -1
)

// ListHistoryOptions choose a page of the history. Nil means the first page in
// the server's order. The server may ignore any of them: never rely on its order.
type ListHistoryOptions struct {
	SortField string    // "sortField", for example "createdAt"; empty: the server's default
	Direction Direction // "direction"; zero: the server's default, descending
	Page      int       // "page"; zero: the first page
}

// Token is one entry of the history. Printing or marshaling it shows everything
// but Raw, and redacts an identifier that is a whole token.
type Token struct {
	ID        string          `json:"id"`                 // "_id"
	JTI       string          `json:"jti"`                // "jti"; can be empty, entries of custom sign-ins have none
	CreatedAt time.Time       `json:"createdAt,omitzero"` // "createdAt" in UTC; zero when absent, unreadable or before March 1973, as epoch seconds are
	UpdatedAt time.Time       `json:"updatedAt,omitzero"` // "updatedAt" in UTC; zero like CreatedAt
	Raw       json.RawMessage `json:"-"`                  // the whole entry as it came, every field kept; it can hold the raw token
}

// Target names the token for [JWTService.RevokeEach], by both of its identifiers: with
// the jti a run recognizes the client's own token, which the id alone does not tell.
// That of a nil token is empty.
func (t *Token) Target() Target {
	if t == nil {
		return Target{}
	}
	return Target{JTI: t.JTI, ID: t.ID}
}

// Field reads a field of the entry that has no Go field, "status" for example,
// into v as [json.Unmarshal] does. It reports whether the field is there.
//
// A token without Raw, as results of a run carry it, is [ErrInvalidArgument]: such
// a token cannot tell. Read the field in [RevokeOptions].Match, or of a listing.
func (t *Token) Field(name string, v any) (bool, error) {
	if t == nil || len(t.Raw) == 0 {
		return false, invalidArgument("the token has no Raw, so that its fields are unknown: read them in Match, or of a listing")
	}
	value := wire.Member(t.Raw, name)
	if value == nil {
		return false, nil
	}
	if err := json.Unmarshal(value, v); err != nil {
		return true, fmt.Errorf("tiledesk: the field %q of the entry is of another type than %T", name, v)
	}
	return true, nil
}

// Format prints the entry without Raw, for every verb. What a terminal would obey
// is left out of the identifiers.
func (t Token) Format(f fmt.State, verb rune) {
	redact.Format(f, verb, fmt.Sprintf("{ID:%s JTI:%s CreatedAt:%s UpdatedAt:%s}",
		redact.Line(redact.Identifier(t.ID)), redact.Line(redact.Identifier(t.JTI)), printTime(t.CreatedAt), printTime(t.UpdatedAt)))
}

// MarshalJSON writes {"id","jti","createdAt","updatedAt"}, without a time that is
// zero, and [json.Unmarshal] reads it back. Only the Go fields have an identifier that
// is a whole token; here it is redacted.
func (t Token) MarshalJSON() ([]byte, error) {
	type plain Token
	t.ID, t.JTI = redact.Identifier(t.ID), redact.Identifier(t.JTI)
	return json.Marshal(plain(t))
}

// ListHistory returns one page of the caller's tokens.
//
// GET /jwt/history. A direction other than 0, 1 and -1 or a negative page is
// [ErrInvalidArgument]; a 2xx that is not a list is [ErrUnexpectedResponse]; any
// other answer is an [*APIError]. [JWTService.History] goes through all pages.
func (s *JWTService) ListHistory(ctx context.Context, opts *ListHistoryOptions) (*HistoryPage, error) {
	var start ListHistoryOptions
	if opts != nil {
		start = *opts
	}
	page, end := s.list(ctx, start)
	return page, end.err
}

// RevokeByJTI revokes the token with that jti.
//
// DELETE /jwt/history/:jti. A jti that could reach another route, or that is a
// whole token, is [ErrInvalidArgument]; a jti that the caller does not have is
// [ErrNotFound].
//
// A nil error means that the server said it is revoked, and that nothing in its
// answer speaks against it: a 200, 201 or 204 without a body whose end is known, a
// length of 0 for example; "OK", true, {} or {"success":true}; the document of
// this token; a write result that found it (the shapes of its sibling routes are
// read in the server's source, those of the history itself are unknown). A 2xx
// that says "revoked": false, a "result" of false, a "statusCode" of 400 beside a
// message and the like is an [*APIError]; one that tells no end, or an empty 202,
// 203, 205, 206 or 207, is [ErrUnexpectedResponse]. Over HTTP/1 an answer without
// a length and without chunks counts only where it closes by itself, as a JSON
// object does: it ends when the connection does (read in net/http).
//
// A server without JWT_HISTORY_ENABLED still accepts a revoked token (measured):
// [JWTService.Accepts] tells. Some proxies do not let a slash in a jti through, escaped
// or not: use [JWTService.RevokeByID] for such a token.
func (s *JWTService) RevokeByJTI(ctx context.Context, jti string) (*Response, error) {
	resp, end := s.delete(ctx, request{route: routeRevokeByJTI, identifier: jti})
	return resp, end.err
}

// RevokeByID revokes the token whose entry has that id.
//
// DELETE /jwt/history/id/:id. It answers like [JWTService.RevokeByJTI]. An id
// that is not an ObjectId is a 500 on the server, see [ErrServer].
func (s *JWTService) RevokeByID(ctx context.Context, id string) (*Response, error) {
	resp, end := s.delete(ctx, request{route: routeRevokeByID, identifier: id})
	return resp, end.err
}

// RevokeToken revokes a leaked token by the jti that its claims show. The token
// itself is sent nowhere.
//
// DELETE /jwt/history/:jti. A text that is not a token, or a token without a jti, is
// [ErrInvalidArgument]; other errors are those of [JWTService.RevokeByJTI]. The
// history belongs to its user, so the token of another account is most likely
// answered 404. Such a token can revoke itself: [NewClient] with [JWTAuth] of the
// leaked token, then [Client.SignOut].
func (s *JWTService) RevokeToken(ctx context.Context, token string) (*Response, error) {
	claims, err := ParseClaims(token)
	if err != nil {
		return nil, err
	}
	if claims.JTI == "" {
		return nil, invalidArgument("the token has no jti, so that no revocation ends it: only a new GLOBAL_SECRET on the server, or disabling the user, does")
	}
	return s.RevokeByJTI(ctx, claims.JTI)
}

// Accepts asks the server whether it still accepts a token: true only when it
// answers the token with a real list, false only when it refuses it in its own
// words, a 401 with the bare text "Unauthorized" (measured). Every other answer is
// an error: the 401 of a proxy or gateway is [ErrUnauthorized] and says nothing
// about the token, see [APIError.FromServer].
//
// GET /jwt/history under that token. Ask before and after a revocation, because
// false can have other reasons than the revocation, a truncated token or one of
// another server for example, and because a server whose JWT_HISTORY_ENABLED is
// off still accepts the token (measured). Even false does not prove that no part of
// the server accepts the token: its WebSocket and POST /auth/signinWithCustomToken
// never look at revocations (both measured).
func (s *JWTService) Accepts(ctx context.Context, token string) (bool, error) {
	itself, err := s.from().WithCredentials(JWTAuth(token))
	if err != nil {
		return false, err
	}
	accepts, end := exchange(ctx, itself, request{route: routeList, reads401: true},
		func(resp *Response) (bool, *wire.Fault) {
			if resp.StatusCode == http.StatusUnauthorized {
				return false, nil
			}
			_, fault := readPage(0, resp)
			return fault == nil, fault
		})
	if accepts {
		s.client.accepted.noteFirst(end.authorization)
	}
	return accepts, end.err
}

// CreatedBefore is a Match for [RevokeOptions]: tokens created before t. It is
// never true for a token whose time is unknown, so that none is revoked by
// accident; the report counts those as skipped.
func CreatedBefore(t time.Time) func(*Token) bool {
	return func(token *Token) bool { return !token.CreatedAt.IsZero() && token.CreatedAt.Before(t) }
}

// list asks for one page.
func (s *JWTService) list(ctx context.Context, opts ListHistoryOptions) (*HistoryPage, ending) {
	client := s.from()
	if err := client.ready(); err != nil {
		return nil, ending{err: err}
	}
	query, err := opts.values(client.settings.sortAlias)
	if err != nil {
		return nil, ending{err: err}
	}
	return exchange(ctx, client, request{route: routeList, query: query}, func(resp *Response) (*HistoryPage, *wire.Fault) {
		return readPage(opts.Page, resp)
	})
}

// delete asks for one revocation.
func (s *JWTService) delete(ctx context.Context, r request) (*Response, ending) {
	return exchange(ctx, s.from(), r, func(resp *Response) (*Response, *wire.Fault) {
		if resp.StatusCode == http.StatusUnauthorized {
			return resp, nil // see request.reads401
		}
		asked := wire.Asked{JTI: r.identifier}
		if r.route.argument == "id" {
			asked = wire.Asked{ID: r.identifier}
		}
		return resp, wire.ReadRevocation(resp.wire(), asked)
	})
}

// values encodes what is set, and only that.
func (o ListHistoryOptions) values(sortAlias bool) (map[string][]string, error) {
	switch {
	case o == ListHistoryOptions{}:
		return nil, nil
	case o.Direction < Descending || o.Direction > Ascending:
		return nil, invalidArgument("the direction is %d: use Ascending (1), Descending (-1) or 0", o.Direction)
	case o.Page < 0:
		return nil, invalidArgument("the page is %d: the first page is 0", o.Page)
	}
	params := historyQuery{SortField: o.SortField, Direction: int(o.Direction), Page: o.Page}
	if sortAlias {
		params.Sort = o.SortField
	}
	return query.Values(params)
}

// historyQuery is the query of a list as the API documents it.
type historyQuery struct {
	SortField string `url:"sortField,omitempty"`
	Sort      string `url:"sort,omitempty"`
	Direction int    `url:"direction,omitempty"`
	Page      int    `url:"page,omitempty"`
}

func printTime(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format(time.RFC3339)
}
