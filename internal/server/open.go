package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"messenger-api/internal/config"
	"messenger-api/internal/messenger"
	"messenger-api/internal/outage"
	"messenger-api/internal/search"
	"messenger-api/internal/store"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
	"messenger-api/internal/transfer"
)

// dataDirWait is how long a process waits for the lock of DATA_DIR.
const dataDirWait = 20 * time.Second

// The backoff between attempts to open a database that is down.
const (
	firstOpenBackoff = 200 * time.Millisecond
	maxOpenBackoff   = 5 * time.Second
)

// database is the interface of both databases.
type database interface {
	messenger.Store
	search.Store
	Migrate(ctx context.Context) error
	Pools() []store.Pool
	// Load imports an export into an empty database.
	Load(ctx context.Context, r *transfer.Reader) error
}

// openDatabase opens the database that the settings choose, without migrating its schema.
func openDatabase(ctx context.Context, cfg config.Config, telemetry telemetry, log *slog.Logger) (database, error) {
	if len(cfg.Database.Hosts) > 0 {
		options := postgresOptions(cfg.Database)
		options.Tracer = telemetry.postgresTracer()
		return postgres.Open(options, log)
	}
	return sqlite.Open(ctx, sqlite.Options{
		Directory: cfg.Database.DataDir, LockWait: dataDirWait, LogSQL: bool(cfg.Database.Echo), OnStatement: telemetry.sqliteTracer(),
	}, log)
}

func postgresOptions(settings config.Database) postgres.Options {
	options := postgres.Options{
		User: settings.User, Password: settings.Password.Reveal(), Database: settings.Name,
		SSLMode: settings.SSLMode, RootCert: settings.RootCert, Cert: settings.Cert, Key: settings.Key, PoolSize: settings.PoolSize, LogSQL: bool(settings.Echo),
	}
	for _, host := range settings.Hosts {
		options.Hosts = append(options.Hosts, postgres.Host{Name: host.Host, Port: uint16(host.Port)})
	}
	return options
}

// awaitDatabase opens the database and migrates its schema. While the database is down it
// retries, until ctx ends.
func awaitDatabase(ctx context.Context, cfg config.Config, telemetry telemetry, log *slog.Logger) (database, error) {
	opened, err := openDatabase(ctx, cfg, telemetry, log)
	if err != nil {
		return nil, err
	}
	telemetry.observe(backends{database: opened}, nil)
	waiting := outage.Log{
		Logger: log, Remind: outage.Remind, Lost: "the database is not ready; retrying",
		Still: "the database is still not ready", Found: "the database is ready",
	}
	if shared, ok := opened.(*postgres.Store); ok {
		waiting.Within = shared.Outage()
	}
	for pause := firstOpenBackoff; ; pause = min(2*pause, maxOpenBackoff) {
		err := opened.Migrate(ctx)
		if err == nil {
			waiting.End()
			return opened, nil
		}
		if errors.Is(err, postgres.ErrTransactionPooling) {
			return nil, errors.Join(err, opened.Close())
		}
		if ctx.Err() == nil {
			waiting.Report(err)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), opened.Close())
		case <-time.After(pause):
		}
	}
}

// withDatabase opens the database, runs a command's work on it, and closes it.
func withDatabase(ctx context.Context, process Process, work func(database) error) error {
	cfg, log, err := settingsAndLog(process)
	if err != nil {
		return err
	}
	opened, err := openDatabase(ctx, cfg, telemetry{}, log)
	if err != nil {
		return err
	}
	return errors.Join(work(opened), opened.Close())
}

// migrationStatus may be called while a server runs.
func migrationStatus(ctx context.Context, cfg config.Config, log *slog.Logger) ([]store.Migration, error) {
	if len(cfg.Database.Hosts) == 0 {
		return sqlite.Status(ctx, cfg.Database.DataDir)
	}
	opened, err := postgres.Open(postgresOptions(cfg.Database), log)
	if err != nil {
		return nil, err
	}
	steps, err := opened.Status(ctx)
	return steps, errors.Join(err, opened.Close())
}

// describeDatabase describes the database without its password.
func describeDatabase(settings config.Database) string {
	if len(settings.Hosts) == 0 {
		return "embedded SQLite in " + settings.DataDir
	}
	var hosts []string
	for _, host := range settings.Hosts {
		hosts = append(hosts, host.String())
	}
	return fmt.Sprintf("PostgreSQL, database %s at %s", settings.Name, strings.Join(hosts, ", "))
}
