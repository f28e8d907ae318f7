package sqlite

import (
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pressly/goose/v3"

	"messenger-api/internal/messenger"
)

func dbPath(directory string) string { return filepath.Join(directory, fileName) }

func TestStatusWhileServing(t *testing.T) {
	directory := t.TempDir()
	pending, err := Status(t.Context(), directory)
	if err != nil || len(pending) == 0 || !pending[0].AppliedAt.IsZero() {
		t.Fatalf("without a database: %+v, %v", pending, err)
	}
	s := open(t, directory)
	running, err := Status(t.Context(), directory)
	if err != nil || len(running) != len(pending) || running[0].AppliedAt.IsZero() {
		t.Fatalf("beside a server: %+v, %v", running, err)
	}
	if running[0].Version != 1 || running[0].Name != "00001_messenger.sql" {
		t.Errorf("%+v", running[0])
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ended, err := Status(t.Context(), directory)
	if err != nil || !slices.Equal(ended, running) {
		t.Errorf("after it: %+v, %v", ended, err)
	}
}

func TestStatusOfAnEmptyDatabase(t *testing.T) {
	directory := t.TempDir()
	s, err := Open(t.Context(), Options{Directory: directory}, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	steps, err := Status(t.Context(), directory)
	if err != nil || len(steps) == 0 || !steps[0].AppliedAt.IsZero() {
		t.Errorf("%+v, %v", steps, err)
	}
}

// An older binary must start on a newer schema.
func TestMigrateLeavesANewerSchema(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	for _, statement := range []string{
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`,
		`ALTER TABLE events ADD COLUMN later TEXT`,
	} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	older := open(t, directory)
	user := join(t, older)
	if _, err := older.AppendMessages(t.Context(), messages(user, "text")); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, older, user); !slices.Equal(got, []string{"text"}) {
		t.Error(got)
	}
	var newest int
	row := older.readers.QueryRowContext(t.Context(), `SELECT max(version_id) FROM goose_db_version`)
	if err := row.Scan(&newest); err != nil || newest != 99999 {
		t.Error(newest, err)
	}
}

func TestMigrateAgainChangesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if account, err := s.AccountByID(t.Context(), user.AccountID); err != nil || account.CreatedAt != now {
		t.Error(account, err)
	}
	builtIn, err := s.AccountByName(t.Context(), messenger.AnonymousAccount.Name)
	if err != nil || builtIn.ID != messenger.AnonymousAccount.ID || builtIn.PasswordHash != "" || builtIn.CreatedAt.Year() < 2026 {
		t.Error(builtIn, err)
	}
}

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	s := open(t, t.TempDir())
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writer, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	var left string
	row := s.readers.QueryRowContext(t.Context(), `SELECT coalesce(group_concat(name), '') FROM sqlite_schema
		WHERE name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`)
	if err := row.Scan(&left); err != nil || left != "" {
		t.Error(left, err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	join(t, s)
}
