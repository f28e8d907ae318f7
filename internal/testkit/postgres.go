package testkit

import (
	"context"
	"crypto/rand"
	"net"
	"net/url"
	"os"
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
