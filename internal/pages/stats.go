package pages

import "sync/atomic"

// Stats are where pages came from since the start.
type Stats struct {
	// Local and Shared were found in this process's memory and in the cache that all
	// nodes share; what is both counts as Shared.
	Local, Shared uint64
	// Misses were in neither.
	Misses uint64
	// Bypassed were read while there was no version to be had, as with a shared cache
	// out of reach.
	Bypassed uint64
}

// Stats tells what was read. A nil *Pages has read nothing.
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
