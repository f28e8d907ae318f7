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
	// Whoever writes waits, so that the database stays empty until it is full. A vacuum
	// in the background gives way after deadlock_timeout, a second.
	lockTables = `
		SET LOCAL lock_timeout = '10s'; LOCK TABLE accounts, sessions, chats, chat_users, events IN EXCLUSIVE MODE`
	selectHasData = `
		SELECT EXISTS (SELECT 1 FROM accounts WHERE account_id <> '00000000-0000-0000-0000-000000000001')
			OR EXISTS (SELECT 1 FROM sessions) OR EXISTS (SELECT 1 FROM chats) OR EXISTS (SELECT 1 FROM chat_users)
			OR EXISTS (SELECT 1 FROM events)`
	// Every database has the built-in account; only its times are taken over.
	loadAnonymous = `
		UPDATE accounts SET created_at = $2, disabled_at = $3 WHERE account_id = $1`
	// The planner would take the tables for empty until they are next analyzed.
	analyzeTables = `
		ANALYZE accounts, sessions, chats, chat_users, events`
)

// Load stores all that the reader gives, in one transaction: nothing of it stays
// where anything fails, or the process ends. The error is transfer.ErrNotEmpty
// where the database has data. It may take as long as it needs.
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

// copyTable copies the rows until there is no more, which a nil one says.
func copyTable(
	ctx context.Context, tx pgx.Tx, r *transfer.Reader, table transfer.Table, row func() ([]any, error),
) error {
	var first int64 // the line of the first row
	var unread error
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table.Name}, table.Columns, pgx.CopyFromFunc(func() ([]any, error) {
		var values []any
		if values, unread = row(); first == 0 {
			first = r.Line()
		}
		return values, unread
	}))
	switch {
	case unread != nil:
		return unread // the server says of it only that the copy was broken off
	case err != nil:
		return refused(err, first)
	}
	return nil
}

var copiedLine = regexp.MustCompile(`^COPY \w+, line (\d+)`)

// refused says in which line of the file a row was refused, where the server
// tells its number in the copy, which began at the line first.
func refused(err error, first int64) error {
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

// accountRow skips the built-in account, which is there already.
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
