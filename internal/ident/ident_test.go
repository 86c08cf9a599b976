package ident_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/ident"
)

func TestCheckJTI_refusesTheRouteForIDs(t *testing.T) {
	t.Parallel()
	for _, jti := range []string{"id/6b02", "ID/6b02", `id\6b02`, "/id/6b02", `\/Id\6b02`, "id/"} {
		if err := ident.CheckJTI(jti); !errors.Is(err, ident.ErrIDRoute) {
			t.Errorf("%q: %v", jti, err)
		}
		if err := ident.CheckID(jti); err != nil {
			t.Errorf("%q as an id: %v", jti, err)
		}
	}
	for _, jti := range []string{"id", "id-1", "idea/1", "a/id/b", "keyJobs.v1.2", "2e5e5e9b-8a3b-4975-83e2-35ea216c468b", "a/b", "ü"} {
		if err := ident.CheckJTI(jti); err != nil {
			t.Errorf("%q: %v", jti, err)
		}
	}
}

func TestCheckID_refusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"":                                  "is empty",
		" \t":                               "is blank",
		strings.Repeat("a", ident.Max+1):    "bytes",
		"a\nb":                              "control character",
		"..":                                "segment",
		`a\..\b`:                            "segment",
		"eyJhbGciOiJub25lIn0.eyJqIjoxfQ.":   "whole token",
		"eyJhbGciOiJub25lIn0%2eeyJqIjoxfQ.": "whole token",
		"eyJhbGci OiJub25lIn0.eyJqIjoxfQ.":  "whole token",
	} {
		if err := ident.CheckID(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q in it", id, err, want)
		}
	}
}

func TestSameJTI(t *testing.T) {
	t.Parallel()
	if !ident.SameJTI("ab-CD", "AB-cd") || ident.SameJTI("ab", "abc") {
		t.Error("jtis are compared without case")
	}
	if ident.SameJTI("", "") {
		t.Error("no jti is the same as another")
	}
}
