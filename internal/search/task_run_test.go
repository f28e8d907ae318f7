package search_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/words"
)

// laborious is a store that looks at one message at a time, and indexes one, and of which each such step
// takes 400 ms of a clock of its own: two or three fit into a turn.
type laborious struct {
	search.Store

	step func()

	mu     sync.Mutex
	now    time.Time
	looked map[int64]int
}

func (s *laborious) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *laborious) work() {
	s.step()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(400 * time.Millisecond)
}

func (s *laborious) ReadUnindexed(ctx context.Context, behind []search.IndexLag, mostBytes int) ([]search.Extension, error) {
	s.work()
	return s.Store.ReadUnindexed(ctx, behind[:1], min(mostBytes, 1))
}

func (s *laborious) FindInRanges(
	ctx context.Context, criteria search.Criteria, parts []search.LogRange, dense bool, limit int, timeout time.Duration,
) ([]search.Result, []search.Remainder, error) {
	s.work()
	first := parts[0]
	first.From = first.Through
	s.mu.Lock()
	s.looked[first.Number<<32+first.Through]++
	s.mu.Unlock()
	results, rests, err := s.Store.FindInRanges(ctx, criteria, []search.LogRange{first}, dense, limit, timeout)
	for _, part := range parts[1:] {
		rests = append(rests, search.Remainder{Through: part.Through, Newest: part.Newest})
	}
	return results, rests, err
}

// A search that takes longer than a turn goes on where it was, with another consumer, too. It looks
// at no message twice, and tells how far it is.
func TestSearchResumesInTimeSlices(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 100})
	var sent []messenger.ID
	base := w.now().Add(-time.Hour)
	for i := range 8 {
		if i%2 == 0 {
			w.join()
		}
		sent = slices.Insert(sent, 0, w.say(numbered(i), base.Add(time.Duration(i)*time.Second)))
	}
	task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
	w.must(err)
	var states []search.State
	look := func() {
		state, err := w.service.State(t.Context(), w.account, task)
		w.must(err)
		if count := len(states); count > 0 && (state.Done < states[count-1].Done || state.Status < states[count-1].Status) {
			t.Errorf("%+v comes after %+v", state, states[count-1])
		}
		states = append(states, state)
	}
	store := &laborious{Store: w.store, step: look, now: w.now(), looked: map[int64]int{}}
	options := w.options
	options.Clock = store.clock
	log := slog.New(slog.DiscardHandler)
	results := search.NewCachedResults(w.cache, time.Hour)
	w.consumer = search.NewConsumer(store, results, w.queue, search.NewIndexer(store, options, log), options, log)
	w.run()
	status, err := w.service.Await(t.Context(), w.account, task, 30*time.Second)
	if w.must(err); status != search.Success {
		t.Fatalf("the task is %s", status)
	}
	look()
	if last := states[len(states)-1]; last != (search.State{Status: search.Success, Done: 1}) {
		t.Errorf("the task has come to %+v", last)
	}
	if ids, _ := w.page(task, nil, 100); !slices.Equal(ids, sent) {
		t.Errorf("found %v, want %v", ids, sent)
	}
	for place, times := range store.looked {
		if times != 1 {
			t.Errorf("the message %d of the chat %d was looked at %d times", place%(1<<32), place>>32, times)
		}
	}
	steps := slices.CompactFunc(states, func(a, b search.State) bool { return a.Done == b.Done })
	if len(store.looked) != len(sent) || len(steps) < 6 {
		t.Errorf("%d of %d messages were looked at; the progress was only %v", len(store.looked), len(sent), steps)
	}
	ended, err := w.store.Task(t.Context(), task)
	if w.must(err); ended.Attempt < 5 {
		t.Errorf("it took %d turns only", ended.Attempt)
	}
}

// slowlyListed is a store of which each list of chats takes longer than a time slice of a clock of its own.
type slowlyListed struct {
	search.Store

	mu  sync.Mutex
	now time.Time
}

func (s *slowlyListed) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *slowlyListed) list() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(2 * time.Second)
}

func (s *slowlyListed) AccountIndexLag(ctx context.Context, account, chat messenger.ID, limit int) ([]search.IndexLag, error) {
	s.list()
	return s.Store.AccountIndexLag(ctx, account, chat, limit)
}

func (s *slowlyListed) LogRanges(ctx context.Context, account messenger.ID, request search.Request) ([]search.LogRange, error) {
	s.list()
	return s.Store.LogRanges(ctx, account, request)
}

// Each time slice indexes a batch, or searches a step, even if it took longer than the slice to list the account's chats.
func TestSearchProgressesWhereListsAreSlow(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 100})
	sent := w.sayMany(3)
	store := &slowlyListed{Store: w.store, now: w.now()}
	options := w.options
	options.Clock = store.clock
	log := slog.New(slog.DiscardHandler)
	results := search.NewCachedResults(w.cache, time.Hour)
	w.consumer = search.NewConsumer(store, results, w.queue, search.NewIndexer(store, options, log), options, log)
	w.run()
	if ids, _ := w.page(w.succeed("numbers"), nil, 100); !slices.Equal(ids, sent) {
		t.Errorf("found %v, want %v", ids, sent)
	}
}

// What another version has kept of a search, or one with another analyser, which has another index, is no use; the search
// begins anew.
func TestUnreadableProgress(t *testing.T) {
	w := newWorld(t, search.Options{MaxResults: 100})
	sent := w.sayMany(3)
	var tasks []messenger.ID
	own, searched := "\x03"+words.Version(), "\x01\x00\x00\x00\x00" // nothing is left to index, and all chats are searched
	for _, kept := range []string{
		"", "x", "\x02" + searched, "\x03000000000000" + searched,
		own, own + "\x01\x00\x00\x00\x7f", own + searched + "abc", own + "\x01\xff\xff",
	} {
		task, err := w.service.Start(t.Context(), w.account, search.Request{Text: "numbers"})
		w.must(err)
		taken, _, err := w.store.TakeTask(t.Context(), task, w.now(), w.now().Add(time.Minute))
		w.must(err)
		_, err = w.store.PauseTask(t.Context(), task, taken.Attempt, []byte(kept), 0.5, w.now())
		w.must(err)
		tasks = append(tasks, task)
	}
	w.run()
	for _, task := range tasks {
		status, err := w.service.Await(t.Context(), w.account, task, 30*time.Second)
		w.must(err)
		if ids, _ := w.page(task, nil, 100); status != search.Success || !slices.Equal(ids, sent) {
			t.Errorf("%s, found %v, want %v", status, ids, sent)
		}
	}
}
