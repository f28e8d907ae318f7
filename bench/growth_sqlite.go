package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"messenger-api/internal/messenger"
)

// fillSettings make filling faster without durability, which a generated database does not need.
const fillSettings = "_pragma=synchronous(off)&_pragma=journal_mode(off)&_pragma=cache_size(-1000000)&_pragma=locking_mode(exclusive)"

func (g *grown) fillSQLite(ctx context.Context) (err error) {
	opened, err := sql.Open("sqlite", "file:"+g.database.directory+"/messenger.db?"+fillSettings)
	if err != nil {
		return err
	}
	defer opened.Close()
	opened.SetMaxOpenConns(1)
	tx, err := opened.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it is sql.ErrTxDone
	for _, table := range g.people() {
		insert, err := prepareInsert(ctx, tx, table.name, table.columns)
		if err != nil {
			return err
		}
		for values := range table.rows {
			if err := insert(values); err != nil {
				return fmt.Errorf("%s: %w", table.name, err)
			}
		}
	}
	insert, err := prepareInsert(ctx, tx, "events", eventColumns)
	if err != nil {
		return err
	}
	if err := g.each(func(m grownMessage) error { return insert(g.event(m)) }); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, setEnds); err != nil {
		return err
	}
	return tx.Commit()
}

func prepareInsert(ctx context.Context, tx *sql.Tx, table string, columns []string) (func(row) error, error) {
	statement := fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s)", table, strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1))
	prepared, err := tx.PrepareContext(ctx, statement) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		return nil, err
	}
	return func(values row) error {
		for i := range values {
			switch value := values[i].(type) {
			case messenger.ID:
				values[i] = value[:]
			case time.Time:
				values[i] = value.UnixMicro()
			}
		}
		_, err := prepared.ExecContext(ctx, values...)
		return err
	}, nil
}
