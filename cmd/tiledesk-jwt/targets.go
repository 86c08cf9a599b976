package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// plannedLine is what the lines of a dry run begin with, and a blank behind it.
const plannedLine = "would be revoked:"

// readTargets reads the lines of revoke --from: a jti, id:ID, or an object of
// list --format jsonl. Its errors name the line and do not repeat it.
func (a *app) readTargets(ctx context.Context, name string) ([]tiledesk.Target, error) {
	in := a.stdin
	if name == "-" && a.onTerminal.stdin {
		a.console.note("Reading a jti a line; Ctrl-D ends the list.")
	}
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // whoever runs this names the file
		if err != nil {
			return nil, usage("--from %s: %s", name, unreadable(err))
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	return wait(ctx, func() ([]tiledesk.Target, error) { return parseTargets(in) })
}

func parseTargets(in io.Reader) ([]tiledesk.Target, error) {
	var targets []tiledesk.Target
	lines := bufio.NewScanner(in) // of lines up to 64 KiB, longer than any that names a token
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
			return nil, usage("--from, line %d: this is UTF-16, as some shells of Windows write it; save it as UTF-8. Nothing was sent.", number)
		}
		target, err := parseTarget(text)
		if err != nil {
			return nil, usage("--from, line %d: %s. Nothing was sent.", number, err)
		}
		targets = append(targets, target)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, usage("--from, line %d: it is longer than any jti. Nothing was sent.", number+1)
	case err != nil:
		return nil, usage("--from: the input cannot be read: %s. Nothing was sent.", unreadable(err))
	}
	return targets, nil
}

func parseTarget(text string) (tiledesk.Target, error) {
	var target tiledesk.Target
	if text = strings.TrimSpace(strings.TrimPrefix(text, plannedLine)); text == "" {
		return target, errors.New("nothing follows \"" + plannedLine + "\", where a token belongs")
	}
	const prefix = "id:"
	id, byID := strings.CutPrefix(text, prefix)
	switch {
	case text[0] == '{':
		var object struct {
			ID, JTI string
		}
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			return target, errors.New("it begins like an object of list --format jsonl, but cannot be read as one")
		}
		target = tiledesk.Target{ID: object.ID, JTI: object.JTI}
		if target.ID == "" && target.JTI == "" {
			return target, errors.New("the object has neither an id nor a jti")
		}
	case text[0] == '"':
		return target, errors.New("this looks like a JSON text; write it without the quotes, as jq -r does")
	case text[0] == '[':
		return target, errors.New("this looks like a JSON array; use list --format jsonl, which has one object a line")
	case strings.HasPrefix(text, "id,jti,"):
		return target, errors.New("this looks like CSV; use list --format jsonl")
	case byID:
		target.ID = strings.TrimSpace(id)
		if target.ID == "" {
			return target, errors.New("nothing follows id:, where an id belongs")
		}
	case strings.Contains(text, "  "):
		return target, errors.New("this looks like a line of a table; use list --format jsonl")
	case len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix):
		return target, errors.New("write id: in small letters, where an id follows")
	default:
		target.JTI = text
	}
	return target, checkTarget(target)
}

// nameOf is a target as revoke --from reads it: by its jti, or by the id of its entry
// where a line with that jti would be read as something else, "id:abc" for one.
func nameOf(target tiledesk.Target) string {
	if target.JTI != "" && (target.ID == "" || readsBack(target.JTI)) {
		return target.JTI
	}
	return "id:" + target.ID
}

// readsBack reports whether a line that shows a jti names that and nothing else.
func readsBack(jti string) bool {
	target, err := parseTarget(jti)
	return err == nil && target == tiledesk.Target{JTI: jti} && safe(jti) == jti && jti[0] != '#'
}

// checkTarget refuses what the client would refuse to send, so that it is known
// before anything is sent. Its errors do not repeat the identifier.
func checkTarget(target tiledesk.Target) error {
	if target.ID != "" {
		if err := inOurWords(ident.CheckID(target.ID), target.ID); err != nil {
			return fmt.Errorf("the id %w", err)
		}
	}
	if target.JTI != "" {
		if err := inOurWords(ident.CheckJTI(target.JTI), target.JTI); err != nil {
			return fmt.Errorf("the jti %w", err)
		}
	}
	return nil
}

// inOurWords says what to do about an identifier that may not be sent.
func inOurWords(err error, identifier string) error {
	switch {
	case errors.Is(err, ident.ErrToken):
		return fmt.Errorf("%w; put it into a file and use --token-from", err)
	case errors.Is(err, ident.ErrIDRoute):
		return fmt.Errorf("%w; find the entry with tiledesk-jwt list --all and use --id", err)
	case err == nil && !utf8.ValidString(identifier):
		return errors.New("is not UTF-8 text")
	}
	return err
}
