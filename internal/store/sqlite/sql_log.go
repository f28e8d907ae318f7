package sqlite

import (
	"context"
	"database/sql/driver"
	"time"
)

// log logs a statement and calls onStatement. Arguments are left out: they hold messages and
// hashes of secrets.
func (c *connector) log(ctx context.Context, text string, started time.Time, err error) {
	if c.logger != nil {
		c.logger.InfoContext(ctx, "sql", "statement", text, "duration", time.Since(started), "failed", err != nil)
	}
	if c.onStatement != nil {
		c.onStatement(ctx, text, started, err)
	}
}

// BeginTx implements driver.ConnBeginTx.
func (c *connection) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	started := time.Now()
	tx, err := c.driverConn.BeginTx(ctx, options)
	c.connector.log(ctx, "BEGIN", started, err)
	if err != nil {
		return nil, err
	}
	return &transaction{tx, ctx, c.connector}, nil
}

// transaction logs its COMMIT or ROLLBACK, of which most of the time is spent in the first.
type transaction struct {
	driver.Tx

	ctx       context.Context // of BeginTx: driver.Tx has no other
	connector *connector
}

// Commit implements driver.Tx.
func (t *transaction) Commit() error {
	started := time.Now()
	err := t.Tx.Commit()
	t.connector.log(t.ctx, "COMMIT", started, err)
	return err
}

// Rollback implements driver.Tx.
func (t *transaction) Rollback() error {
	started := time.Now()
	err := t.Tx.Rollback()
	t.connector.log(t.ctx, "ROLLBACK", started, err)
	return err
}
