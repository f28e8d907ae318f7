package testkit

import (
	"context"
	"crypto/rand"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// databaseDeadline is the time limit for creating or dropping a database.
const databaseDeadline = 30 * time.Second

// Postgres creates an empty database on the server of TEST_POSTGRES_URL and returns the settings for
// it. The database is dropped at the end of the test.
func Postgres(t testing.TB) []string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	administer(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { administer(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })

	server := postgresServer(t)
	sslMode := "disable"
	if server.TLSConfig != nil {
		sslMode = "require"
	}
	return []string{
		"POSTGRES_HOSTS=" + net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port))), "POSTGRES_SSLMODE=" + sslMode,
		"POSTGRES_USER=" + server.User, "POSTGRES_PWD=" + server.Password, "POSTGRES_DB=" + name,
	}
}

// LimitedUser makes a user of the server who has the permissions on the database of these settings that docs/deploy.md
// lists, and no others, and returns the settings with that user. The user is dropped with the test.
func LimitedUser(t testing.TB, environment []string) []string {
	t.Helper()
	name, password := "test_"+strings.ToLower(rand.Text()), rand.Text()
	AsOwner(t, environment, "CREATE ROLE "+name+" LOGIN PASSWORD '"+password+"'")
	AsOwner(t, environment, "GRANT USAGE, CREATE ON SCHEMA public TO "+name)
	t.Cleanup(func() {
		AsOwner(t, environment, "REASSIGN OWNED BY "+name+" TO CURRENT_USER")
		AsOwner(t, environment, "DROP OWNED BY "+name)
		AsOwner(t, environment, "DROP ROLE "+name)
	})
	return append(slices.Clone(environment), "POSTGRES_USER="+name, "POSTGRES_PWD="+password)
}

// AsOwner runs one statement on the database of the settings of Postgres.
func AsOwner(t testing.TB, environment []string, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	settings, err := pgx.ParseConfig(PostgresURL(environment))
	if err != nil {
		t.Fatalf("the address of the database: %v", err)
	}
	settings.RuntimeParams["default_transaction_read_only"] = "off" // whatever a test has set for the database
	connection, err := pgx.ConnectConfig(ctx, settings)
	if err != nil {
		t.Fatalf("connect to the database: %v", err)
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// PostgresURL returns the URL of the database of the settings, for the test's own SQL.
func PostgresURL(environment []string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(setting(environment, "POSTGRES_USER", ""), setting(environment, "POSTGRES_PWD", "")),
		Host:     setting(environment, "POSTGRES_HOSTS", ""),
		Path:     "/" + setting(environment, "POSTGRES_DB", ""),
		RawQuery: "sslmode=" + setting(environment, "POSTGRES_SSLMODE", "disable"),
	}
	return address.String()
}

func postgresServer(t testing.TB) *pgx.ConnConfig {
	t.Helper()
	address := os.Getenv("TEST_POSTGRES_URL")
	if address == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: this test needs a PostgreSQL server. " +
			"Run `make test`, or start one with `scripts/services up postgres` and then `. .services/env`")
	}
	server, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_URL: %v", err)
	}
	return server
}

// administer runs one statement on the database of TEST_POSTGRES_URL.
func administer(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), databaseDeadline)
	defer cancel()
	connection, err := pgx.ConnectConfig(ctx, postgresServer(t))
	if err != nil {
		t.Fatalf("connect to the server of TEST_POSTGRES_URL: %v", err)
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
