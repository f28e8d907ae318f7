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
		return nil, s.beginError(err)
	}
	defer s.lastSeqs.release()
	committed := false
	defer func() {
		if !committed { // or it panicked
			s.lastSeqs.clear()
		}
	}()
	a := &batchAppend{ctx: ctx, uncancelled: context.WithoutCancel(ctx), lastSeqs: s.lastSeqs, chats: map[messenger.ID]*chatState{}}
	err = s.withWriter(ctx, func(writer *connection) error {
		a.writer = writer
		if err := writer.begin(ctx); err != nil {
			return s.beginError(writer.rollBack(a.uncancelled, err))
		}
		if appended, err = a.appendAll(batch); err != nil {
			return s.appendError(ctx, writer.rollBack(a.uncancelled, err))
		}
		if err := writer.commit(a.uncancelled); err != nil {
			return s.commitError(writer.rollBack(a.uncancelled, err))
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

// batchAppend is the state of one AppendMessages, within its transaction. ctx is checked
// between statements only, and the statements run with uncancelled: each takes a few
// microseconds, and the driver starts a goroutine for a context that can end.
type batchAppend struct {
	ctx, uncancelled context.Context
	writer           *connection
	lastSeqs         *lastSeqCache
	chats            map[messenger.ID]*chatState
}

// chatState is whether a chat exists, and its last seq before the batch and so far.
type chatState struct {
	exists       bool
	before, last int64
}

func (a *batchAppend) appendAll(batch []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, len(batch))
	insertion := newInsertion()
	for i := range batch {
		var err error
		if appended[i], err = a.appendOne(&batch[i], insertion); err != nil {
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

// appendOne stores a message. Only if nothing was inserted, it is checked why.
func (a *batchAppend) appendOne(message *messenger.Message, insertion *insertion) (messenger.AppendResult, error) {
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
		return a.rejected(message)
	}
	chat.last++
	return messenger.AppendResult{MessageID: message.ID, Seq: chat.last}, nil
}

func (a *batchAppend) chat(id messenger.ID) (*chatState, error) {
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

func (a *batchAppend) readLastSeq(id messenger.ID) (exists bool, last int64, err error) {
	var found sql.Null[int64]
	err = a.row(selectLastSeq, named(id[:]), &found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, 0, nil
	}
	return err == nil, found.V, err
}

// exec runs a statement and returns how many rows it changed.
func (a *batchAppend) exec(statement string, arguments []driver.NamedValue) (int64, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	result, err := a.writer.ExecContext(a.uncancelled, statement, arguments)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row reads the one row of a statement's result; without one the error is sql.ErrNoRows.
func (a *batchAppend) row(statement string, arguments []driver.NamedValue, targets ...sql.Scanner) error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	return a.writer.row(a.uncancelled, statement, arguments, targets...)
}
