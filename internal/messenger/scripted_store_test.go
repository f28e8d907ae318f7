package messenger

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// scriptedStore is a log in memory whose commits go as the test says. What the
// sender does not need of a Store is missing, and panics.
type scriptedStore struct {
	Store

	// commits is how many the service makes at once, 1 where it is 0.
	commits int
	// script makes a commit, or fails it; commit stores the batch.
	script func(ctx context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error)

	mu     sync.Mutex
	tries  [][]Message
	stored []Message
}

func (*scriptedStore) ChatExists(_ context.Context, chat ID) (bool, error) { return chat == aChat, nil }

func (s *scriptedStore) AppendMessages(ctx context.Context, batch []Message) ([]AppendResult, error) {
	s.mu.Lock()
	s.tries = append(s.tries, batch)
	s.mu.Unlock()
	return s.script(ctx, batch, func() []AppendResult { return s.commit(batch) })
}

func (s *scriptedStore) commit(batch []Message) []AppendResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	appended := make([]AppendResult, len(batch))
	for i, message := range batch {
		place := slices.IndexFunc(s.stored, func(first Message) bool { return first.ID == message.ID })
		repeated := place >= 0
		if !repeated {
			place = len(s.stored)
			s.stored = append(s.stored, message)
		}
		appended[i] = AppendResult{MessageID: message.ID, Seq: int64(place + 1), Repeated: repeated}
	}
	return appended
}

// storedID finds what was stored of a text; there must be one at most.
func (s *scriptedStore) storedID(t *testing.T, text string) (id ID, found bool) {
	t.Helper()
	for _, message := range s.stored {
		if message.Text == text {
			if found {
				t.Errorf("%q is stored twice", text)
			}
			id, found = message.ID, true
		}
	}
	return id, found
}

func newScripted(store *scriptedStore) *Service { return newNotifying(store, nil) }

// newNotifying makes a service that reports the chats it changed.
func newNotifying(store *scriptedStore, changed func(context.Context, ...[16]byte)) *Service {
	return NewService(store, nil, Options{
		MessageMaxBytes: 256 << 10, CommitsAtOnce: store.commits, NotifyChanged: changed,
	}, slog.New(slog.DiscardHandler))
}

// sent is what became of a Send.
type sent struct {
	id  ID
	err error
}

const leader = "the one that the others wait for"

// sendTogether sends the texts to chats by turns so that all go in one batch:
// they gather while a first commit, which the script does not see, is held up.
// It must be called in a synctest bubble.
func sendTogether(ctx context.Context, store *scriptedStore, chats []ID, texts ...string) []sent {
	service, script, gate := newScripted(store), store.script, make(chan struct{})
	store.script = func(ctx context.Context, batch []Message, commit func() []AppendResult) ([]AppendResult, error) {
		if batch[0].Text == leader {
			<-gate
			return commit(), nil
		}
		return script(ctx, batch, commit)
	}
	answers := make([]sent, len(texts))
	var group sync.WaitGroup
	send := func(chat ID, text string, answer *sent) {
		group.Go(func() { answer.id, answer.err = service.Send(ctx, Draft{ChatID: chat, Text: text}) })
		synctest.Wait()
	}
	var first sent
	send(chats[0], leader, &first)
	for i, text := range texts {
		send(chats[i%len(chats)], text, &answers[i])
	}
	close(gate)
	group.Wait()
	store.tries = store.tries[1:]
	return answers
}

// requireSent checks that the text is stored once, under the ID of the answer.
func requireSent(t *testing.T, store *scriptedStore, text string, answer sent) {
	t.Helper()
	id, found := store.storedID(t, text)
	if answer.err != nil || !found || answer.id != id {
		t.Errorf("%q: the answer is %v, %v; stored: %v as %v", text, answer.id, answer.err, found, id)
	}
}
