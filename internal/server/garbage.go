package server

import (
	"os"
	"runtime/debug"
)

// gcPercent is GOGC where the environment does not set it: how much the heap may grow
// between collections, in percent of what is alive. A server keeps a few megabytes
// and allocates a hundred a second, so with Go's 100 it would spend a tenth of its
// time on collecting. The limit of GOMEMLIMIT holds beside it.
const gcPercent = 400

func setGCPercent() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
