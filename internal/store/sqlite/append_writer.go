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

// onWriter lends the writer's connection itself to work: through database/sql a batch
// of messages would cost a tenth more, and a single one half as much again. The pool
// lends it to one at a time, and waits for it until ctx ends. Where work panics or
// returns driver.ErrBadConn, the connection is thrown away, and with it what was not
// committed.
func (s *Store) onWriter(ctx context.Context, work func(writer *connection) error) error {
	lent, err := s.writer.Conn(ctx)
	if err != nil {
		return s.notBegun(err)
	}
	defer lent.Close() // fails only where it was thrown away
	return lent.Raw(func(raw any) error {
		writer, ok := raw.(*connection)
		if !ok {
			return fmt.Errorf("a connection of the type %T", raw)
		}
		return work(writer)
	})
}

// begin takes the write lock, for which it waits until ctx ends. After an error
// there may be a transaction all the same: ctx may have ended as it began.
func (c *connection) begin(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "BEGIN IMMEDIATE", nil)
	return err
}

// commit waits for no lock, since there is a write-ahead log, and no deadline could
// interrupt a slow disk: ctx need not end. After an error there may still be a
// transaction.
func (c *connection) commit(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "COMMIT", nil)
	return err
}

// rollBack ends a transaction, if there is one, because of err, which it returns
// unchanged where that goes well. Where it does not, the connection has to be
// thrown away, and the error says so.
func (c *connection) rollBack(ctx context.Context, err error) error {
	_, failure := c.ExecContext(ctx, "ROLLBACK", nil)
	// A plain error: there is none, or SQLite has rolled back by itself.
	if failure == nil || resultCode(failure) == sqlite3.SQLITE_ERROR {
		return err
	}
	return errors.Join(err, failure, driver.ErrBadConn)
}

// row reads the first row that a statement gives into the targets, one for each
// column. The error is sql.ErrNoRows where it gives none.
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

// named gives arguments in the order of their places in a statement. Integers are int64.
func named(values ...driver.Value) []driver.NamedValue {
	arguments := make([]driver.NamedValue, len(values))
	for i, value := range values {
		arguments[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return arguments
}
