package server

import (
	"os"
	"runtime"
)

// makeUpForWaitingForTheDisk lets one thread more run Go code than there are
// processors. The embedded database waits for the disk in system calls, and its
// thread keeps a place among those that run meanwhile, until the runtime notices.
// GOMAXPROCS, where it is set, holds. It is for a process of our own, once, when
// what counts processors has counted them.
func makeUpForWaitingForTheDisk() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}
