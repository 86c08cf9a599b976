package tiledesktest

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// state is what the server knows. It is guarded by the server's lock.
type state struct {
	users   map[string]*user // by email in lower case
	byID    map[string]*row
	byToken map[string]*row
	random  random
	ids     uint32
}

type user struct {
	profile  profile
	password string
	disabled bool
	rows     []*row // all, oldest first
	listed   []*row // those that a list shows, oldest first
	hidden   int    // how many of listed are to be taken out before the next list
	byJTI    map[string]*row
	sorted   map[string][]*row // listed, ascending by another field; nil after a change
}

// profile is a user as the server shows it, in the order of the recordings.
type profile struct {
	ID            string `json:"_id"`
	Email         string `json:"email"`
	FirstName     string `json:"firstname"`
	LastName      string `json:"lastname"`
	EmailVerified bool   `json:"emailverified"`
}

// row is one sign-in.
type row struct {
	owner   *user
	id      string
	jti     string // "" when the token has none
	token   string
	created time.Time
	updated time.Time
	revoked bool
	fields  []field // further ones of its entry; replaced, never changed
}

func newState() *state {
	return &state{
		users:   make(map[string]*user),
		byID:    make(map[string]*row),
		byToken: make(map[string]*row),
		random:  newRandom(),
	}
}

// user is nil when there is none of that email.
func (st *state) user(email string) *user { return st.users[strings.ToLower(email)] }

func (st *state) addUser(email, password string) {
	email = strings.ToLower(email)
	if u := st.users[email]; u != nil {
		u.password, u.disabled = password, false
		return
	}
	st.users[email] = &user{
		profile: profile{
			ID:        st.objectID(now()),
			Email:     email,
			FirstName: "Test",
			LastName:  "User",
		},
		password: password,
		byJTI:    make(map[string]*row),
	}
}

// issue adds n tokens with a random jti, a millisecond apart.
func (st *state) issue(u *user, first time.Time, n int) []string {
	tokens := make([]string, 0, max(n, 0))
	for i := range n {
		created := first.Add(time.Duration(i) * time.Millisecond)
		tokens = append(tokens, st.add(u, created, st.random.uuid()))
	}
	return tokens
}

// add stores one sign-in and returns its token.
func (st *state) add(u *user, created time.Time, jti string) string {
	r := &row{owner: u, id: st.objectID(created), jti: jti, created: created, updated: created}
	r.token = newToken(u.profile, r)
	st.byID[r.id] = r
	st.byToken[r.token] = r
	if jti != "" {
		u.byJTI[jti] = r
	}
	u.rows = insert(u.rows, r)
	u.listed = insert(u.listed, r)
	u.sorted = nil
	return r.token
}

// revoke marks a row. A row that is revoked already keeps its time.
func (st *state) revoke(r *row) {
	if r.revoked {
		return
	}
	r.revoked = true
	r.updated = now()
	r.owner.hidden++
	r.owner.sorted = nil
}

// after returns t, or the moment after the user's newest token if that is
// later, so that no two sign-ins have the same time.
func (u *user) after(t time.Time) time.Time {
	if len(u.rows) > 0 {
		if next := u.rows[len(u.rows)-1].created.Add(time.Millisecond); next.After(t) {
			return next
		}
	}
	return t
}

// list returns the rows that a list shows, ascending by field. It must not be
// changed, and holds until the lock is released. Only what was not asked for
// since the last change is computed: a client that pages through a long list
// asks for the same rows again and again.
func (u *user) list(field string, hideRevoked bool) []*row {
	if hideRevoked && u.hidden > 0 {
		u.listed = slices.DeleteFunc(u.listed, func(r *row) bool { return r.revoked })
		u.hidden = 0
	}
	compare := fields[field]
	if compare == nil {
		return u.listed
	}
	if rows, ok := u.sorted[field]; ok {
		return rows
	}
	rows := slices.Clone(u.listed)
	slices.SortStableFunc(rows, compare)
	if u.sorted == nil {
		u.sorted = make(map[string][]*row)
	}
	u.sorted[field] = rows
	return rows
}

// objectID makes an id as MongoDB does: the seconds, five random bytes that
// stay the same, a counter.
func (st *state) objectID(created time.Time) string {
	st.ids++
	var id [12]byte
	binary.BigEndian.PutUint32(id[8:], st.ids)
	copy(id[4:], st.random.process[:])
	binary.BigEndian.PutUint32(id[:], uint32(created.Unix()))
	return hex.EncodeToString(id[:])
}

// fields are the fields of a row whose order is not that of createdAt, which
// rows are kept in. MongoDB lets an entry sort first that lacks the field.
var fields = map[string]func(a, b *row) int{
	"_id":       func(a, b *row) int { return strings.Compare(a.id, b.id) },
	"jti":       func(a, b *row) int { return strings.Compare(a.jti, b.jti) },
	"updatedAt": func(a, b *row) int { return a.updated.Compare(b.updated) },
	"status":    func(a, b *row) int { return cmp.Compare(a.status(), b.status()) },
}

func (r *row) status() int {
	if r.revoked {
		return -1
	}
	return 100
}

// insert keeps rows in the order of their creation. The newest row comes last
// nearly always, so the place is looked for from there.
func insert(rows []*row, r *row) []*row {
	if len(rows) == 0 || !r.created.Before(rows[len(rows)-1].created) {
		return append(rows, r)
	}
	i, _ := slices.BinarySearchFunc(rows, r.created, func(other *row, t time.Time) int {
		if other.created.After(t) {
			return 1
		}
		return -1
	})
	return slices.Insert(rows, i, r)
}

// now is the time in the server's precision.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
