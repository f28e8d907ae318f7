package sqlite

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func TestAPoisonousMessageStoresNothing(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	_, err := s.writer.ExecContext(t.Context(), `CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.text = 'poison'
		BEGIN SELECT RAISE(ABORT, 'poisoned'); END`)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range [][]messenger.Message{messages(user, "good", "poison", "too"), messages(user, "poison")} {
		if _, err := s.AppendMessages(t.Context(), batch); !errors.Is(err, messenger.ErrRejected) {
			t.Fatal(err)
		}
	}
	if got := texts(t, s, user); got != nil {
		t.Errorf("stored: %v", got)
	}
	appended, err := s.AppendMessages(t.Context(), messages(user, "good"))
	if err != nil || appended[0].Seq != 1 {
		t.Error(appended, err)
	}
}

// An event after the chat's last_seq is a defect; its seq is not assigned again.
func TestTakenSeqIsRejected(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if _, err := s.AppendMessages(t.Context(), messages(user, "first")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write(t.Context(), updateLastSeq, 0, user.ChatID[:]); err != nil {
		t.Fatal(err)
	}
	s.lastSeqs.clear() // as after a start
	if _, err := s.AppendMessages(t.Context(), messages(user, "second")); !errors.Is(err, messenger.ErrRejected) {
		t.Error(err)
	}
}

func TestALockedDatabaseIsBusy(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	user := join(t, s)
	other, err := s.pool(dbPath(directory), writerSettings, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.AppendMessages(ctx, messages(user, "waits"))
	if !errors.Is(err, messenger.ErrBusy) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("with a deadline: %v", err)
	}
	if err := s.Ping(ctx); !errs.Is(err, errs.Unavailable) {
		t.Errorf("ping: %v", err)
	}
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 20"); err != nil {
		t.Fatal(err)
	}
	_, err = s.AppendMessages(t.Context(), messages(user, "waits"))
	if !errors.Is(err, messenger.ErrBusy) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("without one: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AppendMessages(t.Context(), messages(user, "goes")); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, s, user); !slices.Equal(got, []string{"goes"}) {
		t.Error(got)
	}
}

// The outcome of a failed commit is unknown; the same batch can be tried again.
func TestAFailedCommitIsOfUnknownOutcome(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	// A deferred foreign key is checked by COMMIT.
	for _, statement := range []string{
		`CREATE TABLE faults (account_id BLOB REFERENCES accounts DEFERRABLE INITIALLY DEFERRED)`,
		`CREATE TRIGGER fault AFTER INSERT ON events BEGIN INSERT INTO faults VALUES (x'00'); END`,
	} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	batch := messages(user, "once")
	_, err := s.AppendMessages(t.Context(), batch)
	if !errors.Is(err, messenger.ErrOutcomeUnknown) || !errs.Is(err, errs.Unavailable) {
		t.Fatal(err)
	}
	if _, err := s.writer.ExecContext(t.Context(), `DROP TRIGGER fault`); err != nil {
		t.Fatal(err)
	}
	for _, repeated := range []bool{false, true} {
		appended, err := s.AppendMessages(t.Context(), batch)
		if err != nil || appended[0] != (messenger.AppendResult{MessageID: batch[0].ID, Seq: 1, Repeated: repeated}) {
			t.Error(appended, err)
		}
	}
}

func TestADeadlineStoresNothing(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	batch := manyMessages(user, 20000)
	if _, err := s.AppendMessages(ctx, batch); !errs.Is(err, errs.Unavailable) || errors.Is(err, messenger.ErrOutcomeUnknown) {
		t.Error(err)
	}
	if got := texts(t, s, user); got != nil {
		t.Errorf("%d stored", len(got))
	}
}

// A full disk makes the database unavailable, and usable again when there is space.
func TestAFullDatabaseIsUnavailable(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = 30"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AppendMessages(t.Context(), manyMessages(user, 2000)); !errs.Is(err, errs.Unavailable) ||
		errors.Is(err, messenger.ErrRejected) {
		t.Error(err)
	}
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AppendMessages(t.Context(), manyMessages(user, 2000)); err != nil {
		t.Error(err)
	}
}
