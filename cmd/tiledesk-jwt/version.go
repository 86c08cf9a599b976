package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run is tiledesk-jwt version.
func (*versionCommand) Run(a *app) error {
	b := readBuild()
	text := "tiledesk-jwt " + b.version
	if b.revision != "" {
		text += " (" + b.revision + ")"
	}
	a.console.print("%s, %s, %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// build is what the build recorded about itself.
type build struct{ version, revision string }

func readBuild() build {
	b := build{version: "devel"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
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
