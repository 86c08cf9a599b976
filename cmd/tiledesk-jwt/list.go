package main

import (
	"context"
	"encoding/csv"
	"errors"
	"strconv"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

type listCommand struct {
	All       bool   `xor:"pages" help:"Show every page, not only the first."`
	Page      int    `xor:"pages" placeholder:"N" help:"Show this page; the first is 0."`
	Sort      string `placeholder:"FIELD" help:"Sort by this field, such as createdAt, updatedAt, jti or id. Servers may ignore it; with --all it always holds."`
	Direction string `enum:"asc,desc," default:"" placeholder:"asc|desc" help:"Ascending or descending, the default."`
	Format    string `enum:"table,json,jsonl,csv" default:"table" placeholder:"FORMAT" help:"One of table, json, jsonl and csv (${default})."`
}

// Help is what list --help says in addition.
func (*listCommand) Help() string {
	return `The list holds the tokens of your own account; nobody can list those of another. The token in use is marked.

Each line of --format jsonl can be fed to: tiledesk-jwt revoke --from -`
}

// Run is tiledesk-jwt list.
func (c *listCommand) Run(ctx context.Context, a *app) error {
	if c.Page < 0 {
		return usage("--page: %d is below 0, which is the first page", c.Page)
	}
	return a.withSession(ctx, func(s *session) error {
		tokens, footer, err := c.fetch(ctx, a, s)
		if err != nil && (len(tokens) == 0 || !cutOff(err)) {
			return err
		}
		if writeErr := c.write(a, rows(tokens, s.jti)); writeErr != nil {
			return unwritten("The list", writeErr)
		}
		switch {
		case err != nil:
			a.console.warn("the list is not whole: it ended after %s", count(len(tokens), "token"))
		case a.onTerminal.stdout && c.Format == "table":
			a.console.note("%s", footer)
		}
		return err
	})
}

// cutOff reports whether a list ended early in such a way that what came of it is
// worth showing: listing it again would bring no more.
func cutOff(err error) bool {
	return errors.Is(err, tiledesk.ErrIncompleteHistory) || errors.Is(err, tiledesk.ErrResponseTooLarge)
}

// fetch gets the tokens and a line about them.
func (c *listCommand) fetch(ctx context.Context, a *app, s *session) ([]*tiledesk.Token, string, error) {
	opts := tiledesk.ListHistoryOptions{SortField: serverField(c.Sort), Page: c.Page}
	switch c.Direction {
	case "asc":
		opts.Direction = tiledesk.Ascending
	case "desc":
		opts.Direction = tiledesk.Descending
	}
	if !c.All {
		page, err := s.JWT.ListHistory(ctx, &opts)
		if err != nil {
			return nil, "", err
		}
		return page.Tokens, pageFooter(page), nil
	}
	order := newOrder(c.Sort, c.Direction)
	for token, err := range s.JWT.History(ctx, &opts) {
		if err != nil {
			order.sort()
			return order.tokens, "", err // what came until then
		}
		order.add(token)
	}
	if missing := order.sort(); missing {
		a.console.warn("no token has a field %s, so the list is in the order of the server; createdAt, updatedAt, jti and id are there", c.Sort)
	}
	return order.tokens, count(len(order.tokens), "token") + ".", nil
}

func pageFooter(page *tiledesk.HistoryPage) string {
	text := "Page " + strconv.Itoa(page.Page) + ": " + count(len(page.Tokens), "token")
	if page.Count > len(page.Tokens) {
		text += " of " + strconv.Itoa(page.Count)
	}
	return text + ". Use --all to see every page."
}

// row is a token as the machine formats show it.
type row struct {
	ID        string  `json:"id"`
	JTI       string  `json:"jti"`
	CreatedAt *string `json:"createdAt"`
	UpdatedAt *string `json:"updatedAt"`
	Current   bool    `json:"current"`

	token *tiledesk.Token
}

// rows marks the token in use. An entry without a jti cannot be recognized.
func rows(tokens []*tiledesk.Token, current string) []row {
	list := make([]row, len(tokens))
	for i, token := range tokens {
		list[i] = row{
			ID: redact.Identifier(token.ID), JTI: redact.Identifier(token.JTI),
			CreatedAt: orNull(stamp(token.CreatedAt)), UpdatedAt: orNull(stamp(token.UpdatedAt)),
			Current: sameJTI(token.JTI, current),
			token:   token,
		}
	}
	return list
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (c *listCommand) write(a *app, list []row) error {
	switch c.Format {
	case "json":
		return writeJSON(a.console.out(), list)
	case "jsonl":
		return writeLines(a.console.out(), list)
	case "csv":
		return writeCSV(csv.NewWriter(a.console.out()), list)
	}
	return writeTable(a, list)
}

func writeCSV(w *csv.Writer, list []row) error {
	_ = w.Write([]string{"id", "jti", "createdAt", "updatedAt", "current"})
	for _, r := range list {
		// The writer remembers its first error.
		_ = w.Write([]string{safe(r.ID), safe(r.JTI), stamp(r.token.CreatedAt), stamp(r.token.UpdatedAt), strconv.FormatBool(r.Current)})
	}
	w.Flush()
	return w.Error()
}
