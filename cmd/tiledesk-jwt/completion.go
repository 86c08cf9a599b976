package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// The completion is our own: kong has none, and the two add-ons for it rest on a
// library that has not changed since 2019. The script of each shell asks
// tiledesk-jwt __complete, which knows the grammar and is quick.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is what completion --help says in addition.
func (*completionCommand) Help() string {
	return `bash: source <(tiledesk-jwt completion bash)

zsh: source <(tiledesk-jwt completion zsh)

fish: tiledesk-jwt completion fish | source`
}

// Run is tiledesk-jwt completion.
func (c *completionCommand) Run(a *app) error {
	_, err := fmt.Fprint(a.console.out(), completionScripts[c.Shell])
	return unwritten("The script", err)
}

// Where nothing is offered, the shells complete the names of files.
var completionScripts = map[string]string{
	"bash": `_tiledesk_jwt() {
  local IFS=$'\n'
  COMPREPLY=($(tiledesk-jwt __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tiledesk_jwt tiledesk-jwt
`,
	"zsh": `_tiledesk_jwt() {
  local -a offers
  offers=("${(@f)$(tiledesk-jwt __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${offers[1]}" ]]; then compadd -- "${offers[@]}"; else _files; fi
}
compdef _tiledesk_jwt tiledesk-jwt
`,
	"fish": `complete -c tiledesk-jwt -a '(tiledesk-jwt __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

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
	for _, offer := range offers(model.Model.Node, words) {
		if strings.HasPrefix(offer, last) {
			a.console.print("%s", offer)
		}
	}
	return nil
}

// offers are the flags and commands, or the values, that may come next.
func offers(root *kong.Node, words []string) []string {
	node := root
	for _, word := range words {
		for _, child := range node.Children {
			if child.Name == word && node == root {
				node = child
			}
		}
	}
	var list []string
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			if n := len(words); n > 0 && words[n-1] == "--"+flag.Name && !flag.IsBool() {
				return values(flag.Value)
			}
			list = append(list, "--"+flag.Name)
		}
	}
	for _, child := range node.Children {
		if !child.Hidden {
			list = append(list, child.Name)
		}
	}
	for _, argument := range node.Positional {
		list = append(list, values(argument)...)
	}
	return list
}

// values are those of a flag or argument that has a fixed set.
func values(value *kong.Value) []string {
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
