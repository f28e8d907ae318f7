package testkit

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
)

// Sends has the messages that writers have sent to some chats, and which were acknowledged. It is safe
// for concurrent use.
type Sends struct {
	chats, users []string

	mu sync.Mutex
	// acknowledged has the message_id of each client_message_id that was answered 201, open has
	// the other ones, chatOf the chat of each.
	acknowledged map[string]string
	open         []string
	chatOf       map[string]int
}

// NewSends creates chats, with the client as a user of each.
func NewSends(c *Client, chats int) *Sends {
	c.t.Helper()
	s := &Sends{acknowledged: map[string]string{}, chatOf: map[string]int{}}
	for i := range chats {
		s.chats = append(s.chats, c.CreateChat(fmt.Sprint("chat ", i)))
		s.users = append(s.users, c.Join(s.chats[i], "writer"))
	}
	return s
}

// Start starts writers. Their requests may get 503, or no answer.
func (s *Sends) Start(t testing.TB, c *Client, writers int) *Load {
	t.Helper()
	round := len(s.chatOf)
	return StartLoad(t, writers, func(writer, n int) bool {
		return s.try(t, c, writer%len(s.chats), fmt.Sprintf("%d/%d/%d", round, writer, n))
	})
}

// try sends one message once, and reports whether it was acknowledged.
func (s *Sends) try(t testing.TB, c *Client, chat int, key string) bool {
	body := map[string]string{"message": "text of " + key, "client_message_id": key}
	answer, err := c.Try(http.MethodPost, MessagesPath(s.chats[chat], s.users[chat]), body)
	stored := err == nil && answer.Status == http.StatusCreated
	if !stored && err == nil && answer.Status != http.StatusServiceUnavailable {
		t.Errorf("send: want 201 or 503, got %s", answer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chatOf[key] = chat
	if stored {
		s.acknowledged[key] = answer.Field("message_id")
	} else {
		s.open = append(s.open, key)
	}
	return stored
}

// Acknowledged returns the acknowledged messages: message_ids by client_message_ids.
func (s *Sends) Acknowledged() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.acknowledged)
}

// Verify reads all chats, after all writers have ended. Each acknowledged message must be there once,
// with its message_id; each other one at most once, and once after a retry; and seqs must have no gaps.
func (s *Sends) Verify(t testing.TB, c *Client) {
	t.Helper()
	s.VerifyCopy(t, c, s.acknowledged)
	for _, key := range s.open {
		chat := s.chatOf[key]
		s.acknowledged[key] = c.SendOnce(s.chats[chat], s.users[chat], "another text of "+key, key)
	}
	s.open = nil
	if found := s.VerifyCopy(t, c, s.acknowledged); found != len(s.acknowledged) {
		t.Errorf("want %d messages after the retries, got %d", len(s.acknowledged), found)
	}
}

// VerifyCopy reads all chats, perhaps from another database than the one they were sent to. The given
// acknowledged messages must be there. It returns the number of messages.
func (s *Sends) VerifyCopy(t testing.TB, c *Client, acknowledged map[string]string) (found int) {
	t.Helper()
	ids := map[string]string{}
	for _, chat := range s.chats {
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
	for key, want := range acknowledged {
		if ids[key] != want {
			t.Errorf("key %s was acknowledged as %s: found %q", key, want, ids[key])
		}
	}
	return len(ids)
}
