package postgres_test

import (
	"errors"
	"testing"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func batch(messages ...messenger.Message) []messenger.Message { return messages }

func TestRejectedBatchStoresNothing(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	if _, err := pool.Exec(t.Context(), "ALTER TABLE events ADD CHECK (text <> 'poison')"); err != nil {
		t.Fatal(err)
	}
	user := member(t, store)
	_, err := store.AppendMessages(t.Context(), batch(message(user, "good"), message(user, "poison")))
	if !errors.Is(err, messenger.ErrRejected) {
		t.Fatalf("want ErrRejected, got %v", err)
	}
	appended, err := store.AppendMessages(t.Context(), batch(message(user, "good")))
	if err != nil || appended[0].Seq != 1 {
		t.Fatalf("want seq 1 after a batch that stored nothing, got %v, %v", appended, err)
	}
}

func TestLockedChatIsBusy(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	locker, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locker.Rollback(t.Context()) //nolint:errcheck // its end is what counts
	if _, err := locker.Exec(t.Context(), "SELECT FROM chats FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	_, err = store.AppendMessages(t.Context(), batch(message(user, "hello")))
	if !errors.Is(err, messenger.ErrBusy) || !errs.Is(err, errs.Unavailable) {
		t.Fatalf("want ErrBusy of kind Unavailable, got %v", err)
	}
}

// A connection that the server ended leaves the outcome open; the next try has
// a new one.
func TestEndedConnections(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	const endOthers = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'messenger-api'`
	stored := message(user, "hello")
	for range 20 {
		if _, err := pool.Exec(t.Context(), endOthers); err != nil {
			t.Fatal(err)
		}
		for {
			appended, err := store.AppendMessages(t.Context(), batch(stored))
			if err == nil {
				if appended[0].Seq != 1 {
					t.Fatalf("want the same batch to be stored once, got seq %d", appended[0].Seq)
				}
				break
			}
			if !errors.Is(err, messenger.ErrOutcomeUnknown) {
				t.Fatalf("want ErrOutcomeUnknown, got %v", err)
			}
		}
	}
}

func TestReadOnlyServerIsUnavailable(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	if _, err := pool.Exec(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	const endOthers = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`
	if _, err := pool.Exec(t.Context(), endOthers); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := store.AppendMessages(t.Context(), batch(message(user, "hello"))); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("want Unavailable, got %v", err)
		}
	}
	if err := store.Ping(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Fatalf("want Ping to say Unavailable, got %v", err)
	}
}
