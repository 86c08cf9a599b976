package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
)

// rowWriter writes rows as they come, or at the end.
type rowWriter interface {
	write(rows []row) error
	end(ctx context.Context) error
}

// writer is that of the format that was asked for. With --wide the columns are known
// only once all rows are.
func (l *listing) writer() rowWriter {
	stdout := l.console.out()
	names := l.columns()
	var out rowWriter
	switch {
	case l.JQ != nil:
		return &whole{finish: func(ctx context.Context, rows []row) error { return l.JQ.write(ctx, l.app, l.objects(rows)) }}
	case l.JSON != nil, l.Format == "json":
		return &whole{finish: func(_ context.Context, rows []row) error { return writeJSON(stdout, l.objects(rows)) }}
	case l.Format == "jsonl":
		return lines{stdout}
	case l.Format == "csv":
		out = &commaRows{Writer: csv.NewWriter(stdout), names: names}
	default:
		out = &table{app: l.app, names: names}
	}
	if !l.Wide {
		return out
	}
	return &whole{finish: func(_ context.Context, rows []row) error {
		names := namesOf(rows)
		switch out := out.(type) {
		case *commaRows:
			out.names = names
		case *table:
			out.names = names
		}
		return out.write(rows) // with the heading, also where there are none
	}}
}

// columns are the further columns that are known before any row is.
func (l *listing) columns() (names []string) {
	for _, name := range l.Fields {
		if !isOwn(name) {
			names = append(names, name)
		}
	}
	return names
}

func isOwn(name string) bool { return name == "_id" || slices.Contains(ownFields, name) }

func contains(list []member, name string) bool {
	return slices.ContainsFunc(list, func(m member) bool { return m.name == name })
}

// namesOf are the further fields of all rows, in the order in which they come.
func namesOf(rows []row) (names []string) {
	known := make(map[string]bool)
	for _, r := range rows {
		for _, m := range r.further {
			if !known[m.name] {
				known[m.name] = true
				names = append(names, m.name)
			}
		}
	}
	return names
}

// objects are rows as JSON shows them: with --json, the fields that were asked for.
func (l *listing) objects(rows []row) any {
	if l.JSON == nil {
		return append([]row{}, rows...) // an array, also where there are none
	}
	list := make([]json.RawMessage, len(rows))
	for i, r := range rows {
		list[i] = object(r.further)
	}
	return list
}

// whole keeps the rows until the end.
type whole struct {
	rows   []row
	finish func(context.Context, []row) error
}

func (w *whole) write(rows []row) error {
	w.rows = append(w.rows, rows...)
	return nil
}

func (w *whole) end(ctx context.Context) error { return w.finish(ctx, w.rows) }

// lines writes JSON lines in large pieces.
type lines struct{ io.Writer }

func (w lines) write(rows []row) error {
	buffered := bufio.NewWriterSize(w.Writer, 64<<10)
	for _, r := range rows {
		if err := writeJSON(buffered, r); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func (lines) end(context.Context) error { return nil }

// commaRows writes CSV.
type commaRows struct {
	*csv.Writer
	names  []string
	headed bool
}

func (w *commaRows) head() {
	if !w.headed {
		w.headed = true
		_ = w.Write(append(slices.Clone(ownFields), safeAll(w.names)...))
	}
}

func (w *commaRows) write(rows []row) error {
	w.head()
	for _, r := range rows {
		_ = w.Write(r.cells(w.names)) // the writer remembers its first error
	}
	w.Flush()
	return w.Error()
}

func (w *commaRows) end(context.Context) error {
	w.head()
	w.Flush()
	return w.Error()
}

func safeAll(texts []string) []string {
	cleaned := make([]string, len(texts))
	for i, text := range texts {
		cleaned[i] = safe(text)
	}
	return cleaned
}
