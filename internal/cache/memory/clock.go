package memory

import "time"

// clock makes a function the time source of otter.
type clock func() time.Time

// NowNano implements otter.Clock.
func (c clock) NowNano() int64 { return c().UnixNano() }

// Tick implements otter.Clock. Cleaning up goes by the time of the system: what
// is over is not returned even before it is cleaned up.
func (c clock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }
