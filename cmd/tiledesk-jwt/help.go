package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints the help of kong, and on a narrow terminal one without columns.
func (a *app) help(options kong.HelpOptions, ctx *kong.Context) error {
	node := ctx.Model.Node
	if selected := ctx.Selected(); selected != nil {
		node = selected
		hideUnused(ctx.Model.Node, node)
	}
	if a.console.width >= narrow {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	a.console.say("Usage: %s", strings.TrimSpace(node.FullPath()+" [flags]"))
	a.console.say("\n%s", node.Help)
	for paragraph := range strings.SplitSeq(node.Detail, "\n") {
		a.console.say("%s", paragraph)
	}
	for _, argument := range node.Positional {
		a.entry(argument.Summary(), argument.Help)
	}
	for _, child := range node.Children {
		if !child.Hidden {
			a.entry(child.Name, child.Help)
		}
	}
	for _, flag := range flagsOf(node) {
		a.entry(flag.String(), flag.Help)
	}
	return nil
}

// hideUnused keeps flags that the command does not use out of its help.
func hideUnused(root, command *kong.Node) {
	used := flagsOf(command)
	for _, flag := range root.Flags {
		flag.Hidden = flag.Hidden || !slices.Contains(used, flag)
	}
}

// entry is a name with its text indented below.
func (a *app) entry(name, text string) {
	a.console.print("%s", name)
	for _, line := range wrap(text, a.console.width-4) {
		a.console.print("    %s", line)
	}
}
