package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

// AppendMessages implements messenger.Store.
func (s *Store) AppendMessages(ctx context.Context, batch []messenger.Message) (appended []messenger.AppendResult, err error) {
	if err := s.lastSeqs.acquire(ctx); err != nil {
		return nil, s.notBegun(err)
	}
	defer s.lastSeqs.release()
	committed := false
	defer func() {
		if !committed { // or it panicked
			s.lastSeqs.clear()
		}
	}()
	a := &appending{ctx: ctx, unwatched: context.WithoutCancel(ctx), lastSeqs: s.lastSeqs, chats: map[messenger.ID]*chatState{}}
	err = s.onWriter(ctx, func(writer *connection) error {
		a.writer = writer
		if err := writer.begin(ctx); err != nil {
			return s.notBegun(writer.rollBack(a.unwatched, err))
		}
		if appended, err = a.all(batch); err != nil {
			return s.notAppended(ctx, writer.rollBack(a.unwatched, err))
		}
		if err := writer.commit(a.unwatched); err != nil {
			return s.notCommitted(writer.rollBack(a.unwatched, err))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	committed = true
	s.lastSeqs.put(a.chats)
	return appended, nil
}

// appending is one batch on its way into the log, under the write lock. It ends
// with ctx, between statements: they take a few microseconds each, and need not be
// watched one by one.
type appending struct {
	ctx, unwatched context.Context
	writer         *connection
	lastSeqs       *lastSeqCache
	chats          map[messenger.ID]*chatState
}

// chatState is whether a chat exists, and its last seq before the batch and now.
type chatState struct {
	exists       bool
	before, last int64
}

func (a *appending) all(batch []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, len(batch))
	insertion := newInsertion()
	for i := range batch {
		var err error
		if appended[i], err = a.one(&batch[i], insertion); err != nil {
			return nil, err
		}
	}
	for id, chat := range a.chats {
		if chat.last == chat.before {
			continue
		}
		if _, err := a.exec(updateLastSeq, named(chat.last, id[:])); err != nil {
			return nil, err
		}
	}
	return appended, a.ctx.Err()
}

// one stores a message. What the insert refuses is judged after it: the user
// first, then whether the message is stored already, perhaps by this batch.
func (a *appending) one(message *messenger.Message, insertion *insertion) (messenger.AppendResult, error) {
	chat, err := a.chat(message.ChatID)
	switch {
	case err != nil:
		return messenger.AppendResult{}, err
	case !chat.exists:
		return messenger.AppendResult{Err: errs.ErrChatNotFound}, nil
	}
	inserted, err := a.exec(insertMessage, insertion.of(message, chat.last+1))
	switch {
	case err != nil:
		return messenger.AppendResult{}, err
	case inserted == 0:
		return a.refused(message)
	}
	chat.last++
	return messenger.AppendResult{MessageID: message.ID, Seq: chat.last}, nil
}

func (a *appending) chat(id messenger.ID) (*chatState, error) {
	if chat, known := a.chats[id]; known {
		return chat, nil
	}
	chat := &chatState{exists: true}
	a.chats[id] = chat
	if last, known := a.lastSeqs.get(id); known {
		chat.before, chat.last = last, last
		return chat, nil
	}
	exists, last, err := a.readLastSeq(id)
	*chat = chatState{exists: exists, before: last, last: last}
	return chat, err
}

// readLastSeq asks the database.
func (a *appending) readLastSeq(id messenger.ID) (exists bool, last int64, err error) {
	var found sql.Null[int64]
	err = a.row(selectLastSeq, named(id[:]), &found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, 0, nil
	}
	return err == nil, found.V, err
}

// exec runs a statement and returns how many rows it changed.
func (a *appending) exec(statement string, arguments []driver.NamedValue) (int64, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	result, err := a.writer.ExecContext(a.unwatched, statement, arguments)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row reads the one row that a statement gives, or sql.ErrNoRows.
func (a *appending) row(statement string, arguments []driver.NamedValue, targets ...sql.Scanner) error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	return a.writer.row(a.unwatched, statement, arguments, targets...)
}
