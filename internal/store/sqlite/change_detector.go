package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// ChangeDetector detects, by SQLite's data_version, that another process changed the
// database. It is not safe for concurrent use.
type ChangeDetector struct {
	store      *Store
	connection driver.Conn
	version    int64
}

// ChangeDetector makes a detector; its first call of Changed reports a change.
func (s *Store) ChangeDetector() *ChangeDetector { return &ChangeDetector{store: s} }

// Changed reports whether another process may have committed something since it was
// last called. The first call reports true, and so does one after the connection
// that writes had to be opened anew: the version is that connection's own, and
// what it commits itself does not count.
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
