package main

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion_tellsWhatTheBuildRecorded(t *testing.T) {
	t.Parallel()
	const commit, made = "0123456789abcdef0123456789abcdef01234567", "2026-11-22T20:00:00Z"
	recorded := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision, at := debug.BuildSetting{Key: "vcs.revision", Value: commit}, debug.BuildSetting{Key: "vcs.time", Value: made}
	for want, info := range map[string]*debug.BuildInfo{
		"devel":  nil,
		"v1.2.3": recorded("v1.2.3"),
		"v1.2.4 (commit 0123456789ab of 2026-11-22T20:00:00Z)":         recorded("v1.2.4", revision, at, debug.BuildSetting{Key: "vcs.modified", Value: "false"}),
		"devel (commit 0123456789ab of 2026-11-22T20:00:00Z, changed)": recorded("(devel)", revision, at, debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
		"v1.2.5 (commit 0123 of )":                                     recorded("v1.2.5", debug.BuildSetting{Key: "vcs.revision", Value: "0123"}),
	} {
		if got := buildOf(info).text(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := buildOf(recorded("")).text(); got != "devel" {
		t.Errorf("%s without a version", got)
	}
}

func TestVersion_isOneLineWithTheSystem(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"--version"}} {
		a, _ := testApp(new(bytes.Buffer))
		code := a.run(args)
		want := "tiledesk-jwt " + readBuild().text() + ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
		if got := a.stdout.(*bytes.Buffer).String(); code != exitDone || got != want {
			t.Errorf("%v: exit code %d: %q, want %q", args, code, got, want)
		}
	}
}
