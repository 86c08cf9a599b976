package tiledesktest

// defaultPageSize is what the list routes of the server 2.19.16 use (read in
// its source).
const defaultPageSize = 40

// defaultSortParam is the query parameter that the public documentation names.
const defaultSortParam = "sortField"

// An Option changes what kind of Tiledesk server is imitated. A nil Option is
// ignored.
type Option func(*options)

type options struct {
	pageSize             int
	sortParam            string
	bareArray            bool
	withoutCount         bool
	pageCount            bool
	oneBased             bool
	pageIgnored          bool
	revokedHidden        bool
	secondRevokeNotFound bool
	withoutModule        bool
	withoutIDRoute       bool
	withoutEnforcement   bool
	withoutRecording     bool
	withoutRequestLog    bool
	rateLimit            int // 0: none
}

// newOptions applies opts to the defaults.
func newOptions(opts []Option) options {
	o := options{pageSize: defaultPageSize, sortParam: defaultSortParam}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}

// WithPageSize sets how many tokens a page of the list holds. The default, and
// the meaning of n below 1, is 40 as in the lists of the server 2.19.16.
func WithPageSize(n int) Option {
	if n < 1 {
		n = defaultPageSize
	}
	return func(o *options) { o.pageSize = n }
}

// WithSortParam names the query parameter that the list takes its sort field
// from. The default, and the meaning of "", is the documented "sortField";
// most lists of the server 2.19.16 read "sort" instead (read in its source).
func WithSortParam(name string) Option {
	if name == "" {
		name = defaultSortParam
	}
	return func(o *options) { o.sortParam = name }
}

// WithBareArray lets the list be a JSON array without an envelope around it,
// and so without perPage and count. Some lists of the server 2.19.16 are.
func WithBareArray() Option {
	return func(o *options) { o.bareArray = true }
}

// WithoutCount leaves the count out of the list's envelope.
func WithoutCount() Option {
	return func(o *options) { o.withoutCount = true }
}

// WithPageCount lets the count in the list's envelope tell the number of
// tokens on the page instead of those on all pages. [WithoutCount] wins over
// it.
func WithPageCount() Option {
	return func(o *options) { o.pageCount = true }
}

// WithOneBasedPages lets pages begin at 1. Page 0 is the first page then, too.
func WithOneBasedPages() Option {
	return func(o *options) { o.oneBased = true }
}

// WithPageIgnored answers every request for a list with the first page.
func WithPageIgnored() Option {
	return func(o *options) { o.pageIgnored = true }
}

// WithRevokedHidden lets revoked tokens leave the list. By default they stay
// in it with the status -1. Which of the two the real module does is unknown.
func WithRevokedHidden() Option {
	return func(o *options) { o.revokedHidden = true }
}

// WithSecondRevokeNotFound answers 404 when a token is revoked that was revoked
// before. By default it is 200 with the same document. Which of the two the
// real module does is unknown.
func WithSecondRevokeNotFound() Option {
	return func(o *options) { o.secondRevokeNotFound = true }
}

// WithoutIDRoute answers 404 to every revocation by id, in the JSON of the API.
// Tokens can then be revoked by jti only.
func WithoutIDRoute() Option {
	return func(o *options) { o.withoutIDRoute = true }
}

// WithoutHistoryModule imitates a server without the module that lists and
// revokes: every call below /jwt is answered 400
// {"error":"Invalid project id: jwt"}, with or without authorization (measured
// on the server 2.19.16). Nothing can be revoked on it.
func WithoutHistoryModule() Option {
	return func(o *options) { o.withoutModule = true }
}

// WithoutEnforcement imitates a server whose JWT_HISTORY_ENABLED is not true and
// whose history module records sign-ins all the same: a revocation is stored and
// answered 200, and the token still works. That the server does not refuse
// the token was measured on 2.19.16, where this is the default; that the module
// stores and answers is a guess. See [WithoutRecording] for the other one.
func WithoutEnforcement() Option {
	return func(o *options) { o.withoutEnforcement = true }
}

// WithoutRecording imitates a server whose history module records no sign-in, as
// it very likely does not where JWT_HISTORY_ENABLED is off (inferred from a
// sibling module): the list is empty, every revocation is answered 404, and no
// token is ever refused. [Server.Tokens] still knows every token.
func WithoutRecording() Option {
	return func(o *options) { o.withoutRecording = true }
}

// WithRateLimit answers 429 with a Retry-After in whole seconds to every request
// above n within a minute, whoever sends it; it has no effect then, and does not
// count. Requests that meet a [Fault] with a Status do not count either. Below 1, as
// by default, there is no limit. The documentation promises 200 a minute; how the
// hosted service counts, and what it answers above, is unknown.
func WithRateLimit(n int) Option {
	return func(o *options) { o.rateLimit = max(n, 0) }
}

// WithoutRequestLog keeps no record of requests: [Server.Requests] is empty.
// It is for benchmarks, whose many requests would fill the memory.
func WithoutRequestLog() Option {
	return func(o *options) { o.withoutRequestLog = true }
}
