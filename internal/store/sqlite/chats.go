package sqlite

import (
	"context"

	"messenger-api/internal/messenger"
)

const (
	insertChat = `
		INSERT INTO chats (chat_id, chat_name, created_by, created_at) VALUES (?, ?, ?, ?)`
	selectChatExists = `
		SELECT EXISTS (SELECT 1 FROM chats WHERE chat_id = ?)`
	selectLastSeq = `
		SELECT last_seq FROM chats WHERE chat_id = ?`
	updateLastSeq = `
		UPDATE chats SET last_seq = ? WHERE chat_id = ?`
)

// CreateChat implements messenger.Store.
func (s *Store) CreateChat(ctx context.Context, chat messenger.Chat) error {
	_, err := s.write(ctx, insertChat, chat.ID[:], chat.Name, chat.CreatedBy[:], chat.CreatedAt.UnixMicro())
	return err
}

// ChatExists implements messenger.Store.
func (s *Store) ChatExists(ctx context.Context, chat messenger.ID) (exists bool, err error) {
	ctx, cancel := readContext(ctx)
	defer cancel()
	err = s.readers.QueryRowContext(ctx, selectChatExists, chat[:]).Scan(&exists)
	return exists, s.failure(err)
}
