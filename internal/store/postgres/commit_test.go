package postgres_test

import (
	"testing"

	"messenger-api/internal/messenger"
)

// refuseAtCommit makes the COMMIT of a transaction fail that has inserted the text "poison".
const refuseAtCommit = `
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused at the commit'; END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (new.text = 'poison') EXECUTE FUNCTION refuse()`

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
