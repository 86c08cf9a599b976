package main

import (
	"bytes"
	"strings"
	"testing"
)

// What is wrong with a command line is said in a sentence, and where its help is.
func TestParse_explains(t *testing.T) {
	t.Parallel()
	const never = "Credentials are never given on the command line, where other users and the history of the shell see them.\n" + howToAuthorize
	for args, want := range map[string]string{
		"lst":                     "unexpected argument lst, did you mean \"list\"?\nRun tiledesk-jwt --help to see what it takes.",
		"list --token x":          never,
		"list --token=x":          never,
		"revoke --password x":     never,
		"list -jwt x":             never,
		"list --user a":           never,
		"list --email a":          never,
		"list --tokens x":         "unknown flag --tokens.\nRun tiledesk-jwt list --help to see what it takes.",
		"list token":              "unexpected argument token.\nRun tiledesk-jwt list --help to see what it takes.",
		"list x":                  "unexpected argument x.\nRun tiledesk-jwt list --help to see what it takes.",
		"revoke --jti x":          "unknown flag --jti.\nRun tiledesk-jwt revoke --help to see what it takes.",
		"-v":                      "There is no -v. To see each request use --debug, to see the version tiledesk-jwt version.\nRun tiledesk-jwt --help to see what it takes.",
		"--verbose":               "There is no --verbose. To see each request use --debug, to see the version tiledesk-jwt version.\nRun tiledesk-jwt --help to see what it takes.",
		"revoke-all -v":           "There is no -v. To see each request use --debug, to see the version tiledesk-jwt version.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"revoke-all --verbose":    "There is no --verbose. To see each request use --debug, to see the version tiledesk-jwt version.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"-V":                      "There is no -V. Use tiledesk-jwt version.\nRun tiledesk-jwt --help to see what it takes.",
		"version -V":              "There is no -V. Use tiledesk-jwt version.\nRun tiledesk-jwt version --help to see what it takes.",
		"revoke-all --json":       "There is no --json here. The commands that can print JSON do so with --format json; list has --json FIELDS as well.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"doctor -o json":          "There is no -o here. The commands that can print JSON do so with --format json; list has --json FIELDS as well.\nRun tiledesk-jwt doctor --help to see what it takes.",
		"doctor --output json":    "There is no --output here. The commands that can print JSON do so with --format json; list has --json FIELDS as well.\nRun tiledesk-jwt doctor --help to see what it takes.",
		"revoke-all -f":           "There is no -f. To answer the question beforehand use --yes.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"revoke-all --force":      "There is no --force. To answer the question beforehand use --yes.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"revoke-all -n":           "There is no -n. To see what would be revoked use --dry-run.\nRun tiledesk-jwt revoke-all --help to see what it takes.",
		"list --formt json":       "unknown flag --formt, did you mean one of \"--sort\", \"--format\"?\nRun tiledesk-jwt list --help to see what it takes.",
		"list --json":             "--json: name the fields, such as id,jti,createdAt,updatedAt,current; list --wide shows which others there are.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --json=":            "--json: a name is empty; write it like id,jti,createdAt.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --nothing":          "unknown flag --nothing.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --page x":           "--page: expected a whole number but got \"x\".\nRun tiledesk-jwt list --help to see what it takes.",
		"list --page":             "--page: its value is missing.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --page=x":           "--page: expected a whole number but got \"x\".\nRun tiledesk-jwt list --help to see what it takes.",
		"list --timeout 5":        "--timeout: write the time with its unit, such as 30s or 2m.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --timeout":          "--timeout: its value is missing.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --timeout --page 1": "--timeout: its value is missing; --page looks like a flag.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --fields --page 1":  "--fields: its value is missing; --page looks like a flag.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --format xml":       "--format must be one of \"table\",\"json\",\"jsonl\",\"csv\" but got \"xml\".\nRun tiledesk-jwt list --help to see what it takes.",
		"list --direction up":     "--direction must be one of \"asc\",\"desc\" but got \"up\".\nRun tiledesk-jwt list --help to see what it takes.",
		"list --all --page 1":     "--all and --page can't be used together.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --rate x":           "--rate: write how many requests a minute, 0 for no limit, or auto.\nRun tiledesk-jwt list --help to see what it takes.",
		"help weather":            "unexpected argument weather.\nRun tiledesk-jwt --help to see the commands. The topics of help are exit-codes and environment.",
		"help lst":                "unexpected argument lst, did you mean \"list\"?\nRun tiledesk-jwt --help to see the commands. The topics of help are exit-codes and environment.",
		"weather --help x":        "unexpected argument weather.\nRun tiledesk-jwt --help to see what it takes.",
		"revoke --concurrency x":  "--concurrency: expected a whole number but got \"x\".\nRun tiledesk-jwt revoke --help to see what it takes.",
		"revoke --format x":       "--format must be one of \"text\",\"json\" but got \"x\".\nRun tiledesk-jwt revoke --help to see what it takes.",
		"incident":                "missing flags: --token-from=FILE|-.\nRun tiledesk-jwt incident --help to see what it takes.",
		"incident --token-from":   "--token-from: its value is missing.\nRun tiledesk-jwt incident --help to see what it takes.",
		"completion":              "expected \"<shell>\".\nRun tiledesk-jwt completion --help to see what it takes.",
		"completion tcsh":         "<shell> must be one of \"bash\",\"zsh\",\"fish\",\"powershell\" but got \"tcsh\".\nRun tiledesk-jwt completion --help to see what it takes.",
		"version --rate 5":        "--rate: tiledesk-jwt version does not use it.\nRun tiledesk-jwt version --help to see what it takes.",
		"--debug inspect":         "--debug: tiledesk-jwt inspect does not use it.\nRun tiledesk-jwt --help to see what it takes.",
		"inspect a b":             "unexpected argument b.\nRun tiledesk-jwt inspect --help to see what it takes.",
		"demo --sign-in":          "--sign-in: tiledesk-jwt demo does not use it.\nRun tiledesk-jwt demo --help to see what it takes.",
		"list --older-than x":     "--older-than: invalid age; write it like 30d, 2w or 12h.\nRun tiledesk-jwt list --help to see what it takes.",
		"list --match status":     "--match: write it like status=active: the name of a field, and the value that it has.\nRun tiledesk-jwt list --help to see what it takes.",
		"watch --interval 0s":     "--interval: give a time above 0, such as 10s",
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		code := a.run(strings.Split(args, " "))
		if got := strings.TrimSuffix(strings.TrimPrefix(stderr.String(), "tiledesk-jwt: "), "\n"); code != exitUsage || got != want {
			t.Errorf("%q: %q,\n%d", args, got, code)
		}
	}
}
