package tiledesktest

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// address is what the recorded server saw as the caller's.
const address = "127.0.0.1"

// entry is a row in the list. Names and order are those of the recordings.
type entry struct {
	ID        string `json:"_id"`
	Status    int    `json:"status"`
	JTI       string `json:"jti,omitempty"`
	UserID    string `json:"id_user"`
	IP        string `json:"ip"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
	Version   int    `json:"__v"`
}

// revokedEntry is a row as the answer to its revocation, where the order is
// another one.
type revokedEntry struct {
	Status    int    `json:"status"`
	ID        string `json:"_id"`
	JTI       string `json:"jti,omitempty"`
	UserID    string `json:"id_user"`
	IP        string `json:"ip"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
	Version   int    `json:"__v"`
}

// page is the list with its envelope.
type page struct {
	PerPage int   `json:"perPage"`
	Count   *int  `json:"count,omitempty"`
	JWTs    []any `json:"jwts"`
}

// list serves a page of the caller's own tokens, the newest first unless asked
// otherwise.
func (s *Server) list(u *user, query url.Values) reply {
	number := s.page(query)
	if number < 0 {
		return failure(http.StatusInternalServerError, "Error getting object.")
	}
	var rows []*row
	if !s.opts.withoutRecording {
		rows = u.list(query.Get(s.opts.sortParam), s.opts.revokedHidden)
	}
	ascending := query.Get("direction") == "1"
	first := len(rows)
	if number < len(rows)/s.opts.pageSize+1 {
		first = number * s.opts.pageSize
	}
	entries := make([]any, 0, s.opts.pageSize)
	for i := first; i < len(rows) && i-first < s.opts.pageSize; i++ {
		r := rows[i]
		if !ascending {
			r = rows[len(rows)-1-i]
		}
		entries = append(entries, withFields(r.entry(), r.fields))
	}
	if s.opts.bareArray {
		return jsonReply(http.StatusOK, entries)
	}
	count := len(rows)
	if s.opts.pageCount {
		count = len(entries)
	}
	envelope := page{PerPage: s.opts.pageSize, Count: &count, JWTs: entries}
	if s.opts.withoutCount {
		envelope.Count = nil
	}
	return jsonReply(http.StatusOK, envelope)
}

// page is the number of the page that was asked for, counted from zero. It is
// read as JavaScript's parseInt does: the digits that it begins with count, and
// none of them are the first page (as in the list routes of the server 2.19.16,
// read in its source).
func (s *Server) page(query url.Values) int {
	n, first := leadingInt(query.Get("page")), 0
	if s.opts.oneBased {
		first = 1
	}
	if n == 0 || s.opts.pageIgnored {
		n = first
	}
	return n - first
}

// leadingInt is the number that a text begins with, or 0.
func leadingInt(text string) int {
	text = strings.TrimSpace(text)
	sign := len(text) - len(strings.TrimLeft(text, "+-"))
	end := sign
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, _ := strconv.Atoi(text[:end]) // the nearest number when it is too large
	return n
}

func (s *Server) revokeJTI(u *user, jti string) reply {
	return s.revoke(u, u.byJTI[jti])
}

func (s *Server) revokeID(u *user, id string) reply {
	if s.opts.withoutIDRoute {
		return s.revoke(u, nil)
	}
	// Any twelve bytes are an id to MongoDB, as a text as well as in hex.
	if b, err := hex.DecodeString(id); (err != nil || len(b) != 12) && len(id) != 12 {
		return failure(http.StatusInternalServerError, "Error deleting object.")
	}
	return s.revoke(u, s.state.byID[strings.ToLower(id)])
}

// revoke answers with the document, the first time and every other time.
func (s *Server) revoke(u *user, r *row) reply {
	if r == nil || s.opts.withoutRecording || r.owner != u || r.revoked && s.opts.secondRevokeNotFound {
		return failure(http.StatusNotFound, "Object not found.")
	}
	s.state.revoke(r)
	e := r.entry()
	return jsonReply(http.StatusOK, withFields(revokedEntry{
		Status: e.Status, ID: e.ID, JTI: e.JTI, UserID: e.UserID, IP: e.IP,
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Version: e.Version,
	}, r.fields))
}

func (r *row) entry() entry {
	return entry{
		ID:        r.id,
		Status:    r.status(),
		JTI:       r.jti,
		UserID:    r.owner.profile.ID,
		IP:        address,
		CreatedAt: timestamp(r.created),
		UpdatedAt: timestamp(r.updated),
	}
}

// timestamp writes a time as JavaScript does.
func timestamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }
