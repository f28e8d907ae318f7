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

// ExecuteSQL runs a statement on the database of the settings while a server runs, for what the API
// can't do. Ids are written as {id}, for both databases. It returns the number of affected rows.
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

// HoldsSQL evaluates a condition in the database; ids are written as in ExecuteSQL. It only reads, and
// so does not wait for writers.
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

// LockTable locks a table of PostgreSQL exclusively, until unlock is called or the test ends.
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
