package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk"
)

type listCommand struct {
	All       bool   `xor:"pages" help:"Show every page, not only the first."`
	Page      int    `xor:"pages" placeholder:"N" help:"Show this page; the first is 1."`
	Sort      string `placeholder:"FIELD" help:"Sort by this field, such as createdAt, updatedAt, jti or id. Servers may ignore it; with --all it always holds."`
	Direction string `enum:"asc,desc," default:"" placeholder:"asc|desc" help:"Ascending or descending, the default."`
	filter

	Fields fieldNames `placeholder:"A,B" help:"Show these fields of the entries as well."`
	Wide   bool       `help:"Show every field of the entries that is not an object or a list."`
	Format string     `enum:"table,json,jsonl,csv" default:"table" placeholder:"FORMAT" help:"One of table, json, jsonl and csv (${default})."`
	JSON   fieldNames `name:"json" placeholder:"FIELDS" help:"A JSON array of objects with these fields and no others."`
	JQ     *query     `name:"jq" placeholder:"EXPR" help:"What this expression of jq makes of the JSON."`
}

// Help is what list --help says in addition.
func (*listCommand) Help() string {
	return `The list holds the tokens of your own account; nobody can list those of another. The token in use is marked. A filter looks at every page, unless --page names one.

Each line of --format jsonl can be fed to: tiledesk-jwt revoke --from -`
}

// Run is tiledesk-jwt list.
func (c *listCommand) Run(ctx context.Context, a *app) error {
	switch {
	case c.Page < 0:
		return usage("--page: %d is below 1, which is the first page", c.Page)
	case (c.JSON != nil || c.JQ != nil) && c.Format != "table" && c.Format != "json":
		return usage("--json and --jq give JSON, so they go with no --format %s.", c.Format)
	}
	return a.withSession(ctx, func(s *session) error {
		l := &listing{listCommand: c, app: a, s: s, before: c.cutoff(a.now()), order: newOrder(c.Sort, c.Direction), found: make(map[string]bool)}
		l.out = l.writer()
		footer, err := l.fetch(ctx)
		_, waits := l.out.(*whole)
		if err != nil && (l.shown == 0 || waits && !cutOff(err)) {
			return err
		}
		if writeErr := l.finish(ctx); writeErr != nil {
			return writeErr
		}
		switch {
		case err != nil:
			a.console.warn("the list is not whole: it ended after %s", count(l.shown, "token"))
		case a.onTerminal.stdout && c.isTable() && l.shown > 0:
			a.console.note("%s", footer)
		}
		return err
	})
}

// isTable reports whether people read the list.
func (c *listCommand) isTable() bool { return c.Format == "table" && c.JSON == nil && c.JQ == nil }

// cutOff reports whether a list ended early in such a way that what came of it is
// worth showing: listing it again would bring no more.
func cutOff(err error) bool {
	return errors.Is(err, tiledesk.ErrIncompleteHistory) || errors.Is(err, tiledesk.ErrResponseTooLarge)
}

// listing is one run of list.
type listing struct {
	*listCommand
	*app
	s      *session
	before time.Time
	order  *order // of rows that wait to be sorted
	out    rowWriter
	seen   int
	found  map[string]bool // the fields of --match that some token has
	shown  int
	failed error // the first write that failed
}

// fetch gets the tokens, hands them on, and returns a line about them.
func (l *listing) fetch(ctx context.Context) (footer string, err error) {
	opts := tiledesk.ListHistoryOptions{SortField: serverField(l.Sort), Page: max(l.Page-1, 0)}
	switch l.Direction {
	case "asc":
		opts.Direction = tiledesk.Ascending
	case "desc":
		opts.Direction = tiledesk.Descending
	}
	if l.All || l.Page == 0 && l.chooses() {
		return l.fetchAll(ctx, &opts)
	}
	page, err := l.s.JWT.ListHistory(ctx, &opts)
	if err != nil {
		return "", err
	}
	for _, token := range page.Tokens {
		l.take(token)
	}
	l.flush()
	return l.pageFooter(page), nil
}

// fetchAll shows what came of a page before it asks for the next one.
func (l *listing) fetchAll(ctx context.Context, opts *tiledesk.ListHistoryOptions) (footer string, err error) {
	if l.order.field == "" {
		l.onRequest = l.flush
	}
	var seen atomic.Int64 // the status line asks at any time
	l.status.show(func(time.Time) string { return count(int(seen.Load()), "token") + " listed" })
	defer l.status.show(nil)
	for token, err := range l.s.JWT.History(ctx, opts) {
		if err != nil {
			l.order.sort()
			l.flush()
			return "", err // what came until then
		}
		l.take(token)
		seen.Add(1)
		if l.failed != nil { // nobody reads it any more
			return "", nil
		}
	}
	if missing := l.order.sort(); missing {
		l.console.warn("no token has a field %s, so the list is in the order of the server; createdAt, updatedAt, jti and id are there", l.Sort)
	}
	l.flush()
	if l.chooses() {
		return fmt.Sprintf("%s of %s.", humanize.Comma(int64(l.shown)), count(l.seen, "token")), nil
	}
	return count(l.shown, "token") + ".", nil
}

// take keeps a token that was chosen, without the bytes that it came in.
func (l *listing) take(token *tiledesk.Token) {
	l.seen++
	for _, c := range l.Match {
		l.found[c.field] = l.found[c.field] || fieldOf(token, l.s.jti, c.field).value != nil
	}
	if !l.before.IsZero() && !tiledesk.CreatedBefore(l.before)(token) || !l.has(token, l.s.jti) {
		return
	}
	l.order.add(token, newRow(token, l.s.jti, l.further(token)))
}

// further are the fields of a token that were asked for.
func (l *listing) further(token *tiledesk.Token) (list []member) {
	if l.JSON != nil {
		for _, name := range l.JSON {
			list = append(list, fieldOf(token, l.s.jti, name))
		}
		return list
	}
	if l.Wide {
		list = scalars(token)
	}
	for _, name := range l.Fields {
		if m := fieldOf(token, l.s.jti, name); !contains(list, name) && !isOwn(name) {
			list = append(list, m)
		}
	}
	return list
}

// flush writes the rows that came since it was called last.
func (l *listing) flush() {
	rows := l.order.rows
	l.order.rows = nil
	l.shown += len(rows)
	if l.failed == nil && len(rows) > 0 {
		l.failed = l.out.write(rows)
	}
}

// finish writes what is written at the end.
func (l *listing) finish(ctx context.Context) error {
	if l.failed == nil {
		l.failed = l.out.end(ctx)
	}
	if l.failed == nil && l.shown == 0 && l.isTable() {
		l.console.note("%s", l.nothing())
	}
	return unwritten("The list", l.failed)
}

// nothing says that there are no rows, and why.
func (l *listing) nothing() string {
	switch {
	case l.seen > 0 && l.misspelled() != "":
		return "Of " + count(l.seen, "token") + " listed, none has a field " + l.misspelled() + "."
	case l.seen > 0:
		return "Of " + count(l.seen, "token") + " listed, none is chosen."
	case l.Page > 1:
		return fmt.Sprintf("There are no tokens on page %d.", l.Page)
	}
	return "There are no tokens here."
}

// misspelled is a field of --match that no token has; empty: there is none.
func (l *listing) misspelled() string {
	for _, c := range l.Match {
		if !l.found[c.field] {
			return c.field
		}
	}
	return ""
}

// pageFooter says what was shown of what, and how to see more if there is any.
func (l *listing) pageFooter(page *tiledesk.HistoryPage) string {
	text := fmt.Sprintf("Page %d: %s", page.Page+1, count(len(page.Tokens), "token"))
	if page.Count > len(page.Tokens) {
		text += " of " + humanize.Comma(int64(page.Count))
	}
	unknown := page.Count < 0 && len(page.Tokens) > 0 && len(page.Tokens) >= page.PerPage
	if page.Page > 0 || page.Count > len(page.Tokens) || unknown {
		return text + ". Use --all to see every page."
	}
	return text + "."
}
