package main

import (
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The lines to paste are right for their shell, whatever the folder is called.
func TestDemo_linesToPaste(t *testing.T) {
	t.Parallel()
	const (
		ofSh         = "export TILEDESK_BASE_URL=http://x\nexport TILEDESK_EMAIL=agent@example.com\nexport TILEDESK_PASSWORD=demo-password\ncd '/tmp/it'\\''s'"
		ofPowerShell = "$env:TILEDESK_BASE_URL = 'http://x'\n$env:TILEDESK_EMAIL = 'agent@example.com'\n$env:TILEDESK_PASSWORD = 'demo-password'\nSet-Location -LiteralPath '/tmp/it''s'"
	)
	byDefault := ofSh
	if !filesHaveModes { // Windows
		byDefault = ofPowerShell
	}
	for shell, want := range map[string]string{"sh": ofSh, "powershell": ofPowerShell, "auto": byDefault} {
		if got := strings.Join((&demoCommand{Shell: shell}).lines("http://x", "/tmp/it's"), "\n"); got != want {
			t.Errorf("%s: %s", shell, got)
		}
	}
}

// The sample has tokens of each age that a filter is for, and hands out the two
// youngest.
func TestDemo_sample(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	now := time.Now()
	leaked := fill(server, now)
	tokens := server.Tokens(demoEmail)
	if len(tokens) != 123 || len(server.Tokens(demoOther)) != 3 || len(leaked) != 2 || leaked[0] != tokens[122] || leaked[1] != tokens[121] {
		t.Errorf("%d tokens, %d leaked", len(tokens), len(leaked))
	}
}
