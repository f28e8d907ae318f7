package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	modernc "modernc.org/sqlite"
)

// connector opens connections that keep their prepared statements: preparing a statement takes
// as long as running it. All statements are constants, so their number is bounded.
type connector struct {
	driver.Connector

	// logger logs each statement; nil for no log.
	logger *slog.Logger
	// onStatement is called after each statement; nil for none.
	onStatement func(ctx context.Context, statement string, started time.Time, err error)
	// open counts the open connections.
	open sync.WaitGroup
}

func newConnector(dataSource string, logger *slog.Logger) (*connector, error) {
	base, err := modernc.NewConnector(dataSource)
	if err != nil {
		return nil, fmt.Errorf("configure SQLite: %w", err)
	}
	return &connector{Connector: base, logger: logger}, nil
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	base, ok := opened.(driverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the SQLite driver's %T lacks a method", opened), opened.Close())
	}
	c.open.Add(1)
	return &connection{driverConn: base, connector: c, statements: map[string]statement{}}, nil
}

// driverConn has the interfaces that a connection of the driver implements.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
}

// statement has the interfaces that a statement of the driver implements.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connection is used by one goroutine at a time, which database/sql ensures. A statement must
// not run again on a connection while its rows are being read.
type connection struct {
	driverConn

	connector  *connector
	statements map[string]statement
}

// ExecContext implements driver.ExecerContext.
func (c *connection) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	started := time.Now()
	prepared, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := prepared.ExecContext(ctx, args)
	c.connector.log(ctx, text, started, err)
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *connection) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	started := time.Now()
	prepared, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := prepared.QueryContext(ctx, args)
	c.connector.log(ctx, text, started, err)
	return rows, err
}

func (c *connection) prepared(ctx context.Context, text string) (statement, error) {
	if known, ok := c.statements[text]; ok {
		return known, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	prepared, ok := made.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the SQLite driver's %T lacks a method", made), made.Close())
	}
	c.statements[text] = prepared
	return prepared, nil
}

// Close implements driver.Conn.
func (c *connection) Close() error {
	defer c.connector.open.Done()
	var failures []error
	for _, prepared := range c.statements {
		failures = append(failures, prepared.Close())
	}
	return errors.Join(append(failures, c.driverConn.Close())...)
}
