package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// The databases that growth is measured on.
const (
	postgresGrowth = "postgresql"
	embeddedGrowth = "embedded"
)

func isGrowthDatabase(name string) bool { return name == postgresGrowth || name == embeddedGrowth }

// keptDirectory has the embedded databases that are kept.
const keptDirectory = "bin/growth"

// growthPlace is where a database of a size is. While it is filled it has another name, so that one that was
// interrupted is never taken for a whole one.
type growthPlace interface {
	exists(ctx context.Context) (bool, error)
	// create makes the empty database to fill, finish gives it its name. discard removes either.
	create(ctx context.Context) (*database, error)
	finish(ctx context.Context) error
	discard(ctx context.Context) error
	open() (*database, error)
}

// openGrown opens the database of a size, and fills it first unless it was kept.
func openGrown(ctx context.Context, l *lab, o growthOptions, messages int) (*grown, error) {
	place, err := growthPlaceOf(l, o, messages)
	if err != nil {
		return nil, err
	}
	exists := false
	if o.keep {
		if exists, err = place.exists(ctx); err != nil {
			return nil, err
		}
	} else {
		l.onClose(func() error { return place.discard(context.WithoutCancel(ctx)) })
	}
	g := &grown{shape: newShape(messages), lab: l}
	if !exists {
		if err := g.fill(ctx, o, place); err != nil {
			return nil, errors.Join(err, place.discard(context.WithoutCancel(ctx)))
		}
	}
	if g.database, err = place.open(); err != nil {
		return nil, err
	}
	l.onClose(g.database.sql.Close)
	g.start, err = g.readStart(ctx)
	return g, err
}

// fill makes the database under its temporary name.
func (g *grown) fill(ctx context.Context, o growthOptions, place growthPlace) (err error) {
	began := time.Now()
	g.lab.note("%s: write %d messages", o.database, g.messages)
	if g.database, err = place.create(ctx); err != nil {
		return err
	}
	// The server makes the schema.
	server, err := g.lab.startServer(ctx, "growth", "warn", &database{settings: append(g.database.settings, "APPS=auth,api")})
	if err != nil {
		return err
	}
	if err := server.stop(); err != nil {
		return err
	}
	if g.database.postgres != nil {
		err = g.fillPostgres(ctx)
	} else {
		err = g.fillSQLite(ctx)
	}
	if err != nil {
		return err
	}
	g.lab.note("%s: %d messages took %.0f s", o.database, g.messages, time.Since(began).Seconds())
	return place.finish(ctx)
}

// readStart reads the time that all ids and times of the database are derived from.
func (g *grown) readStart(ctx context.Context) (start time.Time, err error) {
	const selectStart = `SELECT created_at FROM accounts WHERE user_name = 'account-0'`
	if g.database.postgres != nil {
		err = g.database.sql.QueryRowContext(ctx, selectStart).Scan(&start)
		return start, err
	}
	var micros int64
	err = g.database.sql.QueryRowContext(ctx, selectStart).Scan(&micros)
	return time.UnixMicro(micros), err
}

func growthPlaceOf(l *lab, o growthOptions, messages int) (growthPlace, error) {
	name := fmt.Sprintf("growth-%d", messages)
	if o.database == embeddedGrowth {
		parent := l.directory
		if o.keep {
			parent = keptDirectory
		}
		return &embeddedPlace{filepath.Join(parent, name)}, nil
	}
	server, err := postgresServer()
	if err != nil {
		return nil, err
	}
	name = "bench_" + strings.ReplaceAll(name, "-", "_")
	if !o.keep {
		name += "_" + strings.ToLower(rand.Text()[:8])
	}
	return &postgresPlace{server, name}, nil
}

const fillingSuffix = "_filling"

type postgresPlace struct {
	server *pgx.ConnConfig
	name   string
}

func (p *postgresPlace) exists(ctx context.Context) (exists bool, err error) {
	connection, err := pgx.ConnectConfig(ctx, p.server)
	if err != nil {
		return false, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	err = connection.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", p.name).Scan(&exists)
	return exists, errors.Join(err, connection.Close(ctx))
}

func (p *postgresPlace) create(ctx context.Context) (*database, error) {
	if err := p.discard(ctx); err != nil { // of an interrupted run
		return nil, err
	}
	if err := execute(ctx, p.server, "CREATE DATABASE "+p.name+fillingSuffix); err != nil {
		return nil, err
	}
	own := p.server.Copy()
	own.Database = p.name + fillingSuffix
	return &database{settings: postgresSettings(own), postgres: own}, nil
}

func (p *postgresPlace) finish(ctx context.Context) error {
	return execute(ctx, p.server, "ALTER DATABASE "+p.name+fillingSuffix+" RENAME TO "+p.name)
}

func (p *postgresPlace) discard(ctx context.Context) error {
	return errors.Join(execute(ctx, p.server, "DROP DATABASE IF EXISTS "+p.name+fillingSuffix+" WITH (FORCE)"),
		execute(ctx, p.server, "DROP DATABASE IF EXISTS "+p.name+" WITH (FORCE)"))
}

func (p *postgresPlace) open() (*database, error) {
	own := p.server.Copy()
	own.Database = p.name
	return &database{settings: postgresSettings(own), sql: stdlib.OpenDB(*own), postgres: own}, nil
}

type embeddedPlace struct{ directory string }

func (p *embeddedPlace) exists(context.Context) (bool, error) {
	_, err := os.Stat(p.directory)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (p *embeddedPlace) create(ctx context.Context) (*database, error) {
	if err := p.discard(ctx); err != nil {
		return nil, err
	}
	filling := p.directory + fillingSuffix
	return &database{settings: []string{"DATA_DIR=" + filling}, directory: filling}, os.MkdirAll(filling, 0o755)
}

func (p *embeddedPlace) finish(context.Context) error {
	return os.Rename(p.directory+fillingSuffix, p.directory)
}

func (p *embeddedPlace) discard(context.Context) error {
	return errors.Join(os.RemoveAll(p.directory+fillingSuffix), os.RemoveAll(p.directory))
}

func (p *embeddedPlace) open() (*database, error) {
	opened, err := sql.Open("sqlite", "file:"+p.directory+"/messenger.db?mode=ro&_pragma=busy_timeout(5000)")
	return &database{settings: []string{"DATA_DIR=" + p.directory}, sql: opened, directory: p.directory}, err
}
