//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"slices"
)

// soakWords are what a run says at its end.
type soakWords struct {
	Revoked, AlreadyGone, NotFound, Failed, NotAttempted int
	Incomplete                                           bool
	Verified                                             *bool
	Error                                                *string
	Results                                              []struct{ ID, JTI, Outcome string }
}

// fine reports whether the run says that all was done that it was asked for: a server
// that remembers its check of a token is a warning where nobody asked for a proof.
func (w *soakWords) fine(asked bool) bool {
	unproved := asked && w.Verified != nil && !*w.Verified
	return w.NotFound+w.Failed+w.NotAttempted == 0 && !w.Incomplete && w.Error == nil && !unproved
}

// judge returns what the run says that is not so.
func (r *soakRun) judge() (lies []string) {
	say := func(format string, args ...any) { lies = append(lies, fmt.Sprintf(format, args...)) }
	switch {
	case r.late:
		say("it did not end")
		return lies
	case r.code == -1 && r.said.Len()+r.trace.Len() == 0: // a signal that came before it listened
		return nil
	}
	if r.code != exitDone && r.trace.Len() == 0 {
		say("it says nothing of what went wrong")
	}
	reported, lies := r.o.reported(r.report, false)
	if r.said.Len() == 0 {
		if r.code == exitDone {
			say("it says nothing")
		}
		return lies
	}
	var words soakWords
	if err := json.Unmarshal([]byte(r.said.String()), &words); err != nil {
		say("%v", err)
		return lies
	}
	lies = append(lies, r.misjudged(&words, reported)...)
	fine := words.fine(slices.Contains(r.args, "--verify"))
	switch signedIn := slices.Contains(r.args, "--sign-in"); {
	case r.code == exitDone && !fine:
		say("its exit code says that all was done")
	case r.code != exitDone && fine && !signedIn: // else the sign-out may have failed
		say("its exit code says that something was not done")
	case r.code == exitDone && !r.o.unrecorded && len(r.o.left()) > 0:
		say("its exit code says that all was done, and these work: %v", r.o.left())
	}
	return lies
}

// misjudged compares what the run says of each token with the server, its counts and
// its report.
func (r *soakRun) misjudged(words *soakWords, reported map[string]bool) (lies []string) {
	works := make(map[string]bool)
	for _, token := range r.o.server.Tokens(testEmail) {
		works[jtiOf(token)] = !r.o.server.Revoked(token)
	}
	counted, seen := make(map[string]int), make(map[[2]string]bool)
	for _, result := range words.Results {
		counted[result.Outcome]++
		if key := [2]string{result.ID, result.JTI}; seen[key] {
			lies = append(lies, fmt.Sprintf("%v has two results", key))
		} else {
			seen[key] = true
		}
		if result.Outcome != "revoked" && result.Outcome != "already gone" {
			continue
		}
		if works[result.JTI] {
			lies = append(lies, result.JTI+" is "+result.Outcome+", and works")
		}
		if !reported[result.JTI] {
			lies = append(lies, result.JTI+" is "+result.Outcome+", and the report does not say so")
		}
	}
	for outcome, said := range map[string]int{"revoked": words.Revoked, "already gone": words.AlreadyGone, "not found": words.NotFound, "failed": words.Failed, "not attempted": words.NotAttempted} {
		if counted[outcome] != said {
			lies = append(lies, fmt.Sprintf("%d are %s, and it counts %d", counted[outcome], outcome, said))
		}
	}
	if r.args[0] == "revoke" && len(words.Results) != len(r.o.tokens) {
		lies = append(lies, fmt.Sprintf("%d targets have %d results", len(r.o.tokens), len(words.Results)))
	}
	return lies
}
