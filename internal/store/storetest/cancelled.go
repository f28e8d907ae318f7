package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

func cancelTests() tests {
	return tests{
		"a cancelled batch is not stored, or its outcome is unknown": cancelAppends,
		"a cancelled join can be repeated":                           cancelJoins,
	}
}

// cancelAppends ends the context of batches at random times.
func cancelAppends(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	for i := range 40 {
		one, other := message(user, fmt.Sprint("key ", i), "one"), message(user, "", "other")
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(4*time.Millisecond))
		_, err := store.AppendMessages(ctx, []messenger.Message{one, other})
		cancel()
		if errors.Is(err, messenger.ErrOutcomeUnknown) {
			// A retry finds out whether it was stored.
			appendAll(t, store, one, other)
			err = nil
		}
		for _, sent := range []messenger.Message{one, other} {
			if found := contains(wholeLog(t, store, user.ChatID), sent.ID); found != (err == nil) {
				t.Fatalf("stored: %v, but the answer was: %v", found, err)
			}
		}
	}
	for i, m := range wholeLog(t, store, user.ChatID) {
		requireEqual(t, m.Seq, int64(i+1))
	}
}

// cancelJoins: a retry succeeds, whatever the first call did, so no lock remains.
func cancelJoins(t *testing.T, store messenger.Store) {
	chat, account := newChat(t, store), newAccount(t, store).ID
	for range 20 {
		user := userOf(chat, account, unique())
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(3*time.Millisecond))
		joined, err := store.JoinChat(ctx, user)
		cancel()
		if err == nil {
			requireEqual(t, joined, user)
		}
		requireEqual(t, join(t, store, user), user)
	}
}
