package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/messenger"
)

// The log's indexes are dropped while it is filled.
const (
	selectIndexes = `
		SELECT indexdef FROM pg_indexes WHERE tablename = 'events' AND indexname <> 'events_pkey'`
	dropIndexes = `
		ALTER TABLE events DROP CONSTRAINT events_pkey;
		DROP INDEX events_message; DROP INDEX events_client_message`
	makeKey = `ALTER TABLE events ADD PRIMARY KEY (chat_id, seq)`
)

func (g *grown) fillPostgres(ctx context.Context) error {
	connection, err := pgx.ConnectConfig(ctx, g.database.postgres)
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx))
	run := func(statements ...string) error {
		for _, statement := range statements {
			if _, err := connection.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}
	if err := run("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"); err != nil {
		return err
	}
	for _, table := range g.people() {
		next, stop := iter.Pull(table.rows)
		err := copyRows(ctx, connection, table.name, table.columns, next)
		stop()
		if err != nil {
			return err
		}
	}
	found, err := connection.Query(ctx, selectIndexes)
	if err != nil {
		return err
	}
	indexes, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if err := run(dropIndexes); err != nil {
		return err
	}
	next, stop := iter.Pull(func(yield func(row) bool) {
		_ = g.each(func(m grownMessage) error { // the only error is the one to stop
			if !yield(g.event(m)) {
				return errStopped
			}
			return nil
		})
	})
	defer stop()
	if err := copyRows(ctx, connection, "events", eventColumns, next); err != nil {
		return err
	}
	return run(append(append([]string{makeKey}, indexes...), setEnds, "VACUUM (ANALYZE)", "CHECKPOINT")...)
}

var errStopped = errors.New("no more rows are wanted")

func copyRows(ctx context.Context, connection *pgx.Conn, table string, columns []string, next func() (row, bool)) error {
	_, err := connection.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		values, more := next()
		if !more {
			return nil, nil
		}
		for i := range values {
			switch value := values[i].(type) {
			case messenger.ID:
				values[i] = [16]byte(value)
			case int64:
				if columns[i] == "kind" {
					values[i] = int16(value)
				}
			}
		}
		return values, nil
	}))
	return err
}
