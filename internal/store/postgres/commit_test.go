package postgres_test

import (
	"testing"

	"messenger-api/internal/messenger"
)

// refuseAtCommit makes the database refuse a transaction that stored a text "poison",
// and not before its end.
const refuseAtCommit = `
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused at the commit'; END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (new.text = 'poison') EXECUTE FUNCTION refuse()`

// A batch whose commit fails is an error and stores nothing, whether all of it was in
// order, or a part of it had to be refused or answered as a repeat first.
func TestFailedCommitStoresNothing(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	if _, err := pool.Exec(t.Context(), refuseAtCommit); err != nil {
		t.Fatal(err)
	}
	user := member(t, store)
	first, stranger, nowhere := message(user, "first"), message(user, "a stranger's"), message(user, "nowhere")
	stranger.UserID, nowhere.ChatID = messenger.NewID(), messenger.NewID()
	if _, err := store.AppendMessages(t.Context(), batch(first)); err != nil {
		t.Fatal(err)
	}
	for what, beside := range map[string][]messenger.Message{
		"alone": nil, "behind a repeat": batch(first), "behind a stranger's": batch(stranger), "behind one to no chat": batch(nowhere),
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

// So it is where a chat of the batch is locked by others.
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
