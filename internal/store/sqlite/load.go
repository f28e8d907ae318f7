package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"messenger-api/internal/messenger"
	"messenger-api/internal/transfer"
)

const (
	selectHasData = `
		SELECT EXISTS (SELECT 1 FROM accounts WHERE account_id <> x'00000000000000000000000000000001')
			OR EXISTS (SELECT 1 FROM sessions) OR EXISTS (SELECT 1 FROM chats) OR EXISTS (SELECT 1 FROM chat_users)
			OR EXISTS (SELECT 1 FROM events)`
	// Every database has the built-in account; only its times are imported.
	loadAnonymous = `
		UPDATE accounts SET created_at = ?, disabled_at = ? WHERE account_id = ?`
	loadAccount = `
		INSERT INTO accounts (account_id, user_name, password_hash, created_at, disabled_at) VALUES (?, ?, ?, ?, ?)`
	loadSession = `
		INSERT INTO sessions (token_hash, session_id, account_id, created_at, expires_at, logged_out_at, address, user_agent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	loadChat = `
		INSERT INTO chats (chat_id, chat_name, created_by, created_at, last_seq) VALUES (?, ?, ?, ?, ?)`
	loadUser = `
		INSERT INTO chat_users (chat_id, user_id, account_id, user_name, created_at) VALUES (?, ?, ?, ?, ?)`
	loadEvent = `
		INSERT INTO events (chat_id, seq, kind, created_at, account_id, user_id, message_id, client_message_id, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// Load stores all rows of the reader in one transaction, without a time limit. The error is
// transfer.ErrNotEmpty where the database has data.
func (s *Store) Load(ctx context.Context, r *transfer.Reader) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := load(ctx, tx, r); err != nil {
		return rollBack(tx, err)
	}
	return tx.Commit()
}

func load(ctx context.Context, tx *sql.Tx, r *transfer.Reader) error {
	var hasData bool
	if err := tx.QueryRowContext(ctx, selectHasData).Scan(&hasData); err != nil {
		return fmt.Errorf("look whether the database is empty: %w", err)
	}
	if hasData {
		return transfer.ErrNotEmpty
	}
	for _, table := range []func(context.Context, *sql.Tx, *transfer.Reader) (bool, error){
		loadOneAccount, loadOneSession, loadOneChat, loadOneUser, loadOneEvent,
	} {
		for more := true; more; {
			var err error
			if more, err = table(ctx, tx, r); err != nil {
				return err
			}
		}
	}
	return r.Close()
}

// insert stores the row that was read last; its line is added to an error.
func insert(ctx context.Context, tx *sql.Tx, r *transfer.Reader, statement string, arguments ...any) (bool, error) {
	if _, err := tx.ExecContext(ctx, statement, arguments...); err != nil {
		return false, fmt.Errorf("line %d: refused by the database: %w", r.Line(), err)
	}
	return true, nil
}

func loadOneAccount(ctx context.Context, tx *sql.Tx, r *transfer.Reader) (bool, error) {
	a, more, err := r.Account()
	if err != nil || !more {
		return false, err
	}
	if a.ID == messenger.AnonymousAccount.ID {
		return insert(ctx, tx, r, loadAnonymous, a.CreatedAt.UnixMicro(), timeOrNull(a.DisabledAt), a.ID[:])
	}
	return insert(ctx, tx, r, loadAccount, a.ID[:], a.Name, a.PasswordHash, a.CreatedAt.UnixMicro(), timeOrNull(a.DisabledAt))
}

func loadOneSession(ctx context.Context, tx *sql.Tx, r *transfer.Reader) (bool, error) {
	s, more, err := r.Session()
	if err != nil || !more {
		return false, err
	}
	return insert(ctx, tx, r, loadSession, s.Hash[:], s.ID[:], s.AccountID[:], s.CreatedAt.UnixMicro(), s.ExpiresAt.UnixMicro(),
		timeOrNull(s.LoggedOutAt), s.Address, s.UserAgent)
}

func loadOneChat(ctx context.Context, tx *sql.Tx, r *transfer.Reader) (bool, error) {
	c, more, err := r.Chat()
	if err != nil || !more {
		return false, err
	}
	return insert(ctx, tx, r, loadChat, c.ID[:], c.Name, c.CreatedBy[:], c.CreatedAt.UnixMicro(), c.LastSeq)
}

func loadOneUser(ctx context.Context, tx *sql.Tx, r *transfer.Reader) (bool, error) {
	u, more, err := r.User()
	if err != nil || !more {
		return false, err
	}
	return insert(ctx, tx, r, loadUser, u.ChatID[:], u.ID[:], u.AccountID[:], u.Name, u.CreatedAt.UnixMicro())
}

func loadOneEvent(ctx context.Context, tx *sql.Tx, r *transfer.Reader) (bool, error) {
	e, more, err := r.Event()
	if err != nil || !more {
		return false, err
	}
	return insert(ctx, tx, r, loadEvent, e.ChatID[:], e.Seq, e.Kind, e.CreatedAt.UnixMicro(), e.AccountID[:],
		idOrNull(e.UserID), idOrNull(e.MessageID), e.ClientMessageID, e.Text)
}
