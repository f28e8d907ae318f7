package sqlite

import (
	"database/sql"

	"messenger-api/internal/store"
)

// Pools returns the statistics of the connection pools. It does not access the database.
func (s *Store) Pools() []store.Pool {
	return []store.Pool{
		poolOf("sqlite_writer", s.writer), poolOf("sqlite_readers", s.readers), poolOf("sqlite_searchers", s.searchers),
	}
}

func poolOf(name string, connections *sql.DB) store.Pool {
	use := connections.Stats()
	return store.Pool{
		Name: name, Max: use.MaxOpenConnections, Open: use.OpenConnections, InUse: use.InUse,
		Waits: use.WaitCount, Waited: use.WaitDuration,
	}
}
