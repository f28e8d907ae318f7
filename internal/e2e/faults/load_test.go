package faults

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/testkit"
)

const (
	chats   = 3
	writers = 12
)

// load is what writers have sent to some chats, and what they were told.
type load struct {
	chats, users []string

	mu sync.Mutex
	// stored has the message_id of each key that was answered 201, open the keys
	// that were not.
	stored map[string]string
	open   []string
	where  map[string]int
}

// newLoad makes the chats, with the client as a user of each.
func newLoad(c *testkit.Client) *load {
	l := &load{stored: map[string]string{}, where: map[string]int{}}
	for i := range chats {
		l.chats = append(l.chats, c.CreateChat(fmt.Sprint("chat ", i)))
		l.users = append(l.users, c.Join(l.chats[i], "writer"))
	}
	return l
}

// start lets the writers send until the returned function is called, which
// waits for their end.
func (l *load) start(t *testing.T, c *testkit.Client) (stop func()) {
	stopped := make(chan struct{})
	var group sync.WaitGroup
	round := len(l.where)
	for writer := range writers {
		group.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stopped:
					return
				default:
				}
				l.send(t, c, writer%chats, fmt.Sprintf("%d/%d/%d", round, writer, n))
			}
		})
	}
	return func() {
		close(stopped)
		group.Wait()
	}
}

// send tries one message once; a client that was refused waits a little before
// it goes on.
func (l *load) send(t *testing.T, c *testkit.Client, chat int, key string) {
	body := map[string]string{"message": "text of " + key, "client_message_id": key}
	answer, err := c.Try(http.MethodPost, testkit.MessagesPath(l.chats[chat], l.users[chat]), body)
	if err == nil && answer.Status == http.StatusCreated {
		l.record(chat, key, answer.Field("message_id"))
		return
	}
	if err == nil && answer.Status != http.StatusServiceUnavailable {
		t.Errorf("send: want 201 or 503, got %s", answer)
	}
	l.record(chat, key, "")
	time.Sleep(10 * time.Millisecond)
}

// record keeps what was answered to a send: a message_id, or nothing.
func (l *load) record(chat int, key, messageID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.where[key] = chat
	if messageID == "" {
		l.open = append(l.open, key)
		return
	}
	l.stored[key] = messageID
}

// await waits until so many more messages than now were acknowledged.
func (l *load) await(t *testing.T, more int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for goal := l.acknowledged() + more; l.acknowledged() < goal; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("want %d acknowledged messages, got %d in a minute", goal, l.acknowledged())
		}
	}
}

func (l *load) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.stored)
}

// verify reads all chats: what was acknowledged is there once under its
// message_id; what was not is there once at most, and once after a retry; and
// seq has no holes.
func (l *load) verify(t *testing.T, c *testkit.Client) {
	t.Helper()
	l.compare(t, c)
	for _, key := range l.open {
		chat := l.where[key]
		l.stored[key] = c.SendOnce(l.chats[chat], l.users[chat], "another text of "+key, key)
	}
	l.open = nil
	if found := l.compare(t, c); found != len(l.stored) {
		t.Errorf("want %d messages after the retries, got %d", len(l.stored), found)
	}
}

func (l *load) compare(t *testing.T, c *testkit.Client) (found int) {
	t.Helper()
	ids := map[string]string{}
	for _, chat := range l.chats {
		messages := c.ReadAll(chat, 500)
		for i, message := range messages {
			if want := int64(len(messages) - i); message.Seq != want {
				t.Fatalf("chat %s: want seq %d, got %d", chat, want, message.Seq)
			}
			key := *message.ClientMessageID
			if other, twice := ids[key]; twice {
				t.Errorf("key %s is stored twice: as %s and %s", key, other, message.MessageID)
			}
			ids[key] = message.MessageID
		}
	}
	for key, want := range l.stored {
		if ids[key] != want {
			t.Errorf("key %s was acknowledged as %s: found %q", key, want, ids[key])
		}
	}
	return len(ids)
}
