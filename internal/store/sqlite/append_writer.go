package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	sqlite3 "modernc.org/sqlite/lib"
)

// withWriter calls work with the driver's connection of the writer; it waits for that until ctx
// ends. Through database/sql a batch of messages would take a tenth longer, and a single message
// half as long again. Where work panics or returns driver.ErrBadConn, the connection is closed,
// which rolls back.
func (s *Store) withWriter(ctx context.Context, work func(writer *connection) error) error {
	pooled, err := s.writer.Conn(ctx)
	if err != nil {
		return s.beginError(err)
	}
	defer pooled.Close() // fails only if the connection was closed as bad
	return pooled.Raw(func(raw any) error {
		writer, ok := raw.(*connection)
		if !ok {
			return fmt.Errorf("a connection of the type %T", raw)
		}
		return work(writer)
	})
}

// begin takes the write lock, for which it waits until ctx ends. After an error there may be a
// transaction nevertheless: ctx may have ended right after it began.
func (c *connection) begin(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "BEGIN IMMEDIATE", nil)
	return err
}

// commit needs no deadline: in WAL mode it waits for no lock, and a deadline can't interrupt a
// slow disk. After an error there may still be a transaction.
func (c *connection) commit(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "COMMIT", nil)
	return err
}

// rollBack rolls back the transaction, if there is one, and returns err. Where it fails, the
// error includes driver.ErrBadConn, for which withWriter closes the connection.
func (c *connection) rollBack(ctx context.Context, err error) error {
	_, failure := c.ExecContext(ctx, "ROLLBACK", nil)
	// SQLITE_ERROR: there is no transaction, or SQLite has rolled it back itself.
	if failure == nil || resultCode(failure) == sqlite3.SQLITE_ERROR {
		return err
	}
	return errors.Join(err, failure, driver.ErrBadConn)
}

// row scans the first row of a statement's result into the targets, one for each column.
// Without a row the error is sql.ErrNoRows.
func (c *connection) row(ctx context.Context, text string, arguments []driver.NamedValue, targets ...sql.Scanner) (err error) {
	rows, err := c.QueryContext(ctx, text, arguments)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns := make([]driver.Value, len(targets))
	switch err := rows.Next(columns); {
	case errors.Is(err, io.EOF):
		return sql.ErrNoRows
	case err != nil:
		return err
	}
	for i, target := range targets {
		if err := target.Scan(columns[i]); err != nil {
			return err
		}
	}
	return nil
}

// named returns arguments in the order of a statement's parameters. Integers must be int64.
func named(values ...driver.Value) []driver.NamedValue {
	arguments := make([]driver.NamedValue, len(values))
	for i, value := range values {
		arguments[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return arguments
}
