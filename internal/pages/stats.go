package pages

import "sync/atomic"

// Stats counts reads of pages since the start, by where the page was found.
type Stats struct {
	// Local and Shared were found in the local cache and in the one that all nodes
	// share. Without a local cache all are Shared.
	Local, Shared uint64
	// Misses were in neither.
	Misses uint64
	// Bypassed were read from the database without a version that can be relied on, as while
	// the shared cache is unreachable.
	Bypassed uint64
}

// Stats returns the counts so far. Those of a nil *Pages are zero.
func (p *Pages) Stats() Stats {
	if p == nil {
		return Stats{}
	}
	return Stats{p.stats.local.Load(), p.stats.shared.Load(), p.stats.misses.Load(), p.stats.bypassed.Load()}
}

type counters struct{ local, shared, misses, bypassed atomic.Uint64 }

func (p *Pages) countBypass() {
	if p != nil {
		p.stats.bypassed.Add(1)
	}
}
