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

// failure converts an error of the driver to one of the domain: an unavailable database to
// errs.ErrServiceUnavailable. Errors of the domain are returned unchanged.
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

// unavailable reports whether the database is busy, full or can't be accessed; any other error
// is a defect.
func unavailable(err error) bool {
	switch primaryCode(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return true
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn)
}

// slow wraps err in search.ErrTooSlow where a timeout of the store caused it, and not the end of
// callerCtx. A transaction that its timeout has rolled back may return only sql.ErrTxDone.
func slow(callerCtx context.Context, err error) error {
	ended := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrTxDone) ||
		primaryCode(err) == sqlite3.SQLITE_INTERRUPT
	if !ended || callerCtx.Err() != nil {
		return err
	}
	return errs.ErrServiceUnavailable.After(time.Second).WithCause(fmt.Errorf("%w: %w", search.ErrTooSlow, err))
}

// busy reports whether a lock could not be taken in time.
func busy(err error) bool {
	code := primaryCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// primaryCode returns SQLite's primary result code, 0 for other errors.
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

// beginError converts an error of AppendMessages before its transaction. A deadline then has
// ended the wait for the write lock.
func (s *Store) beginError(err error) error {
	if busy(err) || errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", messenger.ErrBusy, err)
		return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return s.failure(err)
}

// appendError converts an error of AppendMessages after which the transaction was rolled back,
// so nothing is stored.
func (s *Store) appendError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return s.failure(err)
	case busy(err):
		return s.beginError(err)
	case unavailable(err), s.closed.Load():
		return s.failure(err)
	}
	return fmt.Errorf("%w: %w", messenger.ErrRejected, err)
}

// commitError converts an error of COMMIT. The outcome is unknown: the transaction may be in the
// write-ahead log, and be there when the database is opened again.
func (s *Store) commitError(err error) error {
	err = fmt.Errorf("%w: %w", messenger.ErrOutcomeUnknown, err)
	return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
}
