package main

import (
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The completion is our own: kong has none, and the two add-ons for it rest on a
// library that has not changed since 2019. The script of each shell asks
// tiledesk-jwt __complete, which knows the grammar and is quick.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// Run is tiledesk-jwt completion.
func (c *completionCommand) Run(a *app) error {
	_, err := io.WriteString(a.console.out(), completionScripts[c.Shell])
	return unwritten("The script", err)
}

// filesBelong is the offer that stands for the names of files, which the shells know
// better. Elsewhere they offer none.
const filesBelong = ":files"

// completeCommand prints what may stand in the place of the last word.
type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run is tiledesk-jwt __complete.
func (c *completeCommand) Run(a *app, model *kong.Kong) error {
	words, last := c.Words, ""
	if n := len(words); n > 0 {
		words, last = words[:n-1], words[n-1]
	}
	if last == ":" { // an empty word, for shells that cannot pass one
		last = ""
	}
	front := ""
	if name, value, found := strings.Cut(last, "="); found && strings.HasPrefix(name, "--") { // one word, as most shells see it
		words, last, front = append(slices.Clone(words), name), value, name+"="
	}
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "=" }) // three words, as bash sees it
	if len(words) > 0 && last == "=" {
		last = ""
	}
	for _, offer := range offers(model.Model.Node, words) {
		switch {
		case offer == filesBelong && front == "":
			a.console.print("%s", offer)
		case strings.HasPrefix(offer, last):
			a.console.print("%s%s", front, offer)
		}
	}
	return nil
}

// suggested are values of flags that take others as well.
var suggested = map[string][]string{
	"rate": {"auto"},
	"sort": {"createdAt", "updatedAt", "jti", "id"},
	"json": ownFields,
}

// offers are the flags and commands, or the values, that may come next.
func offers(root *kong.Node, words []string) []string {
	node := root
	for _, word := range words {
		for _, child := range node.Children {
			if child.Name == word {
				node = child
			}
		}
	}
	var list []string
	for _, flag := range flagsOf(node) {
		if n := len(words); n > 0 && words[n-1] == "--"+flag.Name && !flag.IsBool() {
			return append(values(flag.Value, flag.PlaceHolder), suggested[flag.Name]...)
		}
		list = append(list, "--"+flag.Name)
	}
	for _, child := range node.Children {
		if !child.Hidden {
			list = append(list, child.Name)
		}
	}
	if node == root {
		list = append(list, "help")
	}
	for _, argument := range node.Positional {
		list = append(list, values(argument, strings.ToUpper(argument.Name))...)
	}
	if len(words) == 1 && words[0] == "help" {
		return append(list[:0], slices.Concat(commandNames(root), strings.Split(topicNames(), " and "))...)
	}
	return list
}

func commandNames(root *kong.Node) (names []string) {
	for _, child := range root.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// values are those of a flag or argument that has a fixed set, or the word for the
// names of files.
func values(value *kong.Value, placeholder string) []string {
	if strings.HasPrefix(placeholder, "FILE") {
		return []string{filesBelong}
	}
	if value.Enum == "" {
		return nil
	}
	var list []string
	for _, text := range value.EnumSlice() {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}
