package main

import (
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type manCommand struct{}

// Run is tiledesk-jwt man.
func (*manCommand) Run(a *app, model *kong.Kong) error {
	_, err := io.WriteString(a.console.out(), manual(model.Model))
	return unwritten("The manual", err)
}

// manual is the man page, in the language of troff.
func manual(model *kong.Application) string {
	var m troff
	m.macro(`.TH TILEDESK-JWT 1 "" "tiledesk-jwt ` + escapeTroff(readBuild().version) + `" "User Commands"`)
	m.section("NAME")
	m.text("tiledesk-jwt - list and revoke the JWT tokens of a Tiledesk account")
	m.section("SYNOPSIS")
	m.macro(".B tiledesk-jwt")
	m.text("COMMAND [flags]")
	m.section("DESCRIPTION")
	m.paragraphs(model.Help)
	m.section("COMMANDS")
	for _, command := range model.Children {
		if command.Hidden {
			continue
		}
		m.macro(".SS " + quoted(strings.TrimPrefix(command.Summary(), "tiledesk-jwt ")))
		m.text(command.Help)
		if command.Detail != "" {
			m.macro(".PP")
		}
		m.paragraphs(command.Detail)
		for _, argument := range command.Positional {
			m.entry(argument.Summary(), argument.Help)
		}
		for _, flag := range command.Flags {
			m.entry(flag.String(), flag.Help)
		}
	}
	m.section("FLAGS FOR ALL COMMANDS")
	m.text("A command that sends nothing takes few of them: see its --help.")
	for _, flag := range model.Flags {
		m.entry(flag.String(), flag.Help)
	}
	for _, topic := range topics {
		m.section(strings.ToUpper(strings.ReplaceAll(topic.name, "-", " ")))
		for line := range strings.SplitSeq(topic.text, "\n") {
			if name, text, found := strings.Cut(line, "  "); found {
				m.entry(name, strings.TrimSpace(text))
			} else {
				m.paragraphs(line)
			}
		}
	}
	return m.String()
}

// troff is a man page that is being written.
type troff struct{ strings.Builder }

func (m *troff) macro(line string) { _, _ = m.WriteString(line + "\n") } // into memory

func (m *troff) section(name string) { m.macro(".SH " + quoted(name)) }

// text is a line that may be filled up.
func (m *troff) text(text string) { m.macro(escapeTroff(text)) }

// paragraphs are separated by empty lines; what is indented stays as it is.
func (m *troff) paragraphs(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			m.macro(".PP")
		case strings.HasPrefix(line, "    "):
			m.macro(".EX")
			m.text(line)
			m.macro(".EE")
		default:
			m.text(line)
		}
	}
}

// entry is a name with its text indented below.
func (m *troff) entry(name, text string) {
	m.macro(".TP")
	m.macro(".B " + quoted(name))
	m.text(text)
}

func quoted(text string) string {
	return `"` + strings.ReplaceAll(escapeTroff(text), `"`, `\(dq`) + `"`
}

// escapeTroff keeps a text from being read as requests, and its hyphens ones that can
// be copied.
func escapeTroff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
