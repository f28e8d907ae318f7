package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

const (
	logWriters = 8
	logBatches = 25
	logKeys    = 60
)

// logWhileManyWrite appends to few chats through both stores, with repeats and invalid messages,
// while readers read the pages. The logs have neither gaps nor duplicates, all repeats get the same
// result, and no reader misses a message.
func logWhileManyWrite(t *testing.T, a, b messenger.Store) {
	stores := []messenger.Store{a, b}
	var chats []messenger.ID
	var users []messenger.User
	accounts := []messenger.ID{newAccount(t, a).ID, newAccount(t, b).ID}
	for range 2 {
		chat := newChat(t, a)
		chats = append(chats, chat)
		for _, account := range accounts {
			users = append(users, newUser(t, a, chat, account), newUser(t, b, chat, account))
		}
	}
	answers := newLedger()
	written := make(chan struct{})
	var writers, readers sync.WaitGroup
	for i := range logWriters {
		writers.Go(func() { writeLog(t, stores[i%2], users, answers) })
	}
	for i, chat := range chats {
		readers.Go(func() { readLog(t, stores[i%2], chat, answers, written) })
	}
	writers.Wait()
	close(written)
	readers.Wait()
	for _, chat := range chats {
		log := wholeLog(t, a, chat)
		requireEqual(t, wholeLog(t, b, chat), log)
		requireNoGaps(t, log)
		answers.requireSame(t, chat, log)
	}
}

func writeLog(t *testing.T, store messenger.Store, users []messenger.User, answers *ledger) {
	var sent []messenger.Message
	for range logBatches {
		var batch []messenger.Message
		for range 1 + rand.N(8) {
			batch = add(batch, randomMessage(users, sent))
		}
		sent = append(sent, batch...)
		appended, err := appendWithRetry(t.Context(), store, batch)
		if err != nil {
			t.Errorf("unexpected error: %v", err)
			return
		}
		for i := range batch {
			answers.add(t, batch[i], appended[i])
		}
	}
}

// randomMessage is a new message, one with a key that others use too, an earlier one, or an invalid
// one.
func randomMessage(users []messenger.User, sent []messenger.Message) messenger.Message {
	user := users[rand.N(len(users))]
	switch choice := rand.N(10); {
	case choice < 4:
		return message(user, "", unique())
	case choice < 8 || len(sent) == 0:
		return message(user, fmt.Sprint("key ", rand.N(logKeys)), unique())
	case choice < 9:
		return sent[rand.N(len(sent))]
	}
	user.ID = messenger.NewID()
	return message(user, fmt.Sprint("key ", rand.N(logKeys)), unknownUsersText)
}

const unknownUsersText = "from nobody"

// appendWithRetry retries messages that failed for a lock, as the domain does, a limited number of
// times.
func appendWithRetry(ctx context.Context, store messenger.Store, batch []messenger.Message) ([]messenger.AppendResult, error) {
	appended, err := store.AppendMessages(ctx, batch)
	for tries := 1; tries < 4 && (errors.Is(err, messenger.ErrBusy) || slices.ContainsFunc(appended, isBusy)); tries++ {
		appended, err = store.AppendMessages(ctx, batch)
	}
	return appended, err
}

func isBusy(one messenger.AppendResult) bool { return errors.Is(one.Err, messenger.ErrBusy) }

// readLog reads the pages of a chat from its end to its start, repeatedly until all is written, and
// once after that.
func readLog(t *testing.T, store messenger.Store, chat messenger.ID, answers *ledger, written <-chan struct{}) {
	for last := false; !last; {
		select {
		case <-written:
			last = true
		default:
		}
		known := answers.known(chat)
		read, err := readPages(t.Context(), store, messenger.LatestCursor(chat), 1+rand.N(40))
		if err != nil {
			t.Errorf("read a page: %v", err)
			return
		}
		for i, m := range read {
			// Newest first and without a gap, down to the first message.
			if want := int64(len(read) - i); m.Seq != want {
				t.Errorf("a reader of %d messages got seq %d in place of %d", len(read), m.Seq, want)
				return
			}
			delete(known, m.ID)
		}
		if len(known) > 0 {
			t.Errorf("a reader missed %d messages that were answered before it began", len(known))
			return
		}
	}
}

// isRefusal reports whether the message was invalid, and checks that it was refused.
func isRefusal(sent messenger.Message, answer messenger.AppendResult) bool {
	return sent.Text == unknownUsersText && errors.Is(answer.Err, errs.ErrUserNotFound)
}
