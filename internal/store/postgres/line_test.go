package postgres_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"messenger-api/internal/messenger"
	"messenger-api/internal/store/postgres"
)

// yard is a line to a new database with two chats of one account.
type yard struct {
	t     *testing.T
	line  *postgres.Line
	pool  *pgxpool.Pool // the line's
	other *pgxpool.Pool
	store *postgres.Store
	users [2]messenger.User
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{t: t}
	y.store, y.other = openFresh(t)
	pool, err := pgxpool.NewWithConfig(t.Context(), y.other.Config())
	y.must(err)
	t.Cleanup(pool.Close)
	y.pool, y.line = pool, postgres.NewLine(pool)
	for i := range y.users {
		y.users[i] = member(t, y.store)
	}
	return y
}

func (y *yard) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) message(chat int) messenger.Message { return message(y.users[chat], "hello") }

// lock keeps a chat from everybody else until the transaction ends.
func (y *yard) lock(chat int) pgx.Tx {
	tx, err := y.other.Begin(y.t.Context())
	y.must(err)
	_, err = tx.Exec(y.t.Context(), "SELECT FROM chats WHERE chat_id = $1 FOR UPDATE", y.users[chat].ChatID)
	y.must(err)
	return tx
}

// outcome is what became of a batch.
type outcome struct {
	appended []messenger.Appended
	err      error
}

// bring puts a batch on the line and returns when so many are under way on it.
func (y *yard) bring(ctx context.Context, underway int, messages ...messenger.Message) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		appended, err := y.line.Append(ctx, messages)
		done <- outcome{appended, err}
	}()
	for y.line.Underway() < underway {
		runtime.Gosched()
	}
	return done
}

func (y *yard) want(seq int64, of <-chan outcome) {
	y.t.Helper()
	if got := <-of; got.err != nil || got.appended[0].Seq != seq {
		y.t.Errorf("the batch came to %v, %v, want the number %d", got.appended, got.err, seq)
	}
}

// Batches wait for each other on the way, and each is a transaction of its own.
func TestBatchesGoOneBehindTheOther(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	locked := y.lock(0)
	first := y.bring(t.Context(), 1, y.message(0))
	refused := y.message(1)
	refused.UserID = messenger.NewID()
	second := y.bring(t.Context(), 2, y.message(1), refused)
	third := y.bring(t.Context(), 3, y.message(1))
	y.must(locked.Rollback(t.Context()))
	y.want(1, first)
	var violation *pgconn.PgError
	if got := <-second; !errors.As(got.err, &violation) || violation.Code[:2] != "23" {
		t.Errorf("the batch with a stranger came to %v, %v", got.appended, got.err)
	}
	y.want(1, third)
	if used := y.pool.Stat().NewConnsCount(); used != 1 {
		t.Errorf("%d connections were used, want one", used)
	}
	if y.line.Underway() > 0 || y.pool.Stat().AcquiredConns() > 0 {
		t.Error("the connection is not given back")
	}
	y.want(2, y.bring(t.Context(), 0, y.message(0)))
}

// A batch that gives up takes the connection with it: what became of those behind
// it is not known, and the same again finds out.
func TestABatchThatGivesUp(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	locked := y.lock(0)
	ctx, giveUp := context.WithCancel(t.Context())
	first, behind := y.message(0), y.message(1)
	gone := y.bring(ctx, 1, first)
	other := y.bring(t.Context(), 2, behind)
	giveUp()
	for _, one := range []<-chan outcome{gone, other} {
		var refused *pgconn.PgError
		if got := <-one; got.err == nil || errors.As(got.err, &refused) && refused.Code != "57014" {
			t.Errorf("the batch came to %v, %v", got.appended, got.err)
		}
	}
	y.must(locked.Rollback(t.Context()))
	for range 2 {
		for _, message := range []messenger.Message{first, behind} {
			appended, err := y.store.AppendMessages(t.Context(), batch(message))
			if err != nil || appended[0].MessageID != message.ID {
				t.Errorf("the same again came to %v, %v", appended, err)
			}
		}
	}
	y.want(2, y.bring(t.Context(), 0, y.message(1)))
	var events, ends int
	y.must(y.other.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM events), (SELECT sum(last_seq) FROM chats)").Scan(&events, &ends))
	if events != 3 || ends != 3 {
		t.Errorf("%d events are stored, the chats count %d, want 3", events, ends)
	}
}

// A connection that batches have kept for long goes back to the pool before the next one.
func TestAConnectionIsNotKeptForGood(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	locked := y.lock(0)
	first := y.bring(t.Context(), 1, y.message(0))
	y.line.Age()
	second := y.bring(t.Context(), 0, y.message(1))
	third := y.bring(t.Context(), 0, y.message(1))
	y.must(locked.Rollback(t.Context()))
	y.want(1, first)
	for _, one := range []<-chan outcome{second, third} {
		if got := <-one; got.err != nil {
			t.Error(got.err)
		}
	}
	if taken := y.pool.Stat().AcquireCount(); taken < 2 {
		t.Errorf("the pool was asked %d times, want a second time", taken)
	}
}

// A server that takes no writes any more is left with the first batch that it refuses.
func TestAReadOnlyConnectionIsLeft(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	config := y.other.Config()
	connections := 0
	config.BeforeConnect = func(_ context.Context, connection *pgx.ConnConfig) error {
		if connections++; connections == 1 {
			connection.RuntimeParams["default_transaction_read_only"] = "on"
		}
		return nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	y.must(err)
	t.Cleanup(pool.Close)
	y.line = postgres.NewLine(pool)
	var refused *pgconn.PgError
	if got := <-y.bring(t.Context(), 0, y.message(0)); !errors.As(got.err, &refused) || refused.Code != "25006" {
		t.Errorf("the batch came to %v, %v", got.appended, got.err)
	}
	y.want(1, y.bring(t.Context(), 0, y.message(0)))
}
