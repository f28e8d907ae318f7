package postgres

import "messenger-api/internal/store"

// Pools tells how the connections are used. It asks nothing of the server.
func (s *Store) Pools() []store.Pool {
	use := s.pool.Stat()
	return []store.Pool{{
		Name: "postgres", Max: int(use.MaxConns()), Open: int(use.TotalConns()), InUse: int(use.AcquiredConns()),
		Waits: use.EmptyAcquireCount(), Waited: use.EmptyAcquireWaitTime(),
	}}
}
