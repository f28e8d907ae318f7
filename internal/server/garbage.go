package server

import (
	"os"
	"runtime/debug"
	"strconv"
)

// gcPercent is GOGC where the environment does not set it: how much the heap may grow
// between collections, in percent of what is alive. A server keeps a few megabytes
// and allocates a hundred a second, so with Go's 100 it would spend a tenth of its
// time on collecting.
const gcPercent = 400

// heapBesideCache, in bytes, plus the size of the cache is Go's memory limit, and
// cacheDefault that size where it is not set. Together with memory that Go does not
// manage, such as SQLite's, the process stays below 200 MB under any load.
const (
	heapBesideCache = 72 << 20
	cacheDefault    = 64 << 20
)

// setGarbageCollector sets up the collector where the environment does not.
func setGarbageCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		cache, err := strconv.ParseInt(os.Getenv("CACHE_MAX_BYTES"), 10, 64)
		if err != nil || cache < 0 { // not set, or a fault that is reported later
			cache = cacheDefault
		}
		debug.SetMemoryLimit(heapBesideCache + cache)
	}
}
