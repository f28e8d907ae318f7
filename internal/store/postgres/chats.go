package postgres

import (
	"context"

	"messenger-api/internal/messenger"
)

const (
	insertChat = `
		INSERT INTO chats (chat_id, chat_name, created_by, created_at) VALUES ($1, $2, $3, $4)`
	selectChatExists = `
		SELECT EXISTS (SELECT FROM chats WHERE chat_id = $1)`
	// The events and the users of a chat change only under this lock. Chats are locked in the
	// order of their ids; the one exception, and what happens then, is at advanceChats.
	lockChats = `
		SELECT chat_id FROM chats WHERE chat_id = ANY($1) ORDER BY chat_id FOR NO KEY UPDATE`
)

// CreateChat implements messenger.Store.
func (s *Store) CreateChat(ctx context.Context, chat messenger.Chat) error {
	_, err := s.pool.Exec(ctx, insertChat, chat.ID, chat.Name, chat.CreatedBy, chat.CreatedAt)
	return s.failure(err)
}

// ChatExists implements messenger.Store.
func (s *Store) ChatExists(ctx context.Context, chat messenger.ID) (exists bool, err error) {
	err = s.pool.QueryRow(ctx, selectChatExists, chat).Scan(&exists)
	return exists, s.failure(err)
}
