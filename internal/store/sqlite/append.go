package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// Writers implements messenger.Store: SQLite has one write lock.
func (s *Store) Writers() int { return 1 }

// AppendMessages implements messenger.Store.
func (s *Store) AppendMessages(ctx context.Context, batch []messenger.Message) ([]messenger.Appended, error) {
	if err := s.ends.acquire(ctx); err != nil {
		return nil, s.notBegun(err)
	}
	defer s.ends.release()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, s.notBegun(err)
	}
	// The transaction ends with ctx; its statements, each a few microseconds
	// long, need not be watched one by one.
	a := &appending{ctx: context.WithoutCancel(ctx), tx: tx, ends: s.ends, chats: map[messenger.ID]*chatEnd{}}
	appended, err := a.all(batch)
	if err != nil {
		s.ends.forget()
		return nil, s.notAppended(ctx, rollBack(tx, err))
	}
	if err := tx.Commit(); err != nil {
		s.ends.forget()
		return nil, s.notCommitted(err)
	}
	s.ends.learn(a.chats)
	return appended, nil
}

// appending is one batch on its way into the log, under the write lock.
type appending struct {
	ctx   context.Context
	tx    *sql.Tx
	ends  *knownEnds
	chats map[messenger.ID]*chatEnd
}

// chatEnd is where a chat's log ends, and ended before the batch.
type chatEnd struct {
	exists       bool
	before, last int64
}

func (a *appending) all(batch []messenger.Message) ([]messenger.Appended, error) {
	appended := make([]messenger.Appended, len(batch))
	for i := range batch {
		var err error
		if appended[i], err = a.one(&batch[i]); err != nil {
			return nil, err
		}
	}
	for id, chat := range a.chats {
		if chat.last == chat.before {
			continue
		}
		if _, err := a.tx.ExecContext(a.ctx, updateLastSeq, chat.last, id[:]); err != nil {
			return nil, err
		}
	}
	return appended, nil
}

// one stores a message. What the insert refuses is judged after it: the user
// first, then whether the message is stored already, perhaps by this batch.
func (a *appending) one(message *messenger.Message) (messenger.Appended, error) {
	chat, err := a.chat(message.ChatID)
	switch {
	case err != nil:
		return messenger.Appended{}, err
	case !chat.exists:
		return messenger.Appended{Err: errs.ErrChatNotFound}, nil
	}
	result, err := a.tx.ExecContext(a.ctx, insertMessage, chat.last+1, message.CreatedAt.UnixMicro(),
		message.ID[:], clientKey(message), message.Text, message.ChatID[:], message.UserID[:], message.AccountID[:])
	if err != nil {
		return messenger.Appended{}, err
	}
	inserted, err := result.RowsAffected()
	switch {
	case err != nil:
		return messenger.Appended{}, err
	case inserted == 0:
		return a.refused(message)
	}
	chat.last++
	return messenger.Appended{MessageID: message.ID, Seq: chat.last}, nil
}

func (a *appending) chat(id messenger.ID) (*chatEnd, error) {
	if chat, known := a.chats[id]; known {
		return chat, nil
	}
	chat := &chatEnd{exists: true}
	a.chats[id] = chat
	if last, known := a.ends.of(id); known {
		chat.before, chat.last = last, last
		return chat, nil
	}
	err := a.tx.QueryRowContext(a.ctx, selectLastSeq, id[:]).Scan(&chat.before)
	if errors.Is(err, sql.ErrNoRows) {
		chat.exists, err = false, nil
	}
	chat.last = chat.before
	return chat, err
}

// refused finds out why a message was not inserted.
func (a *appending) refused(message *messenger.Message) (messenger.Appended, error) {
	var isUser bool
	err := a.tx.QueryRowContext(a.ctx, selectIsUser, message.ChatID[:], message.UserID[:], message.AccountID[:]).Scan(&isUser)
	switch {
	case err != nil:
		return messenger.Appended{}, err
	case !isUser:
		return messenger.Appended{Err: errs.ErrUserNotFound}, nil
	}
	stored := messenger.Appended{Repeated: true}
	err = a.tx.QueryRowContext(a.ctx, selectStoredMessage,
		message.ID[:], message.ChatID[:], message.AccountID[:], clientKey(message)).Scan(blob{stored.MessageID[:]}, &stored.Seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNumberTaken
	}
	return stored, err
}

// errNumberTaken: the log has an event past the chat's last_seq.
var errNumberTaken = errors.New("the next number of the chat's log is taken")

// clientKey is NULL for a message without one.
func clientKey(message *messenger.Message) any {
	if message.ClientMessageID == "" {
		return nil
	}
	return message.ClientMessageID
}
