package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	selectUserByName = `
		SELECT user_id, account_id, created_at FROM chat_users WHERE chat_id = ? AND user_name = ?`
	selectIsUser = `
		SELECT EXISTS (SELECT 1 FROM chat_users WHERE chat_id = ? AND user_id = ? AND account_id = ?)`
	insertUser = `
		INSERT INTO chat_users (chat_id, user_id, account_id, user_name, created_at) VALUES (?, ?, ?, ?, ?)`
)

// JoinChat implements messenger.Store. The database's write lock takes the place of a lock of the
// chat.
func (s *Store) JoinChat(ctx context.Context, user messenger.User) (messenger.User, error) {
	joined := user
	err := s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var exists bool
		err := tx.QueryRowContext(ctx, selectChatExists, user.ChatID[:]).Scan(&exists)
		switch {
		case err != nil:
			return err
		case !exists:
			return errs.ErrChatNotFound
		}
		err = tx.QueryRowContext(ctx, selectUserByName, user.ChatID[:], user.Name).
			Scan(blob{joined.ID[:]}, blob{joined.AccountID[:]}, moment{&joined.CreatedAt})
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.ExecContext(ctx, insertUser,
				user.ChatID[:], user.ID[:], user.AccountID[:], user.Name, user.CreatedAt.UnixMicro())
		}
		return err
	})
	return joined, err
}

// UserByName implements messenger.Store.
func (s *Store) UserByName(ctx context.Context, chat messenger.ID, name string) (user messenger.User, found bool, err error) {
	user.ChatID, user.Name = chat, name
	err = s.readers.QueryRowContext(ctx, selectUserByName, chat[:], name).
		Scan(blob{user.ID[:]}, blob{user.AccountID[:]}, moment{&user.CreatedAt})
	if errors.Is(err, sql.ErrNoRows) {
		return user, false, nil
	}
	return user, err == nil, s.failure(err)
}
