package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// startupParameters are sent in the startup message. pgbouncer accepts no others; everything
// else is set by statements.
var startupParameters = map[string]string{"application_name": "messenger-api", "client_encoding": "UTF8"}

// sessionSettings are set on each connection, as name and value.
var sessionSettings = [][2]string{
	{"default_transaction_isolation", "read committed"},
	{"synchronous_commit", "on"},
	{"lock_timeout", milliseconds(lockTimeout)},
	{"statement_timeout", milliseconds(statementTimeout)},
	{"idle_in_transaction_session_timeout", milliseconds(statementTimeout)},
	{"tcp_keepalives_idle", "15"},
	{"tcp_keepalives_interval", "5"},
	{"tcp_keepalives_count", "3"},
	{"jit", "off"},
	// Generic plans: planning the statement of a batch takes longer than running it, and all
	// statements are index probes, whatever the sizes of tables and parameters.
	{"plan_cache_mode", "force_generic_plan"},
	// With few chats a hash or merge join would lock the chats of a batch in another order than
	// that of their ids (advanceChats), and concurrent batches would deadlock.
	{"enable_hashjoin", "off"},
	{"enable_mergejoin", "off"},
}

// migrationSettings are set on connections for migrations, after sessionSettings.
var migrationSettings = [][2]string{
	{"lock_timeout", milliseconds(migrationLockTimeout)},
	{"statement_timeout", "0"},
	{"idle_in_transaction_session_timeout", "0"},
}

// setSession sets all settings in one round trip.
func setSession(ctx context.Context, connection *pgconn.PgConn, settings [][2]string) error {
	var statements strings.Builder
	for _, setting := range settings {
		fmt.Fprintf(&statements, "SET SESSION %s = '%s';", setting[0], setting[1])
	}
	if _, err := connection.Exec(ctx, statements.String()).ReadAll(); err != nil {
		return fmt.Errorf("set up the session: %w", err)
	}
	return nil
}
