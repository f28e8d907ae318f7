package pages

import "sync/atomic"

// Counts are where pages came from since the start.
type Counts struct {
	// Near and Shared were found in this process's memory and in the cache that all
	// nodes share; what is both counts as Shared.
	Near, Shared uint64
	// Missed were in neither.
	Missed uint64
	// Uncached were read while there was no version to be had, as with a shared cache
	// out of reach.
	Uncached uint64
}

// Counts tells what was read. A nil *Pages has read nothing.
func (p *Pages) Counts() Counts {
	if p == nil {
		return Counts{}
	}
	return Counts{p.counts.near.Load(), p.counts.shared.Load(), p.counts.missed.Load(), p.counts.uncached.Load()}
}

type counts struct{ near, shared, missed, uncached atomic.Uint64 }

func (p *Pages) uncached() {
	if p != nil {
		p.counts.uncached.Add(1)
	}
}
