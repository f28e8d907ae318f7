package server

import (
	"os"
	"runtime/debug"
	"strconv"
)

// gcPercent is GOGC if the environment does not set it: how much the heap may grow
// between collections, in percent of the live heap. A server has a live heap of a few
// megabytes and allocates a hundred per second; with Go's default of 100 it would spend
// a tenth of its time on collections.
const gcPercent = 400

// Go's memory limit is heapWithoutCache plus the size of the cache, in bytes. With that and
// memory that Go does not manage, such as SQLite's, the process stays below 200 MB under
// any load.
const (
	heapWithoutCache = 72 << 20
	defaultCacheSize = 64 << 20
)

// setGarbageCollector configures the garbage collector unless the environment does.
func setGarbageCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		cache, err := strconv.ParseInt(os.Getenv("CACHE_MAX_BYTES"), 10, 64)
		if err != nil || cache < 0 { // not set, or invalid, which is reported later
			cache = defaultCacheSize
		}
		debug.SetMemoryLimit(heapWithoutCache + cache)
	}
}
