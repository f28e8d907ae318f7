package sqlite

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// onStatements calls notify with the first word of each statement, after it has run.
func onStatements(s *Store, notify func(word string)) {
	for _, connections := range s.connections {
		connections.onStatement = func(_ context.Context, statement string, _ time.Time, _ error) {
			notify(strings.Fields(statement)[0])
		}
	}
}

func TestStatementsOfABatch(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	unknownUser := user
	unknownUser.AccountID = messenger.NewID()
	poison := `CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.text = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END`
	if _, err := s.writer.ExecContext(t.Context(), poison); err != nil {
		t.Fatal(err)
	}
	var words []string
	onStatements(s, func(word string) { words = append(words, word) })
	for _, test := range []struct {
		batch []messenger.Message
		want  string
	}{
		{messages(user, "one", "two"), "BEGIN SELECT INSERT INSERT UPDATE COMMIT"},
		{messages(unknownUser, "refused"), "BEGIN INSERT SELECT COMMIT"},
		{messages(user, "three", "poison", "four"), "BEGIN INSERT INSERT ROLLBACK"},
	} {
		words = nil
		_, err := s.AppendMessages(t.Context(), test.batch)
		if got := strings.Join(words, " "); got != test.want || (err != nil) != strings.HasSuffix(got, "ROLLBACK") {
			t.Errorf("%q, want %q; %v", got, test.want, err)
		}
	}
}

// A connection whose rollback failed is closed, which ends its transaction.
func TestBadWriterIsClosed(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	var bad *connection
	cause := errors.New("the cause")
	err := s.withWriter(t.Context(), func(writer *connection) error {
		bad = writer
		if err := writer.begin(t.Context()); err != nil {
			return err
		}
		if _, err := writer.ExecContext(t.Context(), updateLastSeq, named(int64(7), user.ChatID[:])); err != nil {
			return err
		}
		ended, end := context.WithCancel(t.Context())
		end() // so that ROLLBACK does not run
		return writer.rollBack(ended, cause)
	})
	if !errors.Is(err, cause) {
		t.Fatal(err)
	}
	err = s.withWriter(t.Context(), func(writer *connection) error {
		if writer == bad {
			t.Error("the connection is still there")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	appended, err := s.AppendMessages(t.Context(), messages(user, "after"))
	if err != nil || appended[0].Seq != 1 {
		t.Error(appended, err)
	}
}

// rollBack returns the same error with and without a transaction.
func TestRollingBackKeepsTheError(t *testing.T) {
	s := open(t, t.TempDir())
	cause := errors.New("the cause")
	err := s.withWriter(t.Context(), func(writer *connection) error {
		if err := writer.begin(t.Context()); err != nil {
			return err
		}
		for range 2 {
			if err := writer.rollBack(t.Context(), cause); err != cause { //nolint:errorlint // it is the very same
				t.Error(err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
