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

// shortLockWait is how long a chat is waited for that was locked at the first look:
// longer than another batch takes.
const shortLockWait = 300 * time.Millisecond

// appendSkipLocked stores what may be stored of a batch in which some chat is locked, so
// that it fails nobody in another one: first all whose chats are free, then chat by
// chat the others. The messages of those that stay locked are answered with
// messenger.ErrBusy.
func appendSkipLocked(ctx context.Context, connection *pgx.Conn, messages []messenger.Message) ([]messenger.AppendResult, error) {
	appended := make([]messenger.AppendResult, len(messages))
	locked, err := appendFree(ctx, connection, messages, appended)
	if err != nil {
		return nil, err
	}
	for _, chat := range locked {
		places := placesOf(messages, func(of messenger.ID) bool { return of == chat })
		inChat, failure := appendValidated(ctx, connection, at(messages, places), shortLockWait)
		switch {
		case waitedInVain(failure):
			inChat = slices.Repeat([]messenger.AppendResult{
				{Err: errs.ErrServiceUnavailable.After(time.Second).WithCause(messenger.ErrBusy)},
			}, len(places))
		case failure != nil: // of this chat alone, and others are stored
			return nil, fmt.Errorf("%w: %w", messenger.ErrOutcomeUnknown, errs.ErrServiceUnavailable.WithCause(failure))
		}
		put(appended, places, inChat)
	}
	return appended, nil
}

// appendFree stores the messages whose chats nobody has locked, and returns the chats
// that others have.
func appendFree(
	ctx context.Context, connection *pgx.Conn, messages []messenger.Message, appended []messenger.AppendResult,
) (locked []messenger.ID, err error) {
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if locked, err = lockFree(ctx, tx, columnsOf(messages).chats); err != nil {
			return err
		}
		places := placesOf(messages, func(of messenger.ID) bool { return !slices.Contains(locked, of) })
		free := at(messages, places)
		columns := columnsOf(free)
		rows, err := tx.Query(ctx, validateAndInsert, columns.ofEvents()...)
		if err != nil {
			return err
		}
		defer rows.Close()
		validated, err := collectAppended(rows, free)
		if err == nil {
			put(appended, places, validated)
		}
		return err
	})
	return locked, err
}

// lockFree locks the chats that nobody has locked, and returns those that others have.
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

func placesOf(messages []messenger.Message, wanted func(chat messenger.ID) bool) (places []int) {
	for place := range messages {
		if wanted(messages[place].ChatID) {
			places = append(places, place)
		}
	}
	return places
}

func at(messages []messenger.Message, places []int) []messenger.Message {
	chosen := make([]messenger.Message, len(places))
	for i, place := range places {
		chosen[i] = messages[place]
	}
	return chosen
}

func put(appended []messenger.AppendResult, places []int, those []messenger.AppendResult) {
	for i, place := range places {
		appended[place] = those[i]
	}
}
