package storetest

import (
	"fmt"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// sameMessageTwice appends each message through both stores concurrently, like a client that retries
// without waiting: it is stored once, and leaves no gap.
func sameMessageTwice(t *testing.T, a, b messenger.Store) {
	const rounds = 60
	user := newMember(t, a)
	for round := range rounds {
		first := message(user, fmt.Sprint("key ", round), "first")
		second := first
		if round%2 == 0 {
			// By its key only: a retry by the client, with a new id.
			second = message(user, first.ClientMessageID, "second")
		}
		batches := [][]messenger.Message{
			{first}, {message(user, "", "before"), second}, {message(user, "", "beside")}, {second, message(user, "", "after")},
		}
		answers := make([][]messenger.AppendResult, len(batches))
		concurrently(len(batches), func(i int) {
			var err error
			if answers[i], err = appendWithRetry(t.Context(), []messenger.Store{a, b}[i%2], batches[i]); err != nil {
				t.Errorf("unexpected error: %v", err)
			}
		})
		if t.Failed() {
			return
		}
		requireOneStored(t, answers[0][0], answers[1][1], answers[3][0])
	}
	log := wholeLog(t, b, user.ChatID)
	requireEqual(t, len(log), 4*rounds)
	requireNoGaps(t, log)
}

func requireOneStored(t *testing.T, answers ...messenger.AppendResult) {
	t.Helper()
	fresh := 0
	for _, answer := range answers {
		if !answer.Repeated {
			fresh++
		}
		answer.Repeated = answers[0].Repeated
		requireEqual(t, answer, answers[0])
	}
	requireEqual(t, fresh, 1)
}

// requireNoGaps checks that the seqs of a log, oldest first, are 1, 2, 3 ….
func requireNoGaps(t tester, log []messenger.Message) {
	t.Helper()
	for i, m := range log {
		if m.Seq != int64(i+1) {
			t.Fatalf("message %d of %d has seq %d", i+1, len(log), m.Seq)
		}
	}
}

// sameNameTwice lets eight accounts join under one name, alternately through both stores.
func sameNameTwice(t *testing.T, a, b messenger.Store) {
	for range 10 {
		chat := newChat(t, a)
		var candidates [8]messenger.User
		for i := range candidates {
			candidates[i] = userOf(chat, newAccount(t, b).ID, "name")
		}
		requireOneWinner(t, candidates[:], func(i int) messenger.Store { return []messenger.Store{a, b}[i%2] })
	}
}

// readByOther: each store reads at once what the other one has committed.
func readByOther(t *testing.T, a, b messenger.Store) {
	account := newAccount(t, a)
	requireAccount(t, b, account)
	session := openSession(t, a, account)
	requireSession(t, b, session, time.Time{})
	requireEqual(t, end(t, b, account.ID, session.ID, moment(time.Minute)), true)
	requireSession(t, a, session, moment(time.Minute))
	chat := newChat(t, a)
	requireChat(t, b, chat, true)
	user := newUser(t, a, chat, account.ID)
	first, second := message(user, "key", "first"), message(user, "", "second")
	requireAppended(t, appendAll(t, b, first), stored(first, 1))
	requireAppended(t, appendAll(t, a, message(user, "key", "x"), second), repeated(first, 1), stored(second, 2))
	requireLog(t, b, chat, first, second)
}
