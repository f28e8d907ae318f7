package sqlite

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	modernc "modernc.org/sqlite"
)

func TestOpenRefusesADirectoryInUse(t *testing.T) {
	directory := t.TempDir()
	first := open(t, directory)
	options := Options{Directory: directory, LockWait: 150 * time.Millisecond}
	_, err := Open(t.Context(), options, discard)
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("Open beside another: %v", err)
	}
	if !strings.Contains(err.Error(), directory) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("the error does not help: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, directory)
}

func TestOpenWaitsForTheDirectory(t *testing.T) {
	directory := t.TempDir()
	first := open(t, directory)
	waits := make(chan struct{})
	log := slog.New(notify{slog.DiscardHandler, waits})
	opened := make(chan error, 1)
	go func() {
		second, err := Open(context.Background(), Options{Directory: directory, LockWait: time.Minute}, log)
		if err == nil {
			err = second.Close()
		}
		opened <- err
	}()
	<-waits
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
}

// A commit that was acknowledged must survive a crash of the machine, and commands must be able to
// write while a server runs.
func TestTheWriterSyncsItsCommitsAndGivesUpItsLock(t *testing.T) {
	s := open(t, t.TempDir())
	var synchronous int
	var locking string
	if err := s.writer.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous); err != nil {
		t.Fatal(err)
	}
	if err := s.writer.QueryRowContext(t.Context(), "PRAGMA locking_mode").Scan(&locking); err != nil {
		t.Fatal(err)
	}
	const full = 2
	if synchronous != full || locking != "normal" {
		t.Errorf("synchronous=%d, locking_mode=%s", synchronous, locking)
	}
}

// notify is a log handler that closes a channel at the first record.
type notify struct {
	slog.Handler

	logged chan struct{}
}

func (notify) Enabled(context.Context, slog.Level) bool { return true }

func (n notify) Handle(context.Context, slog.Record) error {
	close(n.logged)
	return nil
}

func TestOpenEndsWithItsContext(t *testing.T) {
	directory := t.TempDir()
	open(t, directory)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, Options{Directory: directory, LockWait: time.Minute}, discard)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "a directory?with=100%#odd", "characters")
	s := open(t, directory)
	join(t, s)
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range append(entries, dirEntry(t, directory)) {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", entry.Name(), info.Mode())
		}
		names = append(names, entry.Name())
	}
	for _, name := range []string{fileName, fileName + "-wal", lockName} {
		if !slices.Contains(names, name) {
			t.Errorf("no %s in %v", name, names)
		}
	}
}

// dirEntry returns the directory's own entry in its parent.
func dirEntry(t *testing.T, directory string) os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(directory))
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	return entries[0]
}

func TestCommitsSyncDataOnly(t *testing.T) {
	open(t, t.TempDir())
	if runtime.GOOS == "linux" && !modernc.FdatasyncEnabled() {
		t.Error("commits wait for the files' times to be written, too")
	}
}
