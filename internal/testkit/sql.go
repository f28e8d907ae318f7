package testkit

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver
)

// ExecuteSQL runs a statement on the database that the settings lead to, beside a
// server: what no call of the API does yet. Where it names ids, as {id}, both
// databases understand them. It returns how many rows were changed.
func ExecuteSQL(t testing.TB, environment []string, statement string) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	changed, err := executeSQL(ctx, environment, statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return changed
}

func executeSQL(ctx context.Context, environment []string, statement string) (int64, error) {
	if setting(environment, "POSTGRES_HOSTS", "") != "" {
		connection, err := pgx.Connect(ctx, PostgresURL(environment))
		if err != nil {
			return 0, err
		}
		defer connection.Close(ctx)
		done, err := connection.Exec(ctx, strings.NewReplacer("{", "'", "}", "'").Replace(statement))
		return done.RowsAffected(), err
	}
	file := filepath.Join(setting(environment, "DATA_DIR", ""), "messenger.db")
	database, err := sql.Open("sqlite", "file:"+file+"?_busy_timeout=10000&_pragma=busy_timeout(10000)")
	if err != nil {
		return 0, err
	}
	defer database.Close()
	done, err := database.ExecContext(ctx, strings.NewReplacer("{", "x'", "}", "'").Replace(statement))
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// LockTable takes a table of PostgreSQL away from all others, until unlock is
// called or the test ends.
func LockTable(t testing.TB, environment []string, table string) (unlock func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	connection, err := pgx.Connect(ctx, PostgresURL(environment))
	if err != nil {
		t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
		defer cancel()
		if err := connection.Close(ctx); err != nil {
			t.Errorf("unlock %s: %v", table, err)
		}
	})
	t.Cleanup(unlock)
	if _, err := connection.Exec(ctx, "BEGIN; LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	return unlock
}
