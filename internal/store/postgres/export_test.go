package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Connection is one of the store's own, with its settings, until the end of the test.
func (s *Store) Connection(ctx context.Context, t testing.TB) *pgx.Conn {
	t.Helper()
	connection, err := s.pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Release)
	return connection.Conn()
}
