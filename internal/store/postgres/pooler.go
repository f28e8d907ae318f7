package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrTransactionPooling is returned where a pooler such as pgbouncer pools transactions: it
// assigns a server connection for one transaction only, so prepared statements, session-level
// locks and session settings are lost.
var ErrTransactionPooling = errors.New("a pooler before PostgreSQL pools transactions: " +
	"set pool_mode = session in it for this database, or connect to PostgreSQL itself")

// poolingChecks is how often the check is repeated: other clients of the pooler can hide
// transaction pooling from a single one.
const poolingChecks = 3

const selectBackendPID = `
	SELECT pg_backend_pid()`

// checkPooling returns ErrTransactionPooling where the backend process of a connection
// changes between transactions, or serves another connection at the same time.
func (s *Store) checkPooling(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*acquireTimeout)
	defer cancel()
	err := s.pool.AcquireFunc(ctx, func(one *pgxpool.Conn) error {
		process, err := backendPID(ctx, one)
		if err != nil || process == one.Conn().PgConn().PID() {
			return err // there is no pooler
		}
		for range poolingChecks {
			if err := s.compareBackends(ctx, one, process); err != nil {
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

func (s *Store) compareBackends(ctx context.Context, one *pgxpool.Conn, process uint32) error {
	return s.pool.AcquireFunc(ctx, func(other *pgxpool.Conn) error {
		// This makes the process the one that was released last, which poolers assign next.
		now, err := backendPID(ctx, one)
		switch {
		case err != nil:
			return err
		case now != process:
			return ErrTransactionPooling
		}
		tx, err := other.Begin(ctx) // within a transaction a pooler keeps the process assigned
		if sqlState(err) == protocolViolation {
			return ErrTransactionPooling // statement pooling, which refuses transactions
		}
		if err != nil {
			return fmt.Errorf("use a second connection: %w", err)
		}
		defer tx.Rollback(ctx) //nolint:errcheck // it was read-only
		others, err := backendPID(ctx, other)
		if err != nil {
			return err
		}
		if others == process {
			return ErrTransactionPooling
		}
		now, err = backendPID(ctx, one)
		if err == nil && now != process {
			err = ErrTransactionPooling
		}
		return err
	})
}

// backendPID returns the id of the server process that serves the connection.
func backendPID(ctx context.Context, connection *pgxpool.Conn) (uint32, error) {
	row, err := queryRow(ctx, connection.Conn().PgConn(), selectBackendPID)
	if err != nil || row == nil {
		return 0, err
	}
	var process uint32
	_, err = fmt.Sscan(row[0], &process)
	return process, err
}
