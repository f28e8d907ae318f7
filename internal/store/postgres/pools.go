package postgres

import "messenger-api/internal/store"

// Pools returns the statistics of the pool. It does not access the database.
func (s *Store) Pools() []store.Pool {
	use := s.pool.Stat()
	return []store.Pool{{
		Name: "postgres", Max: int(use.MaxConns()), Open: int(use.TotalConns()), InUse: int(use.AcquiredConns()),
		Waits: use.EmptyAcquireCount(), Waited: use.EmptyAcquireWaitTime(),
	}}
}
