package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run is tiledesk-jwt version.
func (*versionCommand) Run(a *app) error {
	a.console.print("tiledesk-jwt %s, %s, %s/%s", readBuild().text(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// build is what the build recorded about itself.
type build struct{ version, revision string }

func readBuild() build {
	info, _ := debug.ReadBuildInfo()
	return buildOf(info)
}

// buildOf reads what was recorded; nil where nothing was.
func buildOf(info *debug.BuildInfo) build {
	b := build{version: "devel"}
	if info == nil {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.version = v
	}
	settings := make(map[string]string)
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return b
	}
	b.revision = fmt.Sprintf("commit %s of %s", revision[:min(12, len(revision))], settings["vcs.time"])
	if settings["vcs.modified"] == "true" {
		b.revision += ", changed"
	}
	return b
}

// text is the version, and the commit where it is known.
func (b build) text() string {
	if b.revision == "" {
		return b.version
	}
	return b.version + " (" + b.revision + ")"
}
