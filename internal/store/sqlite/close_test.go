package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"messenger-api/internal/errs"
)

func TestReopeningKeepsTheData(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	user := join(t, s)
	if _, err := s.AppendMessages(t.Context(), messages(user, "kept")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(directory, fileName+"-wal")); !os.IsNotExist(err) {
		t.Error("Close left a write-ahead log:", err)
	}
	again := open(t, directory)
	if got := texts(t, again, user); !slices.Equal(got, []string{"kept"}) {
		t.Error(got)
	}
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, appendErr := s.AppendMessages(t.Context(), messages(user, "late"))
	_, readErr := s.Messages(t.Context(), user.ChatID, 1, 1, 1)
	for _, err := range []error{s.Ping(t.Context()), appendErr, readErr} {
		if !errs.Is(err, errs.Unavailable) {
			t.Error(err)
		}
	}
}
