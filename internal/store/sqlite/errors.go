package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// failure turns what the driver says into what the domain understands; errors
// of the domain pass unchanged.
func (s *Store) failure(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if s.closed.Load() || unavailable(err) {
		return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return err
}

// unavailable tells a database that is busy, full or out of reach from a fault.
func unavailable(err error) bool {
	switch primaryCode(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return true
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn)
}

// slow tells what ended by a deadline of ours, not by that of its caller's ctx, from
// all else. A transaction that its deadline ended may say no more than that it is over.
func slow(ctx context.Context, err error) error {
	ended := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrTxDone) ||
		primaryCode(err) == sqlite3.SQLITE_INTERRUPT
	if !ended || ctx.Err() != nil {
		return err
	}
	return errs.ErrServiceUnavailable.After(time.Second).WithCause(fmt.Errorf("%w: %w", search.ErrTooSlow, err))
}

// busy: a lock was not to be had in time.
func busy(err error) bool {
	code := primaryCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// primaryCode is SQLite's result code without what extends it, 0 for other errors.
func primaryCode(err error) int {
	return resultCode(err) & 0xff
}

func resultCode(err error) int {
	var refused *modernc.Error
	if errors.As(err, &refused) {
		return refused.Code()
	}
	return 0
}

// The failures of AppendMessages depend on how far it came.

// notBegun: whoever waits for BEGIN until the deadline waits for the lock.
func (s *Store) notBegun(err error) error {
	if busy(err) || errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", messenger.ErrBusy, err)
		return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return s.failure(err)
}

// notAppended: the transaction is rolled back, so nothing is stored.
func (s *Store) notAppended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return s.failure(err)
	case busy(err):
		return s.notBegun(err)
	case unavailable(err), s.closed.Load():
		return s.failure(err)
	}
	return fmt.Errorf("%w: %w", messenger.ErrRejected, err)
}

// notCommitted: what a failed COMMIT left on the disk may come back with it.
func (s *Store) notCommitted(err error) error {
	err = fmt.Errorf("%w: %w", messenger.ErrOutcomeUnknown, err)
	return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
}
