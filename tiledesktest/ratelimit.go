package tiledesktest

import (
	"net/http"
	"strconv"
	"time"
)

// overLimit counts a request that came at a time, or tells how long the client has
// to wait if it is one too many. The lock is held.
func (s *Server) overLimit(now time.Time) time.Duration {
	limit := s.opts.rateLimit
	if limit == 0 {
		return 0
	}
	for len(s.recent) > 0 && now.Sub(s.recent[0]) >= time.Minute {
		s.recent = s.recent[1:]
	}
	if len(s.recent) >= limit {
		return s.recent[0].Add(time.Minute).Sub(now)
	}
	s.recent = append(s.recent, now)
	return 0
}

// tooMany is the answer to a request above the limit. What the hosted service
// answers is unknown: this is how express-rate-limit does.
func tooMany(wait time.Duration) reply {
	rep := html(http.StatusTooManyRequests, "Too many requests, please try again later.")
	seconds := (wait + time.Second - 1) / time.Second
	rep.header.Set("Retry-After", strconv.Itoa(int(seconds)))
	return rep
}
