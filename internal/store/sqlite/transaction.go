package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"messenger-api/internal/messenger"
)

// The deadlines of a call. Ours take milliseconds; what takes this long is
// stuck, and its client has been answered.
const (
	writeTimeout = 5 * time.Second
	readTimeout  = 5 * time.Second
	pingTimeout  = 2 * time.Second
)

// Ping asks whether the database answers and takes writes.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.failure(err)
	}
	return s.failure(tx.Rollback())
}

// write runs one statement in a transaction of its own and returns how many
// rows it changed.
func (s *Store) write(ctx context.Context, statement string, arguments ...any) (int64, error) {
	ctx, cancel, err := writing(ctx)
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

// inTransaction runs work in one transaction, committed when it returns nil.
// Work uses the context that it is given.
func (s *Store) inTransaction(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	ctx, cancel, err := writing(ctx)
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

// rollBack ends a transaction because of err, which it returns unchanged where
// that goes well. SQLite may have rolled back by itself.
func rollBack(tx *sql.Tx, err error) error {
	if failure := tx.Rollback(); failure != nil && !errors.Is(failure, sql.ErrTxDone) {
		return errors.Join(err, failure)
	}
	return err
}

// writing ends a write by its own deadline only. A caller who goes away in the
// middle of one would cost everybody the writer: an interrupted connection has
// to be opened anew.
func writing(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	return ctx, cancel, nil
}

// reading bounds a read, which also ends with its caller.
func reading(ctx context.Context) (context.Context, context.CancelFunc) {
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
