// Package store holds what the databases have in common: the list of their
// migrations. Each database is in a folder of its own, with its SQL by table
// and its migrations, numbered alike; storetest is the suite that all pass.
package store

import "time"

// Pool is how a store's connections are used at a moment.
type Pool struct {
	// Name tells the pools of one store apart.
	Name string
	// Max is how many connections there may be; of the Open ones, InUse are in use.
	Max, Open, InUse int
	// Waits is how often none was free since the start, and Waited for how long all
	// together.
	Waits  int64
	Waited time.Duration
}

// Migration is one numbered step of a database's schema.
type Migration struct {
	Version int64
	Name    string
	// AppliedAt is zero while the step waits to be applied.
	AppliedAt time.Time
}
