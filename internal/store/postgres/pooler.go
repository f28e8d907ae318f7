package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrTransactionPooling is returned where a pooler such as pgbouncer stands before the server
// and gives a connection to others between two transactions. Prepared statements, locks that last and
// settings of a session are lost there.
var ErrTransactionPooling = errors.New("a pooler before PostgreSQL pools transactions: " +
	"set pool_mode = session in it for this database, or connect to PostgreSQL itself")

// poolingRounds is how often transaction pooling is looked for: others may use the pooler at the same time.
const poolingRounds = 3

const selectProcess = `
	SELECT pg_backend_pid()`

// checkPooling refuses a pooler that pools transactions. A connection of ours keeps its
// server's process: where another connection gets it, or it changes, it is not ours.
func (s *Store) checkPooling(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*acquireTimeout)
	defer cancel()
	err := s.pool.AcquireFunc(ctx, func(one *pgxpool.Conn) error {
		process, err := processOf(ctx, one)
		if err != nil || process == one.Conn().PgConn().PID() {
			return err // nobody stands between
		}
		for range poolingRounds {
			if err := s.compareProcesses(ctx, one, process); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, ErrTransactionPooling) {
		return err
	}
	return s.failure(err)
}

func (s *Store) compareProcesses(ctx context.Context, one *pgxpool.Conn, process uint32) error {
	return s.pool.AcquireFunc(ctx, func(other *pgxpool.Conn) error {
		// Asked just before, so that the process is the one that was free last, which poolers take first.
		now, err := processOf(ctx, one)
		switch {
		case err != nil:
			return err
		case now != process:
			return ErrTransactionPooling
		}
		tx, err := other.Begin(ctx) // in a transaction its server's process is its own
		if sqlState(err) == protocolViolation {
			return ErrTransactionPooling // of statements, even
		}
		if err != nil {
			return fmt.Errorf("use a second connection: %w", err)
		}
		defer tx.Rollback(ctx) //nolint:errcheck // it has read, and nothing else
		others, err := processOf(ctx, other)
		if err != nil {
			return err
		}
		if others == process {
			return ErrTransactionPooling
		}
		now, err = processOf(ctx, one)
		if err == nil && now != process {
			err = ErrTransactionPooling
		}
		return err
	})
}

// processOf asks which process of the server answers, by the protocol that needs nothing prepared.
func processOf(ctx context.Context, connection *pgxpool.Conn) (uint32, error) {
	row, err := askOne(ctx, connection.Conn().PgConn(), selectProcess)
	if err != nil || row == nil {
		return 0, err
	}
	var process uint32
	_, err = fmt.Sscan(row[0], &process)
	return process, err
}
