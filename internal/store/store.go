// Package store has the types that all databases share. Each database is a package of its
// own, with its SQL by table and its migrations, which have the same numbers; storetest is
// the test suite that both pass.
package store

import "time"

// Pool has the statistics of a connection pool.
type Pool struct {
	// Name is unique among the pools of one store.
	Name string
	// Max is the limit of connections; of the Open ones, InUse are in use.
	Max, Open, InUse int
	// Waits is how often a caller waited for a connection since the start, and Waited for how
	// long in total.
	Waits  int64
	Waited time.Duration
}

// Migration is one numbered step of a database's schema.
type Migration struct {
	Version int64
	Name    string
	// AppliedAt is zero while the step is not applied.
	AppliedAt time.Time
}
