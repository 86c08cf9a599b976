package main

import (
	"errors"
	"slices"
	"strconv"

	"github.com/alecthomas/kong"
)

// globalsOf are the flags for all commands that a command uses, where it does not use
// all of them: one that sends nothing has no rate.
var globalsOf = map[string][]string{
	"inspect":    {"quiet", "no-input", "no-color"},
	"demo":       {"quiet"},
	"version":    {},
	"completion": {},
	"man":        {},
}

// perMinute is a flag such as 200: how many requests may leave in a minute.
type perMinute struct {
	n    int  // 0: no limit
	auto bool // as many as the server accepts
}

// UnmarshalText reads a number or auto.
func (p *perMinute) UnmarshalText(text []byte) error {
	if string(text) == "auto" {
		*p = perMinute{auto: true}
		return nil
	}
	n, err := strconv.Atoi(string(text))
	switch {
	case err != nil:
		return errors.New("write how many requests a minute, 0 for no limit, or auto")
	case n < 0:
		return errors.New("a rate cannot be negative; 0 means no limit")
	}
	*p = perMinute{n: n}
	return nil
}

// uses reports whether a command uses a flag for all commands.
func uses(command string, flag *kong.Flag) bool {
	used, restricted := globalsOf[command]
	return !restricted || flag.Name == "help" || slices.Contains(used, flag.Name)
}

// unused is a flag on the command line that the command does not use; nil: none.
func unused(selected *kong.Context) *kong.Flag {
	command := selected.Selected()
	for _, step := range selected.Path {
		if step.Flag != nil && slices.Contains(selected.Model.Flags, step.Flag) && !uses(command.Name, step.Flag) {
			return step.Flag
		}
	}
	return nil
}

// flagsOf are the flags of a command, its own first, then those for all that it uses.
// Of the program itself they are all.
func flagsOf(node *kong.Node) (flags []*kong.Flag) {
	for _, group := range slices.Backward(node.AllFlags(true)) {
		for _, flag := range group {
			if slices.Contains(node.Flags, flag) || uses(node.Name, flag) {
				flags = append(flags, flag)
			}
		}
	}
	return flags
}
