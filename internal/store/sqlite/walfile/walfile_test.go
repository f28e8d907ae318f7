package walfile_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"messenger-api/internal/store/sqlite/walfile"
)

// Whatever a transaction does, once it is committed all of it is in the files, for others
// who read them and for whoever opens them after a crash.
func TestCommittedIsInTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "messenger.db")
	writer := writerOf(t, path)
	other := open(t, path)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		tx, err := writer.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		change(t, tx, random)
		within := contents(t, tx)
		if n%5 == 4 {
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		crashed := open(t, copied(t, path))
		for who, database := range map[string]*sql.DB{"writer": writer, "other": other, "after a crash": crashed} {
			if got := contents(t, database); got != within {
				t.Fatalf("transaction %d, %s: %s, want %s", n, who, got, within)
			}
		}
		checkIntegrity(t, crashed)
		if err := crashed.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// change fills more pages than the cache holds, so that some are written into the log, and
// read from it again, before the transaction ends; and takes a part back.
func change(t *testing.T, tx *sql.Tx, random *rand.Rand) {
	t.Helper()
	for _, part := range []string{"SAVEPOINT a", "", "SAVEPOINT b", "", "ROLLBACK TO b", "", "RELEASE a"} {
		if part != "" {
			exec(t, tx, part)
			continue
		}
		for range random.IntN(60) {
			exec(t, tx, "INSERT OR REPLACE INTO texts (id, text) VALUES (?, ?)",
				random.Int64N(2000), strings.Repeat(string(rune('a'+random.IntN(26))), random.IntN(3000)))
		}
	}
}

func TestRegisterManyTimesAtOnce(t *testing.T) {
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if err := walfile.Register(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// writerOf opens a database with the VFS, a table in it, and a cache of a few pages.
func writerOf(t *testing.T, path string) *sql.DB {
	t.Helper()
	if err := walfile.Register(); err != nil {
		t.Fatal(err)
	}
	writer := open(t, path, "vfs="+walfile.Name, "_journal_mode=WAL", "_synchronous=FULL",
		"_pragma=cache_size(10)", "_pragma=wal_autocheckpoint(300)")
	exec(t, writer, "CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
	return writer
}

func open(t *testing.T, path string, settings ...string) *sql.DB {
	t.Helper()
	database, err := sql.Open("sqlite", "file:"+path+"?"+strings.Join(settings, "&"))
	if err != nil {
		t.Fatal(err)
	}
	database.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := database.Close(); err != nil {
			t.Error(err)
		}
	})
	return database
}

// copied gives a copy of the files as they are, like a crash leaves them.
func copied(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "crashed.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// contents tells databases with other rows apart.
func contents(t *testing.T, from interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}) string {
	t.Helper()
	var rows, ids, lengths, letters int64
	err := from.QueryRowContext(t.Context(), `SELECT count(*), coalesce(sum(id * id), 0),
		coalesce(sum(id * length(text)), 0), coalesce(sum(id * unicode(text)), 0) FROM texts`).
		Scan(&rows, &ids, &lengths, &letters)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(rows, ids, lengths, letters)
}

func checkIntegrity(t *testing.T, database *sql.DB) {
	t.Helper()
	var found string
	if err := database.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Fatal(found, err)
	}
}

func exec(t *testing.T, on interface {
	ExecContext(ctx context.Context, query string, arguments ...any) (sql.Result, error)
}, statement string, arguments ...any) {
	t.Helper()
	if _, err := on.ExecContext(t.Context(), statement, arguments...); err != nil {
		t.Fatal(err)
	}
}
