package walfile_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A commit of forty pages is written in two calls instead of eighty.
func TestFewCalls(t *testing.T) {
	writer := writerOf(t, filepath.Join(t.TempDir(), "messenger.db"))
	exec(t, writer, "PRAGMA cache_size(1000)")
	before := writeCalls(t)
	exec(t, writer, `INSERT INTO texts (text) SELECT hex(zeroblob(1500)) FROM
		(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i FROM n)`)
	if calls := writeCalls(t) - before; calls < 1 || calls > 20 {
		t.Errorf("%d calls", calls)
	}
}

// writeCalls is how many calls that write this process has made (proc_pid_io(5)).
func writeCalls(t *testing.T) (calls int) {
	t.Helper()
	content, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if _, err := fmt.Sscanf(line, "syscw: %d", &calls); err == nil {
			return calls
		}
	}
	t.Fatal("no syscw in /proc/self/io")
	return 0
}

// A log that can't be written fails the transaction and nothing else.
func TestALogThatCantGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "messenger.db")
	writer := writerOf(t, path)
	insert := func(texts int) error {
		tx, err := writer.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		for range texts {
			exec(t, tx, "INSERT INTO texts (text) VALUES (?)", strings.Repeat("x", 3000))
		}
		return tx.Commit()
	}
	if err := insert(3); err != nil {
		t.Fatal(err)
	}
	before := contents(t, writer)
	unlimited := limitFiles(t, path+"-wal", 8<<10)
	if err := insert(6); err == nil {
		t.Fatal("committed without room")
	}
	unlimited()
	for who, database := range map[string]*sql.DB{"writer": writer, "other": open(t, path)} {
		if got := contents(t, database); got != before {
			t.Errorf("%s: %s, want %s", who, got, before)
		}
	}
	if err := insert(6); err != nil {
		t.Fatal(err)
	}
	crashed := open(t, copied(t, path))
	if got, want := contents(t, crashed), contents(t, writer); got != want {
		t.Errorf("after a crash: %s, want %s", got, want)
	}
	checkIntegrity(t, crashed)
}

// What can't be written on the way, for the cache is full, fails the transaction too,
// although there is room again at its end.
func TestALogThatCantGrowForAWhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "messenger.db")
	writer := writerOf(t, path)
	exec(t, writer, "INSERT INTO texts (text) VALUES ('before')")
	before := contents(t, writer)
	tx, err := writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	unlimited := limitFiles(t, path+"-wal", 8<<10)
	for n := 0; err == nil && n < 300; n++ {
		_, err = tx.ExecContext(t.Context(), "INSERT INTO texts (text) VALUES (?)", strings.Repeat("x", 3000))
	}
	unlimited()
	if err == nil {
		t.Fatal("written without room")
	}
	if err := tx.Commit(); err == nil {
		t.Error("committed")
	}
	if got := contents(t, open(t, copied(t, path))); got != before {
		t.Errorf("after a crash: %s, want %s", got, before)
	}
}

// limitFiles lets this process write files up to that size and a little more, until the
// function that it returns is called, or the test has ended.
func limitFiles(t *testing.T, path string, more uint64) (unlimited func()) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	set := func(to syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &to); err != nil {
			t.Fatal(err)
		}
	}
	unlimited = func() { set(limit) }
	t.Cleanup(unlimited)
	set(syscall.Rlimit{Cur: uint64(info.Size()) + more, Max: limit.Max})
	return unlimited
}
