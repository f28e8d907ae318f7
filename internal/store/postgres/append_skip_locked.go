package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	lockFreeChats = `
		SELECT chat_id FROM chats WHERE chat_id = ANY($1) ORDER BY chat_id FOR NO KEY UPDATE SKIP LOCKED`
	selectChats = `
		SELECT chat_id FROM chats WHERE chat_id = ANY($1)`
	limitLockWait = `
		SELECT set_config('lock_timeout', $1, true)`
)

// shortLockWait is the lock timeout for a chat that SKIP LOCKED has skipped. It is longer
// than another batch holds a lock.
const shortLockWait = 300 * time.Millisecond

// appendSkipLocked stores a batch in which some chats may be locked, so that a locked chat
// does not fail the messages of the others: first, together, the messages of all chats that
// are not locked, then the others chat by chat. The messages of a chat that stays locked
// get messenger.ErrBusy.
func appendSkipLocked(ctx context.Context, connection *pgx.Conn, messages []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, len(messages))
	locked, err := appendFree(ctx, connection, messages, appended)
	if err != nil {
		return nil, err
	}
	for _, chat := range locked {
		indexes := indexesOf(messages, func(of messenger.ID) bool { return of == chat })
		inChat, failure := appendValidated(ctx, connection, messagesAt(messages, indexes), shortLockWait)
		switch {
		case isLockFailure(failure):
			inChat = slices.Repeat([]messenger.AppendResult{
				{Err: errs.ErrServiceUnavailable.After(time.Second).WithCause(messenger.ErrBusy)},
			}, len(indexes))
		case failure != nil: // other chats of the batch are stored already
			return nil, fmt.Errorf("%w: %w", messenger.ErrOutcomeUnknown, errs.ErrServiceUnavailable.WithCause(failure))
		}
		setResults(appended, indexes, inChat)
	}
	return appended, nil
}

// appendFree stores the messages of the chats that are not locked, and returns the locked
// chats.
func appendFree(
	ctx context.Context, connection *pgx.Conn, messages []messenger.Message, appended []messenger.AppendResult,
) (locked []messenger.ID, err error) {
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if locked, err = lockFree(ctx, tx, columnsOf(messages).chats); err != nil {
			return err
		}
		indexes := indexesOf(messages, func(of messenger.ID) bool { return !slices.Contains(locked, of) })
		free := messagesAt(messages, indexes)
		columns := columnsOf(free)
		rows, err := tx.Query(ctx, validateAndInsert, columns.ofEvents()...)
		if err != nil {
			return err
		}
		defer rows.Close()
		validated, err := collectAppended(rows, free)
		if err == nil {
			setResults(appended, indexes, validated)
		}
		return err
	})
	return locked, err
}

// lockFree locks the chats that are not locked, and returns those that are.
func lockFree(ctx context.Context, tx pgx.Tx, chats ids) (locked []messenger.ID, err error) {
	free, err := chatIDs(tx.Query(ctx, lockFreeChats, chats))
	if err != nil {
		return nil, err
	}
	all, err := chatIDs(tx.Query(ctx, selectChats, chats))
	return slices.DeleteFunc(all, func(chat messenger.ID) bool { return slices.Contains(free, chat) }), err
}

func chatIDs(rows pgx.Rows, err error) ([]messenger.ID, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[messenger.ID])
}

func indexesOf(messages []messenger.Message, wanted func(chat messenger.ID) bool) (indexes []int) {
	for i := range messages {
		if wanted(messages[i].ChatID) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

func messagesAt(messages []messenger.Message, indexes []int) []messenger.Message {
	selected := make([]messenger.Message, len(indexes))
	for i, index := range indexes {
		selected[i] = messages[index]
	}
	return selected
}

// setResults stores the results of the messages at the indexes.
func setResults(appended []messenger.AppendResult, indexes []int, results []messenger.AppendResult) {
	for i, index := range indexes {
		appended[index] = results[i]
	}
}
