package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// SQLSTATE codes; https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	constraintViolationClass = "23"
	uniqueViolation          = "23505"
	readOnlyTransaction      = "25006"
	deadlockDetected         = "40P01"
	serializationFailed      = "40001"
	lockNotAvailable         = "55P03"
	queryCanceled            = "57014"
	adminShutdown            = "57P01"
	protocolViolation        = "08P01"
	invalidPassword          = "28P01"
	invalidAuthorization     = "28000"
	noSuchDatabase           = "3D000"
	notPermitted             = "42501"
	undefinedTable           = "42P01"
	undefinedSchema          = "3F000"
	tooManyConnections       = "53300"
	diskFull                 = "53100"
	// Both are caused by a pooler in transaction mode, which loses prepared statements.
	unknownPreparedStatement   = "26000"
	duplicatePreparedStatement = "42P05"
)

var errReadOnly = errors.New("the server takes no writes")

// failure converts an error of the driver to one of the domain: an unavailable database to
// errs.ErrServiceUnavailable. Errors of the domain are returned unchanged.
func (s *Store) failure(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	s.resetAfterFailover(err)
	err = s.outages.report(err)
	if unavailable(err) {
		return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return err
}

// resetAfterFailover closes all connections when an error shows that the server is no
// longer the primary, so that new connections are made to the new one.
func (s *Store) resetAfterFailover(err error) {
	if isFailover(err) {
		s.pool.Reset()
	}
}

func isFailover(err error) bool {
	state := sqlState(err)
	return state == readOnlyTransaction || state == adminShutdown
}

// unavailable reports whether the database is down, busy or read-only; any other error is
// a defect.
func unavailable(err error) bool {
	var refused *pgconn.PgError
	var scanFailed pgx.ScanArgError
	if errors.As(err, &scanFailed) {
		return false
	}
	if !errors.As(err, &refused) {
		// An error that the server did not send is one of the connection.
		return !errors.Is(err, context.Canceled)
	}
	switch refused.Code {
	case readOnlyTransaction, deadlockDetected, serializationFailed, lockNotAvailable, unknownPreparedStatement, duplicatePreparedStatement,
		notPermitted, undefinedTable, undefinedSchema:
		return true
	}
	// 08 connection, 28 authorization, 3D no such database, 53 resources, 57 operator, 58 system.
	switch refused.Code[:2] {
	case "08", "28", "3D", "53", "57", "58":
		return true
	}
	return false
}

// appendFailure adds to the error of a batch what messenger.Store says of AppendMessages:
// ErrRejected, ErrBusy or ErrOutcomeUnknown.
func (s *Store) appendFailure(err error) error {
	if errors.Is(err, messenger.ErrOutcomeUnknown) {
		return s.failure(err)
	}
	outcome := messenger.ErrRejected
	var refused *pgconn.PgError
	switch state := sqlState(err); {
	case !errors.As(err, &refused) && !unavailable(err):
		return s.failure(err)
	case !errors.As(err, &refused):
		outcome = messenger.ErrOutcomeUnknown
	case strings.HasPrefix(refused.SeverityUnlocalized, "FATAL"), strings.HasPrefix(refused.SeverityUnlocalized, "PANIC"):
		// The connection ended, perhaps after the commit.
		outcome = messenger.ErrOutcomeUnknown
	case state == readOnlyTransaction:
		// Nothing is stored, but after a failover another host may accept the batch. An
		// unknown outcome makes the caller retry it.
		outcome = messenger.ErrOutcomeUnknown
	case state == lockNotAvailable, state == deadlockDetected, state == serializationFailed, state == queryCanceled:
		outcome = messenger.ErrBusy
	case unavailable(err):
		return s.failure(err)
	}
	return s.failure(fmt.Errorf("%w: %w", outcome, err))
}

func sqlState(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func isConstraintViolation(err error) bool {
	return strings.HasPrefix(sqlState(err), constraintViolationClass)
}

// isLockFailure reports whether a lock timeout or a deadlock ended the statement.
func isLockFailure(err error) bool {
	state := sqlState(err)
	return state == lockNotAvailable || state == deadlockDetected
}

func isViolationOf(err error, state, constraint string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == state && refused.ConstraintName == constraint
}
