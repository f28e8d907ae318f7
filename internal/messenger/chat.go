package messenger

import (
	"context"
	"fmt"
	"time"

	"messenger-api/internal/errs"
)

// Chat is a log of events. LastSeq is the sequence number of its newest event, 0 while
// it is empty.
type Chat struct {
	ID        ID
	Name      string
	CreatedBy ID
	CreatedAt time.Time
	LastSeq   int64
}

// User is a name that an account takes in one chat.
type User struct {
	ID        ID
	ChatID    ID
	AccountID ID
	Name      string
	CreatedAt time.Time
}

// CreateChat makes a chat without users. Errors: bad-parameters.
func (s *Service) CreateChat(ctx context.Context, account ID, name string) (ID, error) {
	name, err := cleanNewName("chat_name", name)
	if err != nil {
		return ID{}, err
	}
	chat := Chat{ID: NewID(), Name: name, CreatedBy: account, CreatedAt: s.now()}
	return chat.ID, s.store.CreateChat(ctx, chat)
}

// JoinChat returns the account's user of that name in the chat, and creates it where
// there is none. Errors: chat-not-found, bad-parameters,
// user-already-exists (another account has the name in this chat).
func (s *Service) JoinChat(ctx context.Context, account, chat ID, name string) (ID, error) {
	name, err := cleanName("user_name", name)
	if err != nil {
		return ID{}, s.ChatErrorOr(ctx, chat, err)
	}
	if err := checkNewName("user_name", name); err != nil {
		return s.existingUser(ctx, account, chat, name, err)
	}
	user, err := s.store.JoinChat(ctx, User{ID: NewID(), ChatID: chat, AccountID: account, Name: name, CreatedAt: s.now()})
	if err != nil {
		return ID{}, err
	}
	if user.AccountID != account {
		return ID{}, errs.ErrUserAlreadyExists
	}
	return user.ID, nil
}

// existingUser gives the account the user that it has under a name that no new one may have;
// bad says why not.
func (s *Service) existingUser(ctx context.Context, account, chat ID, name string, bad error) (ID, error) {
	user, found, err := s.store.UserByName(ctx, chat, name)
	switch {
	case err != nil:
		return ID{}, fmt.Errorf("look for the user: %w", err)
	case !found:
		return ID{}, s.ChatErrorOr(ctx, chat, bad)
	case user.AccountID != account:
		return ID{}, errs.ErrUserAlreadyExists
	}
	return user.ID, nil
}

// ChatErrorOr returns the error to answer a bad request about a chat with: bad, unless
// the chat does not exist. The contract has the chat checked first, and then the answer
// is chat-not-found.
func (s *Service) ChatErrorOr(ctx context.Context, chat ID, bad error) error {
	exists, err := s.store.ChatExists(ctx, chat)
	switch {
	case err != nil:
		return fmt.Errorf("look for the chat: %w", err)
	case !exists:
		return errs.ErrChatNotFound
	}
	return bad
}
