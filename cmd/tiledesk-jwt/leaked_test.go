package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// A token that is truncated, or that something stands beside, would be refused like one
// that is revoked, and taken for gone.
func TestLeakIsAWholeToken(t *testing.T) {
	t.Parallel()
	for text, whole := range map[string]bool{
		sample:                     true,
		"JWT " + sample + "\r\n":   true,
		"jwt\t" + sample:           true,
		`"` + sample + `"`:         false,
		"'" + sample + "'":         false,
		sample + ";":               false,
		"TILEDESK_TOKEN=" + sample: false,
		sample[1:]:                 false,
		sample[2:]:                 false,
		strings.TrimSuffix(sample, "c2lnbmF0dXJl"): false,
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.stdin = strings.NewReader(text)
		_, err := a.readLeak(context.Background(), "-")
		if (err == nil) != whole {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && codeOf(err) != exitUsage {
			t.Errorf("%q: exit code %d", text, codeOf(err))
		}
	}
}
