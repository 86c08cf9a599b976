//go:build !unix

package main

import "time"

// processorTime is not known here.
func processorTime() time.Duration { panic("the processor time is measured on Unix only") }
