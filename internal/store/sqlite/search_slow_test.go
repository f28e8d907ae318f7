package sqlite

import (
	"errors"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

const endless = "CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS i FROM n"

// A call that exceeds its timeout fails with ErrTooSlow, not as an unavailable database.
func TestTooSlow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		slowed []string
		call   func(t *testing.T, s *Store, lag search.IndexLag, user messenger.User) error
	}{
		"FindIn": {
			[]string{
				"ALTER TABLE search_index RENAME TO quick",
				"CREATE VIEW search_index AS SELECT 0 AS search_index, 0 AS created_at, 0 AS newest_at, i AS rowid, 0 AS message_id FROM endless",
			},
			func(t *testing.T, s *Store, lag search.IndexLag, _ messenger.User) error {
				criteria := search.Criteria{Query: words.ParseQuery("word"), From: search.BeforeAll()}
				parts := []search.LogRange{{ChatID: lag.ChatID, Number: 1, From: 1, Through: 1}}
				_, _, err := s.FindInRanges(t.Context(), criteria, parts, true, 10, time.Second)
				return err
			},
		},
		"Unindexed": {
			[]string{
				"ALTER TABLE events RENAME TO quick",
				"CREATE VIEW events AS SELECT quick.* FROM endless LEFT JOIN quick ON true",
			},
			func(t *testing.T, s *Store, lag search.IndexLag, _ messenger.User) error {
				_, err := s.ReadUnindexed(t.Context(), []search.IndexLag{lag}, 10)
				return err
			},
		},
		"Extend": {
			[]string{"CREATE TRIGGER slow BEFORE INSERT ON search_positions BEGIN SELECT i FROM endless; END"},
			func(t *testing.T, s *Store, lag search.IndexLag, _ messenger.User) error {
				_, err := s.ExtendIndex(t.Context(), []search.Extension{{IndexLag: lag, Through: 1}})
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			user := join(t, s)
			if outcomes, err := s.AppendMessages(t.Context(), []messenger.Message{draft(user, "word")}); err != nil || outcomes[0].Err != nil {
				t.Fatal(err, outcomes)
			}
			for _, statement := range append([]string{endless}, test.slowed...) {
				if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			err := test.call(t, s, search.IndexLag{ChatID: user.ChatID, LastSeq: 1}, user)
			if !errors.Is(err, search.ErrTooSlow) || !errs.Is(err, errs.Unavailable) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// Waiting for another transaction is not ErrTooSlow: the database is busy.
func TestExtendWaits(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	user := join(t, s)
	tx, err := s.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.ExtendIndex(t.Context(), []search.Extension{{IndexLag: search.IndexLag{ChatID: user.ChatID, LastSeq: 1}, Through: 1}})
	if errors.Is(err, search.ErrTooSlow) || !errs.Is(err, errs.Unavailable) {
		t.Errorf("the error is %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}
