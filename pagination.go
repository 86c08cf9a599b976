package tiledesk

import (
	"context"
	"fmt"
	"iter"
)

// HistoryPage is one page of the history.
type HistoryPage struct {
	Tokens   []*Token
	Page     int       // the page that was asked for
	PerPage  int       // 0 when the server does not say
	Count    int       // over all pages; -1 when the server does not say. Some servers count the page only
	Response *Response `json:"-"`
}

// Format prints the page without its entries and its body, for every verb.
func (p HistoryPage) Format(f fmt.State, verb rune) {
	formatSafely(f, verb, fmt.Sprintf("{Page:%d PerPage:%d Count:%d Tokens:%d}", p.Page, p.PerPage, p.Count, len(p.Tokens)))
}

// History goes through all pages, from opts.Page on. Do not revoke while ranging
// over it: where revoked tokens leave the list, the rest moves up and a page of
// them is never seen. Collect the tokens first, or use [JWTService.RevokeAll].
//
// Each entry comes once, whether the server counts its pages from 0 or 1, and
// also when new sign-ins move the rows by less than a page between two requests.
// The walk ends with an empty page, when two pages in a row bring nothing new, or
// when pages of long ago come again; the server's own count never ends it.
//
// At most one error is yielded, last and with a nil token. It is
// [ErrIncompleteHistory] where entries may have been missed: the server ignores
// the page parameter, a whole page of new rows came between two requests, or the
// count fell while we walked. Otherwise it is the error of
// [JWTService.ListHistory]. On a server that tells no count over all pages nobody
// can know that a row left the list.
//
// The sequence can be ranged over again, from the start. It holds no more than
// two pages.
func (s *JWTService) History(ctx context.Context, opts *ListHistoryOptions) iter.Seq2[*Token, error] {
	var start ListHistoryOptions
	if opts != nil {
		start = *opts
	}
	return func(yield func(*Token, error) bool) {
		walk := newWalk(start.Page)
		for options := start; ; options.Page++ {
			page, err := s.ListHistory(ctx, &options)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, token := range walk.fresh(page) {
				if !yield(token, nil) {
					return
				}
			}
			if !walk.ended {
				continue
			}
			if reason := walk.missed(); reason != "" {
				yield(nil, incompleteHistory(page.Response, reason))
			}
			return
		}
	}
}

// incompleteHistory is the error of a walk whose every answer was fine.
func incompleteHistory(last *Response, reason string) error {
	return &APIError{
		StatusCode: last.StatusCode, Method: routeList.method, Route: routeList.template,
		Attempts: last.Attempts, Response: last,
		kind: ErrIncompleteHistory, advice: ErrIncompleteHistory.Error() + ": " + reason,
	}
}
