package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver sqlite
)

// database is the database of a server, for reading its counters.
type database struct {
	settings []string
	sql      *sql.DB
	// postgres is nil for SQLite, which is in the directory.
	postgres  *pgx.ConnConfig
	directory string
}

// opener creates a database of that name.
type opener func(context.Context, *lab, string) (*database, error)

// countMessages returns the number of messages, and the sum of all chats' last_seq.
const countMessages = `
	SELECT (SELECT count(*) FROM events WHERE kind = 1), (SELECT CAST(coalesce(sum(last_seq), 0) AS bigint) FROM chats)`

func (d *database) count(ctx context.Context) (messages, numbered int64, err error) {
	err = d.sql.QueryRowContext(ctx, countMessages).Scan(&messages, &numbered)
	return messages, numbered, err
}

// transactions returns the id of the PostgreSQL server's next writing transaction; 0 on SQLite.
func (d *database) transactions(ctx context.Context) (number int64, err error) {
	if d == nil || d.postgres == nil {
		return 0, nil
	}
	err = d.sql.QueryRowContext(ctx, "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)").Scan(&number)
	return number, err
}

// pageReads returns how many pages were read from the database: each is one scan of the primary key of
// events. 0 on SQLite.
func (d *database) pageReads(ctx context.Context) (scans int64, err error) {
	if d == nil || d.postgres == nil {
		return 0, nil
	}
	err = d.sql.QueryRowContext(ctx, "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'events_pkey'").Scan(&scans)
	return scans, err
}

// countingDelay is how long PostgreSQL may delay its statistics.
const countingDelay = 11 * time.Second

// hits returns the share of the pages that was not read from the database since before.
func (d *database) hits(ctx context.Context, before, pages int64) (float64, error) {
	if d == nil || d.postgres == nil {
		return 0, nil
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(countingDelay):
	}
	scans, err := d.pageReads(ctx)
	return 1 - float64(scans-before)/float64(pages), err
}

// openEmbedded returns an embedded database in a new directory.
func openEmbedded(_ context.Context, l *lab, name string) (*database, error) {
	directory := l.path(name)
	opened, err := sql.Open("sqlite", "file:"+directory+"/messenger.db?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	l.onClose(opened.Close)
	return &database{settings: []string{"DATA_DIR=" + directory}, sql: opened, directory: directory}, nil
}

// postgresServer returns the configuration of the server on which databases are created.
func postgresServer() (*pgx.ConnConfig, error) {
	url := os.Getenv("TEST_POSTGRES_URL")
	if url == "" {
		return nil, errors.New("TEST_POSTGRES_URL is not set: run this by make bench")
	}
	return pgx.ParseConfig(url)
}

// openPostgres creates an empty database on the server of TEST_POSTGRES_URL.
func openPostgres(ctx context.Context, l *lab, name string) (*database, error) {
	config, err := postgresServer()
	if err != nil {
		return nil, err
	}
	name = "bench_" + strings.ReplaceAll(name, "-", "_") + "_" + strings.ToLower(rand.Text()[:8])
	if err := execute(ctx, config, "CREATE DATABASE "+name); err != nil {
		return nil, err
	}
	l.onClose(func() error {
		return execute(context.WithoutCancel(ctx), config, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	own := config.Copy()
	own.Database = name
	opened := stdlib.OpenDB(*own)
	l.onClose(opened.Close)
	return &database{settings: postgresSettings(own), sql: opened, postgres: own}, nil
}

// openPostgresAndRedis is openPostgres with the Redis of TEST_REDIS_URL as the cache. Keys are random
// ids, so they don't collide with others.
func openPostgresAndRedis(ctx context.Context, l *lab, name string) (*database, error) {
	url := os.Getenv("TEST_REDIS_URL")
	if url == "" {
		return nil, errors.New("TEST_REDIS_URL is not set: run this by make bench")
	}
	return openPostgresWith(ctx, l, name, "CACHE_TYPE=redis", "REDIS_URL="+url)
}

// openUncached is openPostgres without the app cache.
func openUncached(ctx context.Context, l *lab, name string) (*database, error) {
	return openPostgresWith(ctx, l, name, "APPS=auth,throttling,api,docs,search,metrics")
}

// openUnthrottled is openPostgres without the app throttling.
func openUnthrottled(ctx context.Context, l *lab, name string) (*database, error) {
	return openPostgresWith(ctx, l, name, "APPS=cache,auth,api,docs,search,metrics")
}

// withoutSearch switches the app search off.
func withoutSearch(open opener) opener {
	return func(ctx context.Context, l *lab, name string) (*database, error) {
		opened, err := open(ctx, l, name)
		if err == nil {
			opened.settings = append(opened.settings, "APPS=cache,auth,throttling,api,docs,metrics")
		}
		return opened, err
	}
}

func openPostgresWith(ctx context.Context, l *lab, name string, settings ...string) (*database, error) {
	opened, err := openPostgres(ctx, l, name)
	if err == nil {
		opened.settings = append(opened.settings, settings...)
	}
	return opened, err
}

func postgresSettings(config *pgx.ConnConfig) []string {
	host := config.Host
	if !strings.HasPrefix(host, "/") {
		host += ":" + strconv.Itoa(int(config.Port))
	}
	return []string{
		"POSTGRES_HOSTS=" + host, "POSTGRES_USER=" + config.User, "POSTGRES_PWD=" + config.Password,
		"POSTGRES_DB=" + config.Database, "POSTGRES_SSLMODE=prefer",
	}
}

// execute runs a statement on its own connection.
func (d *database) execute(ctx context.Context, statement string) error {
	if d.postgres != nil {
		return execute(ctx, d.postgres, statement)
	}
	opened, err := sql.Open("sqlite", "file:"+d.directory+"/messenger.db?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	_, err = opened.ExecContext(ctx, statement)
	return errors.Join(err, opened.Close())
}

func execute(ctx context.Context, config *pgx.ConnConfig, statement string) error {
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, err = connection.Exec(ctx, statement)
	return errors.Join(err, connection.Close(ctx))
}
