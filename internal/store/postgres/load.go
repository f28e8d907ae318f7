package postgres

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"messenger-api/internal/messenger"
	"messenger-api/internal/transfer"
)

const (
	// Writers wait, so that the database stays empty until the import is committed. An
	// autovacuum that holds a table is cancelled by the server after deadlock_timeout, a second.
	lockTables = `
		SET LOCAL lock_timeout = '10s'; LOCK TABLE accounts, sessions, chats, chat_users, events IN EXCLUSIVE MODE`
	selectHasData = `
		SELECT EXISTS (SELECT 1 FROM accounts WHERE account_id <> '00000000-0000-0000-0000-000000000001')
			OR EXISTS (SELECT 1 FROM sessions) OR EXISTS (SELECT 1 FROM chats) OR EXISTS (SELECT 1 FROM chat_users)
			OR EXISTS (SELECT 1 FROM events)`
	// Every database has the built-in account; only its times are imported.
	loadAnonymous = `
		UPDATE accounts SET created_at = $2, disabled_at = $3 WHERE account_id = $1`
	// Until the next autovacuum the planner would assume that the tables are empty.
	analyzeTables = `
		ANALYZE accounts, sessions, chats, chat_users, events`
)

// Load stores all rows of the reader in one transaction, without a time limit. The error is
// transfer.ErrNotEmpty where the database has data.
func (s *Store) Load(ctx context.Context, r *transfer.Reader) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, withoutDeadline, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lockTables, pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("lock the tables: %w", err)
		}
		var hasData bool
		if err := tx.QueryRow(ctx, selectHasData).Scan(&hasData); err != nil {
			return fmt.Errorf("look whether the database is empty: %w", err)
		}
		if hasData {
			return transfer.ErrNotEmpty
		}
		if err := load(ctx, tx, r); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, analyzeTables)
		return err
	})
}

func load(ctx context.Context, tx pgx.Tx, r *transfer.Reader) error {
	var anonymous messenger.Account
	rows := map[string]func() ([]any, error){
		"accounts":   func() ([]any, error) { return accountRow(r, &anonymous) },
		"sessions":   func() ([]any, error) { return sessionRow(r) },
		"chats":      func() ([]any, error) { return chatRow(r) },
		"chat_users": func() ([]any, error) { return userRow(r) },
		"events":     func() ([]any, error) { return eventRow(r) },
	}
	for _, table := range transfer.Tables {
		if err := copyTable(ctx, tx, r, table, rows[table.Name]); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, loadAnonymous, anonymous.ID, anonymous.CreatedAt, timeOrNull(anonymous.DisabledAt))
	return errors.Join(err, r.Close())
}

// copyTable copies the rows that row returns, until it returns nil.
func copyTable(
	ctx context.Context, tx pgx.Tx, r *transfer.Reader, table transfer.Table, row func() ([]any, error),
) error {
	var first int64 // the line of the first row
	var readErr error
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table.Name}, table.Columns, pgx.CopyFromFunc(func() ([]any, error) {
		var values []any
		if values, readErr = row(); first == 0 {
			first = r.Line()
		}
		return values, readErr
	}))
	switch {
	case readErr != nil:
		return readErr // err says only that the copy was cancelled
	case err != nil:
		return withLine(err, first)
	}
	return nil
}

var copiedLine = regexp.MustCompile(`^COPY \w+, line (\d+)`)

// withLine adds the line of the file to the error of a COPY whose first row is in the line
// first, where the server tells which row it refused.
func withLine(err error, first int64) error {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		if found := copiedLine.FindStringSubmatch(refusal.Where); found != nil {
			if number, failure := strconv.ParseInt(found[1], 10, 64); failure == nil {
				return fmt.Errorf("line %d: refused by the database: %w", first+number-1, err)
			}
		}
	}
	return err
}

// accountRow skips the built-in account, which every database has, and stores it in anonymous.
func accountRow(r *transfer.Reader, anonymous *messenger.Account) ([]any, error) {
	a, more, err := r.Account()
	if err == nil && more && a.ID == messenger.AnonymousAccount.ID {
		*anonymous = a
		a, more, err = r.Account()
	}
	if err != nil || !more {
		return nil, err
	}
	return []any{[16]byte(a.ID), a.Name, a.PasswordHash, a.CreatedAt, timeOrNull(a.DisabledAt)}, nil
}

func sessionRow(r *transfer.Reader) ([]any, error) {
	s, more, err := r.Session()
	if err != nil || !more {
		return nil, err
	}
	return []any{s.Hash[:], [16]byte(s.ID), [16]byte(s.AccountID), s.CreatedAt, s.ExpiresAt, timeOrNull(s.LoggedOutAt), s.Address, s.UserAgent}, nil
}

func chatRow(r *transfer.Reader) ([]any, error) {
	c, more, err := r.Chat()
	if err != nil || !more {
		return nil, err
	}
	return []any{[16]byte(c.ID), c.Name, [16]byte(c.CreatedBy), c.CreatedAt, c.LastSeq}, nil
}

func userRow(r *transfer.Reader) ([]any, error) {
	u, more, err := r.User()
	if err != nil || !more {
		return nil, err
	}
	return []any{[16]byte(u.ChatID), [16]byte(u.ID), [16]byte(u.AccountID), u.Name, u.CreatedAt}, nil
}

func eventRow(r *transfer.Reader) ([]any, error) {
	e, more, err := r.Event()
	if err != nil || !more {
		return nil, err
	}
	return []any{
		[16]byte(e.ChatID), e.Seq, e.Kind, e.CreatedAt, [16]byte(e.AccountID), idOrNull(e.UserID), idOrNull(e.MessageID),
		e.ClientMessageID, e.Text,
	}, nil
}
