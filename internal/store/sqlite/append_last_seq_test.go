package sqlite

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// The last seq of a chat is cached after a commit, and no longer after a failed one.
func TestLastSeqsAreThoseCommitted(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	appendOne := func(text string, want int64) {
		t.Helper()
		appended, err := s.AppendMessages(t.Context(), messages(user, text))
		if err != nil || appended[0].Seq != want {
			t.Fatal(appended, err)
		}
		if last, known := s.lastSeqs.get(user.ChatID); !known || last != want {
			t.Errorf("the last seq is %d, known: %v", last, known)
		}
	}
	appendOne("first", 1)
	appendOne("second", 2)
	const poison = `CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.text = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END`
	if _, err := s.writer.ExecContext(t.Context(), poison); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AppendMessages(t.Context(), messages(user, "good", "poison")); !errors.Is(err, messenger.ErrRejected) {
		t.Fatal(err)
	}
	if _, known := s.lastSeqs.get(user.ChatID); known {
		t.Error("the last seq is cached after a failure")
	}
	appendOne("third", 3)
}

func TestAnUnknownChatHasNoLastSeq(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	user.ChatID = messenger.NewID()
	if _, err := s.AppendMessages(t.Context(), messages(user, "nowhere")); err != nil {
		t.Fatal(err)
	}
	if _, known := s.lastSeqs.get(user.ChatID); known {
		t.Error("a chat that does not exist has a last seq")
	}
}

// Concurrent batches get consecutive seqs.
func TestBatchesAtOnce(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	const batches, size = 16, 5
	var group sync.WaitGroup
	for range batches {
		group.Go(func() {
			if _, err := s.AppendMessages(t.Context(), manyMessages(user, size)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if last, _ := s.lastSeqs.get(user.ChatID); last != batches*size || len(texts(t, s, user)) != batches*size {
		t.Errorf("the last seq is %d", last)
	}
}

func TestLastSeqsAreBounded(t *testing.T) {
	lastSeqs := newLastSeqCache()
	for i := range 2 * maxCachedSeqs {
		id := messenger.ID{0: byte(i), 1: byte(i >> 8), 2: byte(i >> 16)}
		lastSeqs.put(map[messenger.ID]*chatState{id: {exists: true, last: int64(i)}})
		if last, known := lastSeqs.get(id); !known || last != int64(i) {
			t.Fatalf("the last seq %d is not cached", i)
		}
	}
	if len(lastSeqs.last) > maxCachedSeqs {
		t.Errorf("%d last seqs are kept", len(lastSeqs.last))
	}
}

// A batch that waits for another one until its deadline fails with ErrBusy.
func TestWaitingForAnotherBatchEndsAtTheDeadline(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if err := s.lastSeqs.acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.lastSeqs.release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.AppendMessages(ctx, messages(user, "waits")); !errors.Is(err, messenger.ErrBusy) {
		t.Error(err)
	}
}
