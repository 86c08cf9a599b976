package main

import (
	"regexp"
	"strings"
)

// customary lets the spellings work that most commands understand.
func customary(args []string) []string {
	switch args[0] {
	case "--version":
		return []string{"version"}
	case "help":
		return append(append([]string{}, args[1:]...), "--help")
	}
	return args
}

// explainParse is the error of the parser in a sentence, and the way to the help
// of the command that was meant.
func explainParse(args []string, err error) (text, help string) {
	for _, arg := range args {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch name {
		case "token", "password", "email", "user", "jwt":
			if strings.HasPrefix(arg, "-") {
				return "Credentials are never given on the command line, where other users and the history of the shell see them.", howToAuthorize
			}
		}
	}
	command := "tiledesk-jwt"
	if !strings.HasPrefix(args[0], "-") && !strings.HasPrefix(err.Error(), "unexpected argument "+args[0]) {
		command += " " + args[0]
	}
	return sentence(inPlainWords(err.Error())), "Run " + command + " --help to see what it takes."
}

// parserTerms are words of the parser that say something to programmers only.
var parserTerms = []struct {
	pattern *regexp.Regexp
	words   string
}{
	{regexp.MustCompile(`: expected \w+ value but got "EOL" \(<EOL>\)`), ": its value is missing"},
	{regexp.MustCompile(`: expected \w+ value but got "(-.*)" \(.* flag\)(;.*)?$`), ": its value is missing; $1 looks like a flag"},
	{regexp.MustCompile(`: expected duration but got .*`), ": write the time with its unit, such as 30s or 2m"},
	{regexp.MustCompile(`expected a valid \d+ bit int`), "expected a whole number"},
	{regexp.MustCompile(`,"" but got`), " but got"},
}

func inPlainWords(text string) string {
	for _, term := range parserTerms {
		text = term.pattern.ReplaceAllString(text, term.words)
	}
	return text
}
