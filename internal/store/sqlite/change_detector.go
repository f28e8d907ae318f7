package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// ChangeDetector detects, by PRAGMA data_version, commits of other processes. It is not safe
// for concurrent use.
type ChangeDetector struct {
	store      *Store
	connection driver.Conn
	version    int64
}

// ChangeDetector returns a new detector.
func (s *Store) ChangeDetector() *ChangeDetector { return &ChangeDetector{store: s} }

// Changed reports whether another process may have committed since the last call. It is true for
// the first call, and for the first one after the writer was reconnected: data_version is
// comparable only on one connection, and does not change with that connection's own commits.
func (c *ChangeDetector) Changed(ctx context.Context) (changed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	writer, err := c.store.writer.Conn(ctx)
	if err != nil {
		return false, c.store.failure(err)
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	var version int64
	if err := writer.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return false, c.store.failure(err)
	}
	present, err := driverOf(writer)
	if err != nil {
		return false, err
	}
	changed = present != c.connection || version != c.version
	c.connection, c.version = present, version
	return changed, nil
}

func driverOf(connection *sql.Conn) (present driver.Conn, err error) {
	err = connection.Raw(func(raw any) error {
		var ok bool
		if present, ok = raw.(driver.Conn); !ok {
			return fmt.Errorf("a connection of the type %T", raw)
		}
		return nil
	})
	return present, err
}
