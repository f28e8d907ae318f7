package contract_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

func testSendOnce(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	otherName, otherChat := r.Join(r.chat, "Alicia"), r.CreateChat("coffee")
	inOther := r.Join(otherChat, "Alice")
	bob := s.As(t, fresh("bob"))
	bobs := bob.Join(r.chat, "Bob")
	key := strings.Repeat("ü", 128)

	first := r.SendOnce(r.chat, r.user, "one", key)
	for what, again := range map[string]string{
		"the same again": r.SendOnce(r.chat, r.user, "one", key),
		"another text":   r.SendOnce(r.chat, r.user, "two", key),
		"another name":   r.SendOnce(r.chat, otherName, "three", key),
	} {
		if again != first {
			t.Errorf("%s: %s, want %s", what, again, first)
		}
	}
	distinct := map[string]bool{
		first: true, r.SendOnce(otherChat, inOther, "in another chat", key): true,
		bob.SendOnce(r.chat, bobs, "of another account", key):                   true,
		r.SendOnce(r.chat, r.user, "key in another case", strings.ToUpper(key)): true,
		r.Send(r.chat, r.user, "without a key"):                                 true, r.Send(r.chat, r.user, "without a key"): true,
	}
	if len(distinct) != 6 {
		t.Errorf("%d message_ids for 6 messages", len(distinct))
	}
	messages := r.ReadAll(r.chat, 3)
	if len(messages) != 5 {
		t.Fatalf("%d messages, want 5: %+v", len(messages), messages)
	}
	oldest := messages[len(messages)-1]
	if oldest.Text != "one" || oldest.MessageID != first || oldest.ClientMessageID == nil || *oldest.ClientMessageID != key {
		t.Errorf("the first message: %+v", oldest)
	}
	for i, message := range messages {
		if want := int64(len(messages) - i); message.Seq != want {
			t.Errorf("repeats took numbers: seq %d, want %d", message.Seq, want)
		}
	}
	// A repeated message is validated like any other.
	bob.Post(testkit.MessagesPath(r.chat, r.user), map[string]string{"message": "x", "client_message_id": key}).
		Refused(http.StatusNotFound, "user-not-found")
	r.say(t, map[string]string{"message": "", "client_message_id": key}).Refused(http.StatusBadRequest, "bad-parameters")
}

func testClientMessageIDRefused(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	for what, key := range map[string]any{
		"empty": "", "a number": 1, "a list": []string{"x"}, "NUL": "a\x00", "too long": strings.Repeat("k", 129),
		"too long in runes": strings.Repeat("ü", 129),
	} {
		answer := r.say(t, map[string]any{"message": "x", "client_message_id": key})
		if answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("client_message_id %s: %s", what, answer)
		}
	}
	if messages := r.ReadAll(r.chat, 10); len(messages) != 0 {
		t.Errorf("refused messages are stored: %+v", messages)
	}
}

// Concurrent sends of one message, as after lost answers: it is stored once, and all get its id.
func testSendOnceAtOnce(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	const keys, tries = 5, 8
	var mu sync.Mutex
	ids := map[string]map[string]bool{}
	var all sync.WaitGroup
	for key := range keys {
		for range tries {
			all.Go(func() {
				name := string(rune('a' + key))
				answer, err := r.Try(http.MethodPost, testkit.MessagesPath(r.chat, r.user),
					map[string]string{"message": name, "client_message_id": name})
				if err != nil || answer.Status != http.StatusCreated {
					t.Errorf("%s, %v", answer, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if ids[name] == nil {
					ids[name] = map[string]bool{}
				}
				ids[name][string(answer.Body)] = true
			})
		}
	}
	all.Wait()
	for name, given := range ids {
		if len(given) != 1 {
			t.Errorf("the key %s got %d message_ids", name, len(given))
		}
	}
	if messages := r.ReadAll(r.chat, 2); len(messages) != keys || messages[0].Seq != keys {
		t.Errorf("%d messages, want %d without holes: %+v", len(messages), keys, messages)
	}
}
