package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"messenger-api/internal/cache/memory"
	"messenger-api/internal/messenger"
	"messenger-api/internal/queue/embedded"
	"messenger-api/internal/search"
	"messenger-api/internal/store/sqlite"
)

// worldStore is a database of all that a world needs.
type worldStore interface {
	messenger.Store
	search.Store
	Migrate(ctx context.Context) error
	Close() error
}

// world is a service with its consumer over a database, the embedded one if no other is said, in which one account is in
// one chat.
type world struct {
	t        *testing.T
	store    worldStore
	cache    *memory.Cache
	queue    *embedded.Queue
	service  *search.Service
	consumer *search.Consumer
	options  search.Options

	account, chat, user messenger.ID
}

func newWorld(t *testing.T, options search.Options) *world {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Directory: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOver(t, store, options)
}

func newWorldOver(t *testing.T, store worldStore, options search.Options) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, store: store, queue: embedded.Open(embedded.Options{Log: log}), options: options}
	t.Cleanup(func() { _ = w.queue.Close() }) // it has no error
	w.must(store.Migrate(t.Context()))
	var err error
	if w.cache, err = memory.Open(memory.Options{MaxBytes: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	w.options.ResultTTL = time.Hour
	results := search.NewCachedResults(w.cache, w.options.ResultTTL)
	w.service = search.NewService(store, results, w.queue, w.options, log)
	w.consumer = search.NewConsumer(store, results, w.queue, search.NewIndexer(store, w.options, log), w.options, log)

	w.account = messenger.NewID()
	w.must(store.CreateAccount(t.Context(), messenger.Account{ID: w.account, Name: "alice", PasswordHash: "x", CreatedAt: w.now()}))
	w.join()
	return w
}

// join makes a chat and lets the account join it: what is said from then on is said there.
func (w *world) join() {
	w.t.Helper()
	w.chat, w.user = messenger.NewID(), messenger.NewID()
	w.must(w.store.CreateChat(w.t.Context(), messenger.Chat{ID: w.chat, Name: "tea", CreatedBy: w.account, CreatedAt: w.now()}))
	_, err := w.store.JoinChat(w.t.Context(), messenger.User{
		ID: w.user, ChatID: w.chat, AccountID: w.account, Name: "Alice", CreatedAt: w.now(),
	})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// say stores a message of this time.
func (w *world) say(text string, at time.Time) messenger.ID {
	w.t.Helper()
	message := messenger.Message{
		ID: messenger.NewID(), ChatID: w.chat, AccountID: w.account, UserID: w.user, Text: text, CreatedAt: at,
	}
	outcomes, err := w.store.AppendMessages(w.t.Context(), []messenger.Message{message})
	w.must(err)
	w.must(outcomes[0].Err)
	return message.ID
}

// run lets the consumer work until the test ends.
func (w *world) run() {
	done := make(chan error, 1)
	go func() { done <- w.consumer.Run(w.t.Context(), 2) }()
	w.t.Cleanup(func() { w.must(<-done) })
}

// succeed searches until there is a result.
func (w *world) succeed(text string) messenger.ID {
	w.t.Helper()
	task, err := w.service.Start(w.t.Context(), w.account, search.Request{Text: text})
	w.must(err)
	status, err := w.service.Await(w.t.Context(), w.account, task, 30*time.Second)
	w.must(err)
	if status != search.Success {
		w.t.Fatalf("the task is %s", status)
	}
	return task
}

// lose makes the cache forget everything.
func (w *world) lose() { w.cache.Clear(0) }

func (w *world) page(task messenger.ID, from *search.Cursor, limit int) (ids []messenger.ID, next *search.Cursor) {
	w.t.Helper()
	page, err := w.service.Page(w.t.Context(), w.account, task, from, limit, 1<<30, true)
	w.must(err)
	for _, found := range page.Hits {
		ids = append(ids, found.SortKey.MessageID)
	}
	return ids, &page.Next
}

func numbered(i int) string { return fmt.Sprint("number ", i) }
