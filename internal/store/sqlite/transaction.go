package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"messenger-api/internal/messenger"
)

// The timeouts of calls. A call takes milliseconds normally; the client of one that takes this
// long has already got an error.
const (
	writeTimeout = 5 * time.Second
	readTimeout  = 5 * time.Second
	pingTimeout  = 2 * time.Second
)

// Ping returns an error unless the write lock can be taken.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.failure(err)
	}
	return s.failure(tx.Rollback())
}

// write runs one statement as a transaction and returns the number of affected rows.
func (s *Store) write(ctx context.Context, statement string, arguments ...any) (int64, error) {
	ctx, cancel, err := writeContext(ctx)
	if err != nil {
		return 0, s.failure(err)
	}
	defer cancel()
	result, err := s.writer.ExecContext(ctx, statement, arguments...)
	if err != nil {
		return 0, s.failure(err)
	}
	return result.RowsAffected()
}

// inTransaction runs work in one transaction, which is committed if work returns nil. work must
// use the context that it gets.
func (s *Store) inTransaction(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	ctx, cancel, err := writeContext(ctx)
	if err != nil {
		return s.failure(err)
	}
	defer cancel()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.failure(err)
	}
	if err := work(ctx, tx); err != nil {
		return s.failure(rollBack(tx, err))
	}
	return s.failure(tx.Commit())
}

// rollBack rolls back and returns err, joined with the error of the rollback. SQLite may already
// have rolled back, which is no error.
func rollBack(tx *sql.Tx, err error) error {
	if failure := tx.Rollback(); failure != nil && !errors.Is(failure, sql.ErrTxDone) {
		return errors.Join(err, failure)
	}
	return err
}

// writeContext returns the context of a write, which ends by its own timeout only: if a write is
// interrupted, the driver's connection must be reopened, and all other writes wait for that.
func writeContext(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	return ctx, cancel, nil
}

func readContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, readTimeout)
}

const touchAnonymous = `
	UPDATE accounts SET created_at = created_at WHERE account_id = ?`

// TryCommit implements messenger.Store.
func (s *Store) TryCommit(ctx context.Context) error {
	return s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, touchAnonymous, messenger.AnonymousAccount.ID[:])
		return err
	})
}
