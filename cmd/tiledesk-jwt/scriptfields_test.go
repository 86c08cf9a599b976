package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// setField is: field N NAME JSON. It gives the entry of the n-th token a further
// field; in the text, TOKEN stands for the raw token itself.
func setField(w *world, ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var value any
	ts.Check(json.Unmarshal([]byte(strings.ReplaceAll(args[2], "TOKEN", w.tokens[n-1])), &value))
	w.server.SetField(w.tokens[n-1], args[1], value)
}
