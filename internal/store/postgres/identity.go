package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// identity identifies a primary. All servers of a cluster share the system identifier that
// initdb made; each promotion begins a timeline with a higher number.
type identity struct {
	system   string
	timeline int64
	// mark is a random id that the service writes to the database when it first writes on a
	// timeline; empty until then. Two standbys that are promoted independently get the same
	// timeline, but not the same mark.
	mark string
}

func (i identity) String() string { return fmt.Sprintf("system %s, timeline %d", i.system, i.timeline) }

// supersedes reports whether, of two servers that accept writes, this is the one to write to.
func (i identity) supersedes(other identity) bool {
	if i.timeline != other.timeline {
		return i.timeline > other.timeline
	}
	return i.mark != "" && other.mark == ""
}

// serverState is what a server reports of itself on a new connection.
type serverState struct {
	address  string
	writable bool
	// known is false where the server does not tell its identity: some hosting services refuse it.
	known bool
	id    identity
	// hasIdentityTable: the schema has the table server_identity.
	hasIdentityTable bool
	// recorded is the identity in that table, of the server that the database was last written
	// on; nil where it is empty.
	recorded *identity
	// startedAt distinguishes two servers on one timeline.
	startedAt string
}

const (
	selectWritable = `
		SELECT current_setting('transaction_read_only') = 'off'`
	selectIdentity = `
		SELECT system_identifier, pg_postmaster_start_time(), to_regclass('server_identity') IS NOT NULL,
			CASE WHEN pg_is_in_recovery() THEN '0' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
		FROM pg_control_system()`
	selectRecordedIdentity = `
		SELECT system_identifier, timeline, mark FROM server_identity`
)

func readServerState(ctx context.Context, connection *pgconn.PgConn) (serverState, error) {
	state := serverState{address: remoteAddress(connection)}
	row, err := queryRow(ctx, connection, selectWritable)
	if err != nil {
		return state, err
	}
	state.writable = row[0] == "t"
	if !state.writable {
		return state, nil
	}
	row, err = queryRow(ctx, connection, selectIdentity)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && !connection.IsClosed() {
		return state, nil
	}
	if err != nil {
		return state, err
	}
	state.known, state.startedAt = true, row[1]
	state.id.system = row[0]
	if state.id.timeline, err = strconv.ParseInt(row[3], 16, 64); err != nil {
		return state, fmt.Errorf("read the timeline: %w", err)
	}
	if state.hasIdentityTable = row[2] == "t"; state.hasIdentityTable {
		err = state.readRecorded(ctx, connection)
	}
	return state, err
}

// readRecorded sets recorded, and the mark where it is of the server's own timeline.
func (s *serverState) readRecorded(ctx context.Context, connection *pgconn.PgConn) error {
	row, err := queryRow(ctx, connection, selectRecordedIdentity)
	if err != nil || row == nil {
		return err
	}
	s.recorded = &identity{system: row[0], mark: row[2]}
	s.recorded.timeline, err = strconv.ParseInt(row[1], 10, 64)
	if s.recorded.system == s.id.system && s.recorded.timeline == s.id.timeline {
		s.id.mark = s.recorded.mark
	}
	return err
}

// upsertIdentity stores the server's identity and a new mark, unless the table has one for this
// timeline. The commit is asynchronous: while a synchronous standby is down, connecting must not hang.
const upsertIdentity = `
		BEGIN;
		SET LOCAL synchronous_commit = off;
		INSERT INTO server_identity (system_identifier, timeline, mark) VALUES ('%[1]s', %[2]d, gen_random_uuid())
			ON CONFLICT (only_row) DO UPDATE
			SET system_identifier = EXCLUDED.system_identifier, timeline = EXCLUDED.timeline, mark = EXCLUDED.mark, written_at = now()
			WHERE server_identity.system_identifier <> EXCLUDED.system_identifier OR server_identity.timeline <> EXCLUDED.timeline;
		COMMIT;`

// recordIdentity stores the identity in the database and returns the mark there, which is
// another process's where that was first.
func recordIdentity(ctx context.Context, connection *pgconn.PgConn, id identity) (mark string, err error) {
	if _, err := connection.Exec(ctx, fmt.Sprintf(upsertIdentity, id.system, id.timeline)).ReadAll(); err != nil {
		return "", fmt.Errorf("remember the server: %w", err)
	}
	row, err := queryRow(ctx, connection, selectRecordedIdentity)
	if err != nil || row == nil {
		return "", err
	}
	return row[2], nil
}

// queryRow returns the first row of a statement's result as text, nil where there is none. It
// uses the simple protocol, which needs no prepared statement.
func queryRow(ctx context.Context, connection *pgconn.PgConn, statement string) ([]string, error) {
	results, err := connection.Exec(ctx, statement).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the server's state: %w", err)
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

// remoteAddress is the server's address, as logged.
func remoteAddress(connection *pgconn.PgConn) string {
	address := connection.Conn().RemoteAddr()
	if unix, ok := address.(*net.UnixAddr); ok {
		return unix.Name
	}
	return address.String()
}
