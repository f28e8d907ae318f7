package sqlite

import (
	"errors"
	"strings"
	"testing"
)

// lengthenLog writes until the log exceeds its limit, while a reader keeps SQLite from restarting it.
func lengthenLog(t *testing.T, s *Store) {
	t.Helper()
	reader, err := s.readers.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := reader.Rollback(); err != nil {
			t.Error(err)
		}
	}()
	var count int
	if err := reader.QueryRowContext(t.Context(), "SELECT count(*) FROM events").Scan(&count); err != nil {
		t.Fatal(err)
	}
	user, text := join(t, s), strings.Repeat("x", 60_000)
	for size := int64(0); size <= maxLogBytes; {
		if _, err := s.AppendMessages(t.Context(), messages(user, text, text, text, text)); err != nil {
			t.Fatal(err)
		}
		if size, err = s.logSize(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLongLogIsTruncated(t *testing.T) {
	s := open(t, t.TempDir())
	lengthenLog(t, s)
	if err := s.checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if size, err := s.logSize(); err != nil || size != 0 {
		t.Errorf("the log has %d bytes, %v", size, err)
	}
	var timeout int
	if err := s.writer.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&timeout); err != nil || timeout != 5000 {
		t.Errorf("the writer waits for %d ms, %v", timeout, err)
	}
	if _, err := s.AppendMessages(t.Context(), messages(join(t, s), "more")); err != nil {
		t.Error(err)
	}
}

// A checkpoint does not wait for a long read, such as a backup, and sends continue.
func TestLongReadDelaysTheTruncation(t *testing.T) {
	s := open(t, t.TempDir())
	lengthenLog(t, s)
	user := join(t, s)
	reader, err := s.readers.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var count int
	if err := reader.QueryRowContext(t.Context(), "SELECT count(*) FROM events").Scan(&count); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AppendMessages(t.Context(), messages(user, "after the reader's snapshot")); err != nil {
		t.Fatal(err)
	}
	if err := s.checkpoint(t.Context()); !errors.Is(err, errInUse) {
		t.Errorf("the error is %v", err)
	}
	if _, err := s.AppendMessages(t.Context(), messages(user, "more")); err != nil {
		t.Error(err)
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.checkpoint(t.Context()); err != nil {
		t.Error(err)
	}
}
