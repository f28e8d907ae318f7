package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

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

// The messages of locked chats fail with ErrBusy, however many there are; the others of the
// batch are validated and stored.
func TestLockedChatsAreBusy(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	locker, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locker.Rollback(t.Context()) //nolint:errcheck // its end is what counts
	var all []messenger.Message
	for range 6 {
		user := member(t, store)
		if _, err := locker.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", user.ChatID); err != nil {
			t.Fatal(err)
		}
		all = append(all, message(user, "locked"))
	}
	free := member(t, store)
	first, unknownUser, unknownChat := message(free, "first"), message(free, "a unknownUser's"), message(free, "unknownChat")
	unknownUser.UserID, unknownChat.ChatID = messenger.NewID(), messenger.NewID()
	all = append(all, first, unknownUser, unknownChat, message(free, "second"))
	appended, err := store.AppendMessages(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range appended[:6] {
		if !errors.Is(one.Err, messenger.ErrBusy) || !errs.Is(one.Err, errs.Unavailable) {
			t.Errorf("want ErrBusy of kind Unavailable, got %+v", one)
		}
	}
	rest := appended[6:]
	if rest[0].Seq != 1 || rest[3].Seq != 2 || !errors.Is(rest[1].Err, errs.ErrUserNotFound) || !errors.Is(rest[2].Err, errs.ErrChatNotFound) {
		t.Errorf("the others came to %+v", rest)
	}
	if err := locker.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	appended, err = store.AppendMessages(t.Context(), all)
	if err != nil || appended[0].Seq != 1 || appended[0].Repeated || appended[6].MessageID != first.ID || !appended[6].Repeated {
		t.Errorf("the same again came to %+v, %v", appended, err)
	}
}

// AppendMessages waits for a chat that is locked briefly, also while another one is locked for
// longer.
func TestBrieflyLockedChatIsWaitedFor(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	lock := func(user messenger.User) pgx.Tx {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
		if _, err := tx.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", user.ChatID); err != nil {
			t.Fatal(err)
		}
		return tx
	}
	long, brief := member(t, store), member(t, store) // in the order in which they are locked
	lock(long)
	briefly := lock(brief)
	var release sync.WaitGroup
	defer release.Wait()
	release.Go(func() {
		const waiting = `SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))`
		for count := 0; count == 0 && t.Context().Err() == nil; {
			if err := pool.QueryRow(t.Context(), waiting, briefly.Conn().PgConn().PID()).Scan(&count); err != nil {
				t.Error(err)
				return
			}
		}
		if err := briefly.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	})
	appended, err := store.AppendMessages(t.Context(), batch(message(long, "long"), message(brief, "brief")))
	if err != nil || !errors.Is(appended[0].Err, messenger.ErrBusy) || appended[1].Seq != 1 {
		t.Errorf("the batch came to %+v, %v", appended, err)
	}
}

// After the server has ended the connection the outcome is unknown; a retry uses a new
// connection.
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

// The outcome of a batch whose context ended is unknown. A retry stores it once, and the next
// batch gets the following seq.
func TestBatchThatGivesUp(t *testing.T) {
	t.Parallel()
	store, pool := openFresh(t)
	user := member(t, store)
	locker, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer locker.Rollback(t.Context()) //nolint:errcheck // its end is what counts
	if _, err := locker.Exec(t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", user.ChatID); err != nil {
		t.Fatal(err)
	}
	stored := message(user, "hello")
	ctx, giveUp := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		_, err := store.AppendMessages(ctx, batch(stored))
		waits <- err
	}()
	const waiting = `SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))`
	for count := 0; count == 0 && t.Context().Err() == nil; {
		if err := pool.QueryRow(t.Context(), waiting, locker.Conn().PgConn().PID()).Scan(&count); err != nil {
			t.Fatal(err)
		}
	}
	giveUp()
	if err := <-waits; err == nil {
		t.Error("a batch whose chat is locked was stored")
	}
	if err := locker.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		appended, err := store.AppendMessages(t.Context(), batch(stored))
		if err != nil || appended[0].MessageID != stored.ID || appended[0].Seq != 1 {
			t.Errorf("the same again came to %+v, %v", appended, err)
		}
	}
	appended, err := store.AppendMessages(t.Context(), batch(message(user, "next")))
	if err != nil || appended[0].Seq != 2 {
		t.Errorf("the next one came to %+v, %v", appended, err)
	}
}
