package switchboard

// File names the mutant that is on, and TraceFile the file for the trace, where the
// environment does not, since some tests start processes without it. A build writes
// other paths here.
const (
	File      = ""
	TraceFile = ""
)
