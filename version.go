package tiledesk

import (
	"runtime/debug"
	"sync"
)

const modulePath = "github.com/go-tiledesk/tiledesk"

// version is the module's version as the build recorded it: "v0.1.0" in a
// program that depends on a release, "devel" in this repository.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if module.Path == modulePath && module.Version != "" && module.Version != "(devel)" {
			return module.Version
		}
	}
	return "devel"
})
