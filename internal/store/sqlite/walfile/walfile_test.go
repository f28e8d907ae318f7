package walfile_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"messenger-api/internal/store/sqlite/walfile"
)

// Whatever transactions do, of the connection with the VFS and of another without it, once
// one is committed all of it is in the files, for others who read them and for whoever
// opens them after a crash, and what was rolled back never is.
func TestCommittedIsInTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "messenger.db")
	random := rand.New(rand.NewPCG(1, 2))
	with := writerOf(t, path)
	without := open(t, path, settings...)
	committed := contents(t, with)
	for n := range 60 {
		writer := with
		if random.IntN(3) == 0 {
			writer = without
		}
		within, kept := transact(t, writer, random)
		if kept {
			committed = within
		}
		if random.IntN(4) == 0 {
			exec(t, with, "PRAGMA wal_checkpoint(PASSIVE)")
		}
		crashed := open(t, copied(t, path))
		for who, database := range map[string]*sql.DB{"with": with, "without": without, "after a crash": crashed} {
			if got := contents(t, database); got != committed {
				t.Fatalf("transaction %d, %s: %s, want %s", n, who, got, committed)
			}
		}
		checkIntegrity(t, crashed)
		if err := crashed.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// transact runs a transaction, and returns what it saw at its end and whether it was
// committed.
func transact(t *testing.T, writer *sql.DB, random *rand.Rand) (within string, committed bool) {
	t.Helper()
	tx, err := writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	change(t, tx, random)
	within = contents(t, tx)
	end, committed := tx.Commit, true
	if random.IntN(3) == 0 {
		end, committed = tx.Rollback, false
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	return within, committed
}

// What a transaction that was rolled back had written on the way, for the cache was full,
// is not written later over what others have committed.
func TestRolledBackIsGone(t *testing.T) {
	for what, then := range map[string]func(t *testing.T, with *sql.DB){
		"read":       func(t *testing.T, with *sql.DB) { contents(t, with) },
		"write":      func(t *testing.T, with *sql.DB) { exec(t, with, "INSERT OR REPLACE INTO texts VALUES (100, 'b')") },
		"checkpoint": func(t *testing.T, with *sql.DB) { exec(t, with, "PRAGMA wal_checkpoint(PASSIVE)") },
		"close": func(t *testing.T, with *sql.DB) {
			if err := with.Close(); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "messenger.db")
			with, without := writerOf(t, path), open(t, path, settings...)
			for id := range 33 {
				exec(t, with, "INSERT INTO texts VALUES (?, ?)", id, strings.Repeat("a", 3000))
			}
			exec(t, without, "PRAGMA wal_checkpoint(PASSIVE)")
			tx, err := with.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for id := range 33 {
				exec(t, tx, "UPDATE texts SET text = ? WHERE id = ?", strings.Repeat("c", 3000), id)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			for id := range 30 {
				exec(t, without, "INSERT INTO texts VALUES (?, ?)", 100+id, strings.Repeat("b", 3000))
			}
			then(t, with)
			crashed := open(t, copied(t, path))
			if got, want := contents(t, crashed), contents(t, without); got != want || !strings.HasPrefix(got, "63 ") {
				t.Errorf("after a crash: %s, want %s", got, want)
			}
			checkIntegrity(t, crashed)
		})
	}
}

// Where sectors can't be overwritten safely SQLite writes after it has synced: it does so
// as if there was no VFS.
func TestUnsafeOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "messenger.db")
	with, without := writerOf(t, path, "psow=0"), open(t, path)
	for id := range 10 {
		exec(t, with, "INSERT INTO texts VALUES (?, 'text')", id)
		if got, want := contents(t, without), contents(t, with); got != want {
			t.Fatalf("%s, want %s", got, want)
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

// settings are of a connection that writes, with a cache of a few pages.
var settings = []string{
	"_journal_mode=WAL", "_synchronous=FULL", "_pragma=cache_size(10)", "_pragma=wal_autocheckpoint(300)",
}

// writerOf opens a database with the VFS, and makes a table in it.
func writerOf(t *testing.T, path string, more ...string) *sql.DB {
	t.Helper()
	if err := walfile.Register(); err != nil {
		t.Fatal(err)
	}
	writer := open(t, path, slices.Concat(settings, more, []string{"vfs=" + walfile.Name})...)
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
	return fmt.Sprintf("%d %d %d %d", rows, ids, lengths, letters)
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
