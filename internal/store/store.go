// Package store holds what the databases have in common: the list of their
// migrations. Each database is in a folder of its own, with its SQL by table
// and its migrations, numbered alike; storetest is the suite that all pass.
package store

import "time"

// Migration is one numbered step of a database's schema.
type Migration struct {
	Version int64
	Name    string
	// AppliedAt is zero while the step waits to be applied.
	AppliedAt time.Time
}
