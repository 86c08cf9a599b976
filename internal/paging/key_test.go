package paging_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

func TestKeyOf(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	entries := []struct{ id, jti, raw string }{
		{"a", "b", ""}, {"b", "a", ""}, {"ab", "", ""}, {"", "ab", ""}, {"a", "", ""}, {"", "a", ""},
		{"a\x00b", "c", ""}, {"a", "b\x00c", ""}, {"a\x00b\x00c", "", ""}, {"a\x00", "b", ""}, {"a", "\x00b", ""},
		{long, "a", ""}, {long, "b", ""}, {"a", long, ""}, {long[1:], "xa", ""},
		{"", "", "null"}, {"", "", `{}`}, {"", "", `{"a":1}`}, {"", "", `{"a": 1}`}, {"", "", "\x01ab"}, {"", "", ""},
	}
	keys := map[paging.Key]int{}
	for i, entry := range entries {
		key, named := paging.KeyOf(entry.id, entry.jti, []byte(entry.raw))
		if j, taken := keys[key]; taken {
			t.Errorf("%q and %q have the same key", entry, entries[j])
		}
		keys[key] = i
		if want := entry.id+entry.jti != ""; named != want {
			t.Errorf("%q: named is %t", entry, named)
		}
		again, _ := paging.KeyOf(entry.id, entry.jti, []byte(entry.raw))
		if other, _ := paging.KeyOf(entry.id, entry.jti, []byte("another")); again != key || named && other != key {
			t.Errorf("%q has two keys", entry)
		}
	}
}

// TestKeyOf_property tells any two entries apart.
func TestKeyOf_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[ab\x00\x01]{0,4}")
		a := [3]string{text.Draw(t, "id"), text.Draw(t, "jti"), text.Draw(t, "raw")}
		b := [3]string{text.Draw(t, "id"), text.Draw(t, "jti"), text.Draw(t, "raw")}
		keyA, namedA := paging.KeyOf(a[0], a[1], []byte(a[2]))
		keyB, namedB := paging.KeyOf(b[0], b[1], []byte(b[2]))
		same := namedA == namedB && (namedA && a[0] == b[0] && a[1] == b[1] || !namedA && a[2] == b[2])
		if (keyA == keyB) != same {
			t.Errorf("%q and %q: same key is %t, want %t", a, b, keyA == keyB, same)
		}
	})
}
