package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
)

// Line is a line for tests, which must know what is under way on it.
type Line struct{ *line }

func NewLine(pool *pgxpool.Pool) *Line { return &Line{newLine(pool, func() int { return 0 })} }

func (l *Line) Append(ctx context.Context, messages []messenger.Message) ([]messenger.Appended, error) {
	return l.append(ctx, messages)
}

// Underway is how many batches are.
func (l *Line) Underway() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil {
		return 0
	}
	return l.current.underway
}

// Age makes the present passage as old as one gets.
func (l *Line) Age() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current.opened = l.current.opened.Add(-passageMost)
}

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
