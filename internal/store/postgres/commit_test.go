package postgres_test

import (
	"context"
	"errors"
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/testkit/await"
)

// refuseAtCommit makes the COMMIT of a transaction fail that has inserted the text "poison", and that of one
// that has inserted "too much", as where the disk is full.
const refuseAtCommit = `
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused at the commit'; END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (new.text = 'poison') EXECUTE FUNCTION refuse();
	CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
	CREATE CONSTRAINT TRIGGER fill AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (new.text = 'too much') EXECUTE FUNCTION fill()`

// AppendMessages returns an error and stores nothing where the commit fails, on the fast path
// and on the validated path.
func TestFailedCommitStoresNothing(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	if _, err := pool.Exec(t.Context(), refuseAtCommit); err != nil {
		t.Fatal(err)
	}
	user := member(t, store)
	first, unknownUser, unknownChat := message(user, "first"), message(user, "a unknownUser's"), message(user, "unknownChat")
	unknownUser.UserID, unknownChat.ChatID = messenger.NewID(), messenger.NewID()
	if _, err := store.AppendMessages(t.Context(), batch(first)); err != nil {
		t.Fatal(err)
	}
	for what, beside := range map[string][]messenger.Message{
		"alone": nil, "after a repeated message": batch(first), "behind a unknownUser's": batch(unknownUser), "after an unknown chat": batch(unknownChat),
	} {
		appended, err := store.AppendMessages(t.Context(), append(beside, message(user, "good"), message(user, "poison")))
		if err == nil {
			t.Errorf("%s: the batch was acknowledged with %+v", what, appended)
		}
	}
	stored, err := store.Messages(t.Context(), user.ChatID, 1<<62, 10, 1<<20)
	if err != nil || len(stored) != 1 || stored[0].ID != first.ID {
		t.Errorf("stored are %+v, %v, want the first message alone", stored, err)
	}
	if appended, err := store.AppendMessages(t.Context(), batch(message(user, "good"))); err != nil || appended[0].Seq != 2 {
		t.Errorf("the next message came to %+v, %v, want seq 2", appended, err)
	}
}

// The same where another transaction has locked a chat of the batch.
func TestFailedCommitBesideALockedChat(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	if _, err := pool.Exec(t.Context(), refuseAtCommit); err != nil {
		t.Fatal(err)
	}
	locked, free := member(t, store), member(t, store)
	locker, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locker.Rollback(t.Context()) //nolint:errcheck // its end is what counts
	if _, err := locker.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", locked.ChatID); err != nil {
		t.Fatal(err)
	}
	appended, err := store.AppendMessages(t.Context(), batch(message(locked, "locked"), message(free, "poison")))
	if err == nil && appended[1].Err == nil {
		t.Errorf("the message was acknowledged with %+v", appended[1])
	}
	stored, err := store.Messages(t.Context(), free.ChatID, 1<<62, 10, 1<<20)
	if err != nil || len(stored) > 0 {
		t.Errorf("stored are %+v, %v, want nothing", stored, err)
	}
}

// Where a chat of the batch was locked, the messages to the others are stored before it is
// its turn: that it fails then does not say that nothing is stored.
func TestFailureAfterOthersAreStored(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	if _, err := pool.Exec(t.Context(), refuseAtCommit); err != nil {
		t.Fatal(err)
	}
	locked, free := member(t, store), member(t, store)
	await.Until(t, "the locked chat is free before it is given up", func() bool {
		locker, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		unlock := func() { _ = locker.Rollback(context.WithoutCancel(t.Context())) } // its end is what counts
		defer unlock()
		if _, err := locker.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", locked.ChatID); err != nil {
			t.Fatal(err)
		}
		sent := message(free, "stored")
		ended := make(chan error, 1)
		go func() {
			_, err := store.AppendMessages(t.Context(), batch(message(locked, "too much"), sent))
			ended <- err
		}()
		await.Until(t, "the message to the free chat is stored", func() bool {
			stored, err := store.Messages(t.Context(), free.ChatID, 1<<62, 1, 1<<20)
			return err == nil && len(stored) == 1 && stored[0].ID == sent.ID
		})
		unlock()
		err = <-ended
		if err != nil && !errors.Is(err, messenger.ErrOutcomeUnknown) {
			t.Fatalf("the error is %v, want an unknown outcome", err)
		}
		return err != nil
	})
}
