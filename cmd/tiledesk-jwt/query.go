package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/itchyny/gojq"
)

// query is an expression of --jq.
type query struct{ *gojq.Code }

// UnmarshalText compiles the expression, so that a mistake in it is found before
// anything is sent. It sees no variables of the environment, which hold secrets.
func (q *query) UnmarshalText(text []byte) error {
	parsed, err := gojq.Parse(string(text))
	if err != nil {
		return errors.New("this is not an expression of jq: " + err.Error())
	}
	if q.Code, err = gojq.Compile(parsed); err != nil {
		return errors.New("this expression of jq cannot work: " + err.Error())
	}
	return nil
}

// write prints the results of the expression as gh does: a text as it is, anything
// else as JSON, each on a line.
func (q *query) write(ctx context.Context, a *app, rows any) error {
	text, err := json.Marshal(rows)
	var input any
	if err == nil {
		err = json.Unmarshal(text, &input)
	}
	if err != nil {
		return err
	}
	var out bytes.Buffer
	results := q.RunWithContext(ctx, input)
	for {
		result, more := results.Next()
		if !more {
			break
		}
		switch result := result.(type) {
		case error:
			return undone("--jq: %s.", result)
		case string:
			out.WriteString(safeLines(result) + "\n")
		default:
			text, _ := gojq.Marshal(withoutTokens(result)) // an expression can decode one, or join it; this never fails
			out.WriteString(escapeInvisible(string(text)) + "\n")
		}
	}
	_, err = a.console.out().Write(out.Bytes())
	return err
}

// safeLines makes a text safe and keeps its lines and tabs, which @tsv puts in.
func safeLines(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		var cells []string
		for cell := range strings.SplitSeq(line, "\t") {
			cells = append(cells, safe(cell))
		}
		lines = append(lines, strings.Join(cells, "\t"))
	}
	return strings.Join(lines, "\n")
}
