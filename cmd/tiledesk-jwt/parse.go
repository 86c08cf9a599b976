package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
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
	help = "Run " + command + " --help to see what it takes."
	if len(args) == 2 && args[1] == "--help" { // as in: help NAME
		help = "Run tiledesk-jwt --help to see the commands. The topics of help are " + topicNames() + "."
	}
	if meant := meantBy(err.Error()); meant != "" {
		return meant, help
	}
	return stopped(inPlainWords(err.Error())), help
}

// meantBy leads from flags that other programs have to those of this one.
func meantBy(text string) string {
	if strings.HasPrefix(text, "--json: ") && strings.HasSuffix(text, "(<EOL>)") {
		return "--json: name the fields, such as " + strings.Join(ownFields, ",") + "; list --wide shows which others there are."
	}
	flag, found := strings.CutPrefix(text, "unknown flag ")
	flag, _, _ = strings.Cut(flag, ",") // behind which the parser guesses
	switch {
	case !found:
	case flag == "-v", flag == "--verbose":
		return "There is no " + flag + ". To see each request use --debug, to see the version tiledesk-jwt version."
	case flag == "-V":
		return "There is no -V. Use tiledesk-jwt version."
	case flag == "-o", flag == "--output", flag == "--json":
		return "There is no " + flag + " here. The commands that can print JSON do so with --format json; list has --json FIELDS as well."
	case flag == "-f", flag == "--force":
		return "There is no " + flag + ". To answer the question beforehand use --yes."
	case flag == "-n":
		return "There is no -n. To see what would be revoked use --dry-run."
	}
	return ""
}

// refuseUnused refuses a flag that the command would ignore.
func refuseUnused(selected *kong.Context) error {
	flag := unused(selected)
	if flag == nil {
		return nil
	}
	return fmt.Errorf("--%s: tiledesk-jwt %s does not use it", flag.Name, selected.Selected().Name)
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
