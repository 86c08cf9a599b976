package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// topic is help that belongs to no single command.
type topic struct{ name, about, text string }

// topics are shown by tiledesk-jwt help NAME, and stand in the man page.
var topics = []topic{
	{"exit-codes", "what the exit codes mean", `0  Everything asked for is done. A token that is already gone counts as done.
1  Something was not revoked, not found, or not confirmed by --verify; doctor: revocation is not enforced.
2  Wrong usage, or refused before anything was sent, such as revoke without --yes and nobody to ask.
3  The server refused the authorization.
4  Interrupted, or stopped before every token was attempted.
5  The server has no history module.

When several apply: 3, then 5, then 4, then 1. A run that ended with 4 resumes where it stopped when it is started again, with --report without asking the server about what is done.`},
	{"environment", "the variables that are read", `TILEDESK_BASE_URL       Where the API answers; --base-url goes first.
TILEDESK_TOKEN          The token to authorize with.
TILEDESK_TOKEN_FILE     A file that holds it.
TILEDESK_EMAIL          The account to authorize with, without a token or with --sign-in.
TILEDESK_PASSWORD       Its password.
TILEDESK_PASSWORD_FILE  A file that holds it.
NO_COLOR                No colors, like --no-color.
TERM                    "dumb": nothing is drawn over, and no colors.
ACCESSIBLE              Set: nothing is drawn over where you pick a token, but asked for by number.
HTTPS_PROXY, HTTP_PROXY, NO_PROXY  The proxy to go through.
SSL_CERT_FILE           Certificates to trust, in the place of those of the system.

Credentials are never given on the command line, where other users and the history of the shell see them.`},
}

func topicNames() string {
	var names []string
	for _, t := range topics {
		names = append(names, t.name)
	}
	return strings.Join(names, " and ")
}

// topicOf is the topic that "help NAME" asks for.
func topicOf(args []string) (topic, bool) {
	if len(args) != 2 || args[0] != "help" {
		return topic{}, false
	}
	for _, t := range topics {
		if t.name == args[1] {
			return t, true
		}
	}
	return topic{}, false
}

// show prints a topic. What stands behind two blanks is a column of its own, so that
// it is wrapped beside what stands before, or below it on a narrow terminal.
func (t topic) show(a *app) {
	width := 0
	for line := range strings.SplitSeq(t.text, "\n") {
		if name, _, found := strings.Cut(line, "  "); found && !strings.Contains(name, ",") {
			width = max(width, len(name))
		}
	}
	for line := range strings.SplitSeq(t.text, "\n") {
		name, text, found := strings.Cut(line, "  ")
		switch {
		case !found:
			a.console.say("%s", line)
		case a.onTerminal.stdout:
			a.console.columns(bold, name, width, strings.TrimSpace(text))
		default:
			a.console.print("%s", line)
		}
	}
}

// example is a command line and what it is for.
type example struct{ about, line string }

// examples are shown in the help of a command, and stand in the man page.
var examples = map[string][]example{
	"list": {
		{"Every token that is older than 30 days", "tiledesk-jwt list --older-than 30d"},
		{"From where the sign-ins came, and how often", "tiledesk-jwt list --all --json ip --jq '.[].ip' | sort | uniq -c"},
	},
	"revoke": {
		{"A leaked token, tried before and after", "tiledesk-jwt revoke --token-from leaked.txt --verify"},
		{"Pick from the list, on a terminal", "tiledesk-jwt revoke"},
		{"What another command chose", "tiledesk-jwt list --match status=active --format jsonl | tiledesk-jwt revoke --from - --yes"},
	},
	"revoke-all": {
		{"Every token that is older than a week; you are asked first", "tiledesk-jwt revoke-all --older-than 1w"},
		{"From cron, able to resume where it stopped", "tiledesk-jwt revoke-all --older-than 30d --sign-in --report revoked.jsonl --yes --quiet"},
	},
	"inspect": {
		{"A token in a file", "tiledesk-jwt inspect leaked.txt"},
		{"The one that the environment holds", "tiledesk-jwt inspect"},
	},
	"doctor": {
		{"Does this server refuse revoked tokens?", "tiledesk-jwt doctor"},
		{"For a bug report, without signing in", "tiledesk-jwt doctor --read-only --format json"},
	},
	"watch": {
		{"Does whoever was signed out come back?", "tiledesk-jwt watch --fields ip"},
		{"Revoke whatever appears", `tiledesk-jwt watch --exec 'tiledesk-jwt revoke "$TILEDESK_JTI" --yes'`},
	},
	"incident": {
		{"A token leaked: step by step, on a terminal", "tiledesk-jwt incident --token-from leaked.txt --sign-in"},
		{"Without a question, with a record of what was done", "tiledesk-jwt incident --token-from leaked.txt --sign-in --yes --report incident.json"},
	},
	"demo": {
		{"A server to try everything on", "tiledesk-jwt demo"},
		{"What to type to rehearse an incident on it", "tiledesk-jwt demo --script"},
	},
	"version": {
		{"For a bug report", "tiledesk-jwt version"},
		{"The same", "tiledesk-jwt --version"},
	},
	"completion": {
		{"In this bash", "source <(tiledesk-jwt completion bash)"},
		{"In every zsh, where fpath names the folder", "tiledesk-jwt completion zsh > ~/.zfunc/_tiledesk-jwt"},
		{"In this fish", "tiledesk-jwt completion fish | source"},
		{"In this PowerShell", "tiledesk-jwt completion powershell | Out-String | Invoke-Expression"},
	},
	"man": {
		{"Read it", "tiledesk-jwt man | man -l -"},
		{"Install it", "tiledesk-jwt man > /usr/local/share/man/man1/tiledesk-jwt.1"},
	},
}

// withExamples adds them to the help of each command.
func withExamples(model *kong.Application) {
	for _, command := range model.Children {
		list := examples[command.Name]
		if len(list) == 0 {
			continue
		}
		text := command.Detail + "\n\nExamples:\n"
		for _, e := range list {
			text += "\n    # " + e.about + "\n    " + folded(e.line) + "\n"
		}
		command.Detail = strings.TrimSpace(text)
	}
}

// folded breaks a command line that is too long for a terminal in front of a flag or a
// pipe, as a shell lets one do it.
func folded(line string) string {
	const most = 72
	width, pieces := 0, strings.Split(line, " ")
	for i, piece := range pieces {
		isBreak := strings.HasPrefix(piece, "--") && !strings.HasSuffix(piece, "'") || piece == "|"
		length := len(piece)
		for _, next := range pieces[i+1:] { // up to the next break
			if strings.HasPrefix(next, "--") || next == "|" {
				break
			}
			length += 1 + len(next)
		}
		if isBreak && width+length > most {
			pieces[i], width = "\\\n        "+piece, 0
		}
		width += 1 + len(piece)
	}
	return strings.Join(pieces, " ")
}
