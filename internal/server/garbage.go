package server

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapGrowth is how many bytes the heap may grow by before garbage is collected,
// also where that is many times what is alive: a server at work keeps a few
// megabytes and makes a hundred a second. A heap that keeps more may grow by its
// own size, as is Go's default.
const heapGrowth = 40 << 20

// liveHeap is the metric of what the last collection found alive, in bytes.
const liveHeap = "/gc/heap/live:bytes"

// collector sets how far the heap may grow, after each collection anew.
type collector struct {
	live    []metrics.Sample
	percent int
}

// collectSeldom lets the heap grow by heapGrowth at least, as long as the process
// runs. The limit of GOMEMLIMIT holds beside it.
func collectSeldom() {
	c := &collector{live: []metrics.Sample{{Name: liveHeap}}, percent: 100}
	c.adapt()
}

// adapt is run by each collection: it finds the collector unused, and a finalizer
// may use it again.
func (c *collector) adapt() {
	metrics.Read(c.live)
	percent := growthPercent(c.live[0].Value.Uint64())
	// To set it stops the world for a moment: a small difference is not worth that.
	if percent > c.percent+c.percent/8 || percent < c.percent-c.percent/8 {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
	runtime.SetFinalizer(c, (*collector).adapt)
}

// smallestHeap is where Go collects first, times GOGC: heaps that are smaller count
// as if they were not.
const smallestHeap = 4 << 20

// growthPercent is by how much of itself a heap may grow.
func growthPercent(live uint64) int {
	return int(max(100, heapGrowth*100/max(live, smallestHeap)))
}
