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

// SQLSTATEs that are told apart; https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	constraintViolations = "23" // the class
	uniqueViolation      = "23505"
	readOnlyTransaction  = "25006"
	deadlockDetected     = "40P01"
	serializationFailed  = "40001"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
	adminShutdown        = "57P01"
	protocolViolation    = "08P01"
	// A pooler that pools transactions loses prepared statements.
	noPreparedStatement        = "26000"
	preparedStatementIsTwofold = "42P05"
)

var errReadOnly = errors.New("the server takes no writes")

// failure turns what the driver says into what the domain understands; errors
// of the domain pass unchanged.
func (s *Store) failure(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	s.dropStale(err)
	if unavailable(err) {
		return errs.ErrServiceUnavailable.After(time.Second).WithCause(err)
	}
	return err
}

// dropStale gives up all connections when one shows that its server is no
// longer the one to talk to: after a failover the next ones find the new one.
func (s *Store) dropStale(err error) {
	if isStale(err) {
		s.pool.Reset()
	}
}

// isStale reports whether the error shows a server that is no longer the one.
func isStale(err error) bool {
	state := sqlState(err)
	return state == readOnlyTransaction || state == adminShutdown
}

// unavailable tells a database that is down, busy or read-only from a fault.
func unavailable(err error) bool {
	var refused *pgconn.PgError
	var misread pgx.ScanArgError
	if errors.As(err, &misread) {
		return false
	}
	if !errors.As(err, &refused) {
		// Whatever the server did not say itself is about the way to it.
		return !errors.Is(err, context.Canceled)
	}
	switch refused.Code {
	case readOnlyTransaction, deadlockDetected, serializationFailed, lockNotAvailable, noPreparedStatement, preparedStatementIsTwofold:
		return true
	}
	// 08 connection, 28 authorization, 3D no such database, 53 resources, 57 operator, 58 system.
	switch refused.Code[:2] {
	case "08", "28", "3D", "53", "57", "58":
		return true
	}
	return false
}

// appendFailure says of a batch what AppendMessages promises.
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
		// The connection ended, perhaps after its commit.
		outcome = messenger.ErrOutcomeUnknown
	case state == readOnlyTransaction:
		// Nothing is stored, but another host may take it: the same again finds out.
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

// violatesAny reports whether a constraint stopped the statement.
func violatesAny(err error) bool { return strings.HasPrefix(sqlState(err), constraintViolations) }

// waitedInVain reports whether a lock was not to be had.
func waitedInVain(err error) bool {
	state := sqlState(err)
	return state == lockNotAvailable || state == deadlockDetected
}

// violates reports whether err is a violation of the named constraint.
func violates(err error, state, constraint string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == state && refused.ConstraintName == constraint
}
