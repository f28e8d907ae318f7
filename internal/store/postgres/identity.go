package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// identity tells servers apart. All servers of a cluster have one system identifier, which
// initdb made; each promotion begins a timeline with a higher number.
type identity struct {
	system   string
	timeline int64
	// mark is what the service wrote to the database when it first met the timeline; empty while
	// it has not. Two servers promoted independently have one timeline, but not one mark.
	mark string
}

func (i identity) String() string { return fmt.Sprintf("system %s, timeline %d", i.system, i.timeline) }

// newerThan reports whether this service has rather written to this server, where both take writes.
func (i identity) newerThan(other identity) bool {
	if i.timeline != other.timeline {
		return i.timeline > other.timeline
	}
	return i.mark != "" && other.mark == ""
}

// described is what a server says of itself on a new connection.
type described struct {
	address  string
	writable bool
	// known is false where the server does not tell its identity: some hosting services refuse it.
	known bool
	is    identity
	// keeps: the database has a place for the identity.
	keeps bool
	// kept is the identity of the server that the database was last written on; nil where it has none.
	kept *identity
	// started tells two servers on one timeline apart.
	started string
}

const (
	selectWritable = `
		SELECT current_setting('transaction_read_only') = 'off'`
	selectIdentity = `
		SELECT system_identifier, pg_postmaster_start_time(), to_regclass('server_identity') IS NOT NULL,
			CASE WHEN pg_is_in_recovery() THEN '0' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
		FROM pg_control_system()`
	selectKept = `
		SELECT system_identifier, timeline, mark FROM server_identity`
)

// describe asks a server what it is.
func describe(ctx context.Context, connection *pgconn.PgConn) (described, error) {
	d := described{address: addressOf(connection)}
	row, err := askOne(ctx, connection, selectWritable)
	if err != nil {
		return d, err
	}
	d.writable = row[0] == "t"
	if !d.writable {
		return d, nil
	}
	row, err = askOne(ctx, connection, selectIdentity)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && !connection.IsClosed() {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	d.known, d.started = true, row[1]
	d.is.system = row[0]
	if d.is.timeline, err = strconv.ParseInt(row[3], 16, 64); err != nil {
		return d, fmt.Errorf("read the timeline: %w", err)
	}
	if d.keeps = row[2] == "t"; d.keeps {
		err = d.readKept(ctx, connection)
	}
	return d, err
}

func (d *described) readKept(ctx context.Context, connection *pgconn.PgConn) error {
	row, err := askOne(ctx, connection, selectKept)
	if err != nil || row == nil {
		return err
	}
	d.kept = &identity{system: row[0], mark: row[2]}
	d.kept.timeline, err = strconv.ParseInt(row[1], 10, 64)
	if d.kept.system == d.is.system && d.kept.timeline == d.is.timeline {
		d.is.mark = d.kept.mark
	}
	return err
}

// keepIdentity stores the server's identity and a new mark, unless one with this timeline is
// there. It waits for no standby: while one is down, connecting must not hang.
const keepIdentity = `
		BEGIN;
		SET LOCAL synchronous_commit = off;
		INSERT INTO server_identity (system_identifier, timeline, mark) VALUES ('%[1]s', %[2]d, gen_random_uuid())
			ON CONFLICT (only_row) DO UPDATE
			SET system_identifier = EXCLUDED.system_identifier, timeline = EXCLUDED.timeline, mark = EXCLUDED.mark, written_at = now()
			WHERE server_identity.system_identifier <> EXCLUDED.system_identifier OR server_identity.timeline <> EXCLUDED.timeline;
		COMMIT;`

// keep has the database remember that it is written on this server, and returns the mark: that
// of the first who did so.
func keep(ctx context.Context, connection *pgconn.PgConn, is identity) (mark string, err error) {
	if _, err := connection.Exec(ctx, fmt.Sprintf(keepIdentity, is.system, is.timeline)).ReadAll(); err != nil {
		return "", fmt.Errorf("remember the server: %w", err)
	}
	row, err := askOne(ctx, connection, selectKept)
	if err != nil || row == nil {
		return "", err
	}
	return row[2], nil
}

// askOne gives the first row of a statement's answer as texts, nil where there is none.
func askOne(ctx context.Context, connection *pgconn.PgConn, statement string) ([]string, error) {
	results, err := connection.Exec(ctx, statement).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("ask the server what it is: %w", err)
	}
	if len(results) != 1 || len(results[0].Rows) == 0 {
		return nil, nil
	}
	var row []string
	for _, value := range results[0].Rows[0] {
		row = append(row, string(value))
	}
	return row, nil
}

// addressOf is where a connection leads to, for a person.
func addressOf(connection *pgconn.PgConn) string {
	address := connection.Conn().RemoteAddr()
	if unix, ok := address.(*net.UnixAddr); ok {
		return unix.Name
	}
	return address.String()
}
