package search_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	modernc "modernc.org/sqlite"

	"messenger-api/internal/config"
	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/search"
	"messenger-api/internal/store/postgres"
	"messenger-api/internal/store/sqlite"
	"messenger-api/internal/testkit"
)

// manyWords is a text, and a query for it, of more words than the embedded index is asked for at once: the texts of what it
// finds are tested, too.
const manyWords = "one two three four five six seven eight nine ten"

// registerSlowDown gives SQLite a function that takes longer than the first timeout of a step.
var registerSlowDown = sync.OnceValue(func() error {
	return modernc.RegisterScalarFunction("slow_down", 0, func(*modernc.FunctionContext, []driver.Value) (driver.Value, error) {
		time.Sleep(1500 * time.Millisecond)
		return int64(1), nil
	})
})

// A search succeeds, and uses up no try, although the database takes longer even for the smallest step than a step may take
// at first.
func TestSearchOnSlowDatabaseSucceeds(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) (worldStore, func()){"embedded": slowSQLite, "postgresql": slowPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, slowDown := open(t)
			w := newWorldOver(t, store, search.Options{MaxResults: 4})
			w.say(manyWords, w.now())
			w.must(search.NewIndexer(store, w.options, slog.New(slog.DiscardHandler)).CatchUp(t.Context(), w.account, messenger.ID{}))
			slowDown()
			w.run()
			task := w.succeed(manyWords)
			ended, err := w.store.Task(t.Context(), task)
			if w.must(err); ended.Attempt < 2 || ended.Newest == (search.SortKey{}) {
				t.Errorf("the task ended with %d attempts and the newest result %v", ended.Attempt, ended.Newest)
			}
		})
	}
}

func slowSQLite(t *testing.T) (store worldStore, slowDown func()) {
	t.Helper()
	if err := registerSlowDown(); err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Directory: directory}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return store, func() {
		opened, err := sql.Open("sqlite", "file:"+filepath.Join(directory, "messenger.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer opened.Close()
		for _, statement := range []string{
			"ALTER TABLE events RENAME TO quick_events", "CREATE VIEW events AS SELECT * FROM quick_events WHERE slow_down()",
		} {
			if _, err := opened.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func slowPostgres(t *testing.T) (store worldStore, slowDown func()) {
	t.Helper()
	environment := testkit.Postgres(t)
	cfg, err := config.Load(environment, nil)
	if err != nil {
		t.Fatal(err)
	}
	host := cfg.Database.Hosts[0]
	store, err = postgres.Open(postgres.Options{
		Hosts: []postgres.Host{{Name: host.Host, Port: uint16(host.Port)}}, User: cfg.Database.User,
		Password: cfg.Database.Password.Reveal(), Database: cfg.Database.Name, SSLMode: cfg.Database.SSLMode, PoolSize: 4,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return store, func() {
		connection, err := pgx.Connect(t.Context(), testkit.PostgresURL(environment))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close(context.WithoutCancel(t.Context()))
		for _, statement := range []string{
			"ALTER TABLE search_index RENAME TO quick_index",
			"CREATE VIEW search_index AS SELECT i.* FROM (SELECT pg_sleep(1.5)) s LEFT JOIN quick_index i ON true",
		} {
			if _, err := connection.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// impatient is a store that no timeout is long enough for until it is well.
type impatient struct {
	search.Store

	well <-chan struct{}
	mu   sync.Mutex
	// timeouts has each timeout once, in their order.
	timeouts []time.Duration
}

func (s *impatient) FindInRanges(
	ctx context.Context, criteria search.Criteria, ranges []search.LogRange, dense bool, limit int, timeout time.Duration,
) ([]search.Result, []search.Remainder, error) {
	select {
	case <-s.well:
		return s.Store.FindInRanges(ctx, criteria, ranges, dense, limit, timeout)
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if count := len(s.timeouts); count == 0 || s.timeouts[count-1] != timeout {
		s.timeouts = append(s.timeouts, timeout)
	}
	return nil, nil, errs.ErrServiceUnavailable.WithCause(search.ErrTooSlow)
}

// A search that the database is too slow for, however often it is tried, stays open and leaves its consumer to others; once
// the database is well again it succeeds.
func TestSearchOutlastsSlowDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, search.Options{MaxResults: 4})
	w.say(numbered(1), w.now())
	well := make(chan struct{})
	store := &impatient{Store: w.store, well: well}
	log := slog.New(slog.DiscardHandler)
	tries := embedded.Open(embedded.Options{Pauses: []time.Duration{time.Millisecond, time.Millisecond}, Log: log})
	t.Cleanup(func() { _ = tries.Close() }) // it has no error
	w.consumer = search.NewConsumer(store, w.store, tries, search.NewIndexer(store, w.options, log), w.options, log)
	w.run()
	service := search.NewService(w.store, w.store, tries, w.options, log)
	task, err := service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	const attempts = 12 // more than a task has tries
	for attempt := 1; attempt <= attempts; {
		stored, err := w.store.Task(t.Context(), task)
		w.must(err)
		if stored.Status.Ended() {
			t.Fatalf("the task is %s after %d attempts", stored.Status, stored.Attempt)
		}
		if stored.Attempt >= attempt && stored.Status == search.Waiting {
			attempt = stored.Attempt + 1
			w.must(tries.Publish(t.Context(), task)) // as the Sweeper does
		}
		time.Sleep(time.Millisecond)
	}
	close(well)
	w.must(tries.Publish(t.Context(), task))
	status, err := service.Await(t.Context(), w.account, task, time.Minute)
	if w.must(err); status != search.Success {
		t.Errorf("the task is %s", status)
	}
	store.mu.Lock()
	defer store.mu.Unlock()
	if last := store.timeouts[len(store.timeouts)-1]; store.timeouts[0] != time.Second || last != 30*time.Second {
		t.Errorf("the timeouts were %v", store.timeouts)
	}
}

// partlyDown is a store that takes tasks, and is unavailable for their work until it is well.
type partlyDown struct {
	search.Store

	well    <-chan struct{}
	refused chan struct{}
}

func (s *partlyDown) AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]search.IndexLag, error) {
	select {
	case <-s.well:
		return s.Store.AccountIndexLag(ctx, account, chat, limit)
	case s.refused <- struct{}{}:
	default:
	}
	return nil, errs.ErrServiceUnavailable
}

// The attempts that a consumer gave up since the database was unavailable use up no try, however many there are.
func TestSearchOutlastsUnavailableDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, search.Options{MaxResults: 4})
	w.say(numbered(1), w.now())
	well := make(chan struct{})
	store := &partlyDown{Store: w.store, well: well, refused: make(chan struct{})}
	log := slog.New(slog.DiscardHandler)
	w.consumer = search.NewConsumer(store, w.store, w.queue, search.NewIndexer(store, w.options, log), w.options, log)
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	const attempts = 12 // more than a task has tries
	for range attempts {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.consumer.Run(ctx, 1) }()
		refused := false
		select {
		case <-store.refused:
			refused = true
		case <-time.After(time.Minute):
		}
		stop()
		if w.must(<-ended); !refused {
			t.Fatal("the task is not tried again")
		}
		w.must(w.queue.Publish(t.Context(), task)) // as the Sweeper does
	}
	close(well)
	w.run()
	status, err := w.service.Await(t.Context(), w.account, task, time.Minute)
	if w.must(err); status != search.Success {
		t.Errorf("the task is %s", status)
	}
}
