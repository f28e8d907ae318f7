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

// HoldsSQL asks the database for a condition, in which ids are named as in ExecuteSQL. It
// only reads, so that it waits for nobody who writes.
func HoldsSQL(t testing.TB, environment []string, condition string) (holds bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	if err := holdsSQL(ctx, environment, "SELECT CASE WHEN "+condition+" THEN 1 = 1 ELSE 1 = 0 END", &holds); err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	return holds
}

func holdsSQL(ctx context.Context, environment []string, query string, holds *bool) error {
	if !onPostgres(environment) {
		database, err := openSQLite(environment)
		if err != nil {
			return err
		}
		defer database.Close()
		return database.QueryRowContext(ctx, idsOfSQLite.Replace(query)).Scan(holds)
	}
	connection, err := pgx.Connect(ctx, PostgresURL(environment))
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	return connection.QueryRow(ctx, idsOfPostgres.Replace(query)).Scan(holds)
}

var idsOfPostgres, idsOfSQLite = strings.NewReplacer("{", "'", "}", "'"), strings.NewReplacer("{", "x'", "}", "'")

func onPostgres(environment []string) bool { return setting(environment, "POSTGRES_HOSTS", "") != "" }

func openSQLite(environment []string) (*sql.DB, error) {
	file := filepath.Join(setting(environment, "DATA_DIR", ""), "messenger.db")
	return sql.Open("sqlite", "file:"+file+"?_busy_timeout=10000&_pragma=busy_timeout(10000)")
}

func executeSQL(ctx context.Context, environment []string, statement string) (int64, error) {
	if onPostgres(environment) {
		connection, err := pgx.Connect(ctx, PostgresURL(environment))
		if err != nil {
			return 0, err
		}
		defer connection.Close(ctx)
		done, err := connection.Exec(ctx, idsOfPostgres.Replace(statement))
		return done.RowsAffected(), err
	}
	database, err := openSQLite(environment)
	if err != nil {
		return 0, err
	}
	defer database.Close()
	done, err := database.ExecContext(ctx, idsOfSQLite.Replace(statement))
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
