package httpkit

import (
	"fmt"
	"math"

	"messenger-api/internal/budget"
	"messenger-api/internal/outage"
)

// minPerNetwork is the least that the limit of a network is, however few connections can be open.
const minPerNetwork = 8

// networkLimits are how many connections may be from one address, or IPv6 /64, from one /56 and
// from one /48. A limit of all connections is none: at the limit of all a new one waits, and is not
// refused.
func networkLimits(maxOpen int) budget.Limits {
	quarters := func(count int) int64 {
		if limit := max(minPerNetwork, maxOpen*count/4); limit < maxOpen {
			return int64(limit)
		}
		return math.MaxInt64
	}
	return budget.Limits{Total: math.MaxInt64, PerKey: [3]int64{quarters(1), quarters(2), quarters(3)}}
}

// admit reports whether a new connection is within the limits of its networks. It may have
// closed an idle one of the same address for it.
func (l *connectionLimit) admit(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.place.Grow(1) {
		l.refusals.EndAfter(outage.Remind)
		return true
	}
	if oldest, since := l.idle.longestOf(c.network); oldest != nil && since >= minIdleTime {
		l.closeIdle(oldest)
	}
	if c.place.Grow(1) {
		return true
	}
	l.refusals.Report(fmt.Errorf("one of %v was refused", c.network))
	return false
}
