package tiledesk

import (
	"context"
	"fmt"
	"iter"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// What ends a listing that has no end: the memory of more than a million tokens,
// see [entrySize], or as many pages as take 8 hours at 200 requests a minute.
const (
	maxListed      = 256 << 20
	maxListedPages = 100_000
)

// HistoryPage is one page of the history.
type HistoryPage struct {
	Tokens   []*Token
	Page     int       // the page that was asked for
	PerPage  int       // 0 when the server does not say
	Count    int       // over all pages; -1 when the server does not say. Some servers count the page only
	Response *Response `json:"-"`
}

// readPage reads a page of the history. Its tokens are allocated together.
func readPage(number int, resp *Response) (*HistoryPage, *wire.Fault) {
	entries, list, fault := wire.ReadList(resp.wire())
	if fault != nil {
		return nil, fault
	}
	page := &HistoryPage{Page: number, PerPage: list.PerPage, Count: list.Count, Response: resp, Tokens: make([]*Token, len(entries))}
	for i := range entries {
		page.Tokens[i] = (*Token)(&entries[i])
	}
	return page, nil
}

// Format prints the page without its entries and its body, for every verb.
func (p HistoryPage) Format(f fmt.State, verb rune) {
	redact.Format(f, verb, fmt.Sprintf("{Page:%d PerPage:%d Count:%d Tokens:%d}", p.Page, p.PerPage, p.Count, len(p.Tokens)))
}

// History goes through all pages, from opts.Page on. Do not revoke while ranging
// over it: where revoked tokens leave the list, the rest moves up and a page of
// them is never seen. Collect the tokens first, or use [JWTService.RevokeAll].
//
// Each entry comes once, whether the server counts its pages from 0 or 1, and
// also when new sign-ins move the rows by less than a page between two requests.
// The walk ends with an empty page or when two pages in a row bring nothing new;
// the server's own count never ends it. Where page 0 is empty and the server does
// not say that there is nothing, page 1 is asked for too.
//
// At most one error is yielded, last and with a nil token. It is
// [ErrIncompleteHistory] where entries may have been missed: the server ignores
// the page parameter, a whole page of new rows came between two requests, or the
// count fell while we walked. It is [ErrResponseTooLarge] where the list continues
// after 256 MiB of tokens (128 bytes each and the length of both identifiers, so
// more than a million) or after 100,000 pages. Otherwise it is the error of
// [JWTService.ListHistory].
//
// Some misses no client can see, and no error reports them. On a server without a
// count over all pages: a row leaves the list, or moves to its front, and it or
// another is never shown. On a server with one: as many new rows are listed as old ones are
// missed, so that the count is right; one row leaves and one comes at the other end
// between the same two requests, for example. Where that matters, list again.
//
// The sequence can be ranged over again, from the start. It holds the newest page,
// and no more than 50 bytes of each entry before.
func (s *JWTService) History(ctx context.Context, opts *ListHistoryOptions) iter.Seq2[*Token, error] {
	var start ListHistoryOptions
	if opts != nil {
		start = *opts
	}
	return func(yield func(*Token, error) bool) {
		end := s.walk(ctx, start, func(token *Token, _ paging.Row) bool { return yield(token, nil) })
		if end.err != nil {
			yield(nil, end.err)
		}
	}
}

// entrySize is what a token counts toward the limit of a listing: the memory that
// a run needs for it.
func entrySize(token *Token) int { return 128 + len(token.ID) + len(token.JTI) }

// walk goes through all pages until each returns false, which is not an error.
func (s *JWTService) walk(ctx context.Context, options ListHistoryOptions, each func(*Token, paging.Row) bool) ending {
	client := s.from()
	if err := client.ready(); err != nil {
		return ending{err: err}
	}
	walk := paging.NewWalk(options.Page, client.settings.listing)
	for ; ; options.Page++ {
		page, end := s.list(ctx, options)
		if end.err != nil {
			return end
		}
		rows := rowsOf(page)
		fresh, done := walk.Next(paging.Page{Rows: rows, PerPage: page.PerPage, Count: page.Count})
		for _, i := range fresh {
			if !each(page.Tokens[i], rows[i]) {
				return end
			}
		}
		if !done {
			continue
		}
		if e := walkError(walk, page.Response); e != nil {
			end.err, end.refusal = e, e
		}
		return end
	}
}

func rowsOf(page *HistoryPage) []paging.Row {
	rows := make([]paging.Row, len(page.Tokens))
	for i, token := range page.Tokens {
		key, named := paging.KeyOf(token.ID, token.JTI, token.Raw)
		rows[i] = paging.Row{Key: key, Named: named, Size: entrySize(token)}
	}
	return rows
}

// walkError is the error of a walk that is over and whose every answer was fine;
// nil where it went through all entries.
func walkError(walk *paging.Walk, last *Response) *APIError {
	kind, reason := ErrIncompleteHistory, walk.Missed()
	if limit := walk.Exceeded(); limit != "" {
		kind, reason = ErrResponseTooLarge, "the history continues after "+limit+"; what came until then was listed"
	}
	if reason == "" {
		return nil
	}
	return &APIError{
		StatusCode: last.StatusCode, Method: routeList.method, Route: routeList.template,
		Attempts: last.Attempts, Response: last,
		kind: kind, advice: kind.Error() + ": " + reason,
	}
}
