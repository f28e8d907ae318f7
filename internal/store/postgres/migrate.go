package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"messenger-api/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLockTimeout is how long a migration waits for a table lock. While it waits, all
// other statements on the table wait behind it.
const migrationLockTimeout = 3 * time.Second

// minVersion is the oldest supported server, as server_version_num.
const minVersion = 150000

const selectServer = `
	SELECT current_setting('server_version_num')::int, current_setting('server_encoding')`

// Migrate migrates the schema to this binary's version. Any number of processes may call it
// at once: one migrates, the others wait. A newer schema is not changed.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.checkPooling(ctx); err != nil {
		return err
	}
	err := s.withProvider(ctx, func(provider *goose.Provider) error {
		_, err := provider.Up(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.recordServer(ctx); err != nil {
		return err
	}
	return s.useIndex(ctx)
}

// recordServer records the server's identity, now that the migrations have made its table.
func (s *Store) recordServer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	return s.failure(s.pool.AcquireFunc(ctx, func(connection *pgxpool.Conn) error {
		return s.fence.admit(ctx, connection.Conn().PgConn())
	}))
}

// Status lists the migrations that this binary knows.
func (s *Store) Status(ctx context.Context) (steps []store.Migration, err error) {
	err = s.withProvider(ctx, func(provider *goose.Provider) error {
		known, err := provider.Status(ctx)
		for _, step := range known {
			steps = append(steps, store.Migration{
				Version: step.Source.Version, Name: path.Base(step.Source.Path), AppliedAt: step.AppliedAt,
			})
		}
		return err
	})
	return steps, err
}

func (s *Store) withProvider(ctx context.Context, work func(*goose.Provider) error) (err error) {
	connection := s.pool.Config().ConnConfig
	admit := connection.ValidateConnect
	connection.ValidateConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		if err := admit(ctx, connection); err != nil {
			return err
		}
		return setSession(ctx, connection, migrationSettings)
	}
	database := stdlib.OpenDB(*connection)
	defer func() { err = s.failure(errors.Join(err, database.Close())) }()
	if err := checkServer(ctx, database); err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// Tried every second for five minutes: another process may run a long migration.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 5))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, database, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithSlog(s.log))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return work(provider)
}

// checkServer returns an error for a server of an unsupported version or encoding.
func checkServer(ctx context.Context, database *sql.DB) error {
	var version int
	var encoding string
	err := database.QueryRowContext(ctx, selectServer).Scan(&version, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("ask the server's version: %w", err)
	case version < minVersion:
		return fmt.Errorf("PostgreSQL %d is too old: 15 or newer is needed", version/10000)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s: UTF8 is needed", encoding)
	}
	return nil
}
