package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	selectUserByName = `
		SELECT user_id, chat_id, account_id, user_name, created_at
		FROM chat_users WHERE chat_id = $1 AND user_name = $2`
	insertUser = `
		INSERT INTO chat_users (chat_id, user_id, account_id, user_name, created_at) VALUES ($1, $2, $3, $4, $5)`
)

// JoinChat implements messenger.Store.
func (s *Store) JoinChat(ctx context.Context, user messenger.User) (messenger.User, error) {
	joined := user
	err := s.inTransaction(ctx, func(tx pgx.Tx) error {
		locked, err := tx.Exec(ctx, lockChats, [][16]byte{user.ChatID})
		switch {
		case err != nil:
			return err
		case locked.RowsAffected() == 0:
			return errs.ErrChatNotFound
		}
		err = tx.QueryRow(ctx, selectUserByName, user.ChatID, user.Name).
			Scan(&joined.ID, &joined.ChatID, &joined.AccountID, &joined.Name, &joined.CreatedAt)
		if errors.Is(err, pgx.ErrNoRows) {
			joined = user
			_, err = tx.Exec(ctx, insertUser, user.ChatID, user.ID, user.AccountID, user.Name, user.CreatedAt)
		}
		return err
	})
	joined.CreatedAt = joined.CreatedAt.UTC()
	return joined, err
}

// UserByName implements messenger.Store.
func (s *Store) UserByName(ctx context.Context, chat messenger.ID, name string) (user messenger.User, found bool, err error) {
	err = s.pool.QueryRow(ctx, selectUserByName, chat, name).
		Scan(&user.ID, &user.ChatID, &user.AccountID, &user.Name, &user.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return user, false, nil
	}
	user.CreatedAt = user.CreatedAt.UTC()
	return user, err == nil, s.failure(err)
}
