package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The package must not bring along what only this command needs.
func TestPackageImportsNoneOfTheCommand(t *testing.T) {
	t.Parallel()
	deps := func(path string) map[string]bool {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", path).Output()
		if err != nil {
			t.Skipf("go list is not to be had: %v", err)
		}
		modules := make(map[string]bool)
		for _, module := range strings.Fields(string(out)) {
			modules[module] = true
		}
		return modules
	}
	of := deps("github.com/go-tiledesk/tiledesk")
	for module := range deps("github.com/go-tiledesk/tiledesk/cmd/tiledesk-jwt") {
		switch module {
		case "github.com/go-tiledesk/tiledesk", "github.com/google/go-querystring", "github.com/hashicorp/go-cleanhttp",
			"github.com/hashicorp/go-retryablehttp", "github.com/tidwall/gjson", "github.com/tidwall/match",
			"github.com/tidwall/pretty", "golang.org/x/time":
		default:
			if of[module] {
				t.Errorf("the package imports %s", module)
			}
		}
	}
	if !of["github.com/tidwall/gjson"] {
		t.Error("go list says nothing of the package")
	}
}
