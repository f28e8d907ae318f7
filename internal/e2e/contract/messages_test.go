package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// room is a chat with a user of the client's account.
type room struct {
	*testkit.Client
	chat, user string
}

func newRoom(t *testing.T, s *testkit.Server) room {
	t.Helper()
	alice := s.As(t, fresh("alice"))
	chat := alice.CreateChat("tea")
	return room{alice, chat, alice.Join(chat, "Alice")}
}

func (r room) say(t *testing.T, body any) testkit.Answer {
	t.Helper()
	return r.For(t).Post(testkit.MessagesPath(r.chat, r.user), body)
}

func testSend(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	texts := []string{
		"hello", "hello", " ", "\n", "ü\u0301 💬 \u200f", "\u0001\u001f\u007f", "'); DROP TABLE messages; --", `\u0041 "quoted" </script>`,
		"e\u0301", "\u00e9", // texts are kept as they are, other than names
		strings.Repeat("a", 65536), strings.Repeat("ß", 32768), "\ufeff", "\ufffd", "NaN", "null", "%00%s%d",
	}
	ids := map[string]bool{}
	for _, text := range texts {
		ids[r.Send(r.chat, r.user, text)] = true
	}
	if len(ids) != len(texts) {
		t.Errorf("%d message_ids for %d messages", len(ids), len(texts))
	}
	messages := r.ReadAll(r.chat, 1000)
	if len(messages) != len(texts) {
		t.Fatalf("%d messages, want %d", len(messages), len(texts))
	}
	for i, message := range messages {
		sent := len(texts) - 1 - i
		if message.Text != texts[sent] {
			t.Errorf("message %d is %.40q, want %.40q", sent, message.Text, texts[sent])
		}
		if !ids[message.MessageID] || message.UserID != r.user || message.UserName != "Alice" || message.ClientMessageID != nil {
			t.Errorf("message %d: %.200v", sent, message)
		}
		if i > 0 && message.Seq >= messages[i-1].Seq {
			t.Errorf("seq %d comes after %d", message.Seq, messages[i-1].Seq)
		}
	}
	// Any account may read, without being in the chat.
	if seen := s.As(t, fresh("bob")).ReadAll(r.chat, 7); len(seen) != len(texts) {
		t.Errorf("another account reads %d messages, want %d", len(seen), len(texts))
	}
}

func testSendRefused(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	for what, body := range map[string]map[string]any{
		"nothing":           {},
		"an empty message":  {"message": ""},
		"null":              {"message": nil},
		"a number":          {"message": 1},
		"an object":         {"message": map[string]any{"text": "x"}},
		"a list":            {"message": []string{"x"}},
		"NUL":               {"message": "a\x00b"},
		"too long":          {"message": strings.Repeat("a", 65537)},
		"too long in bytes": {"message": strings.Repeat("ß", 32769)},
		"text in its place": {"text": "x"},
		"in another case":   {"Message": "x"},
	} {
		if answer := r.say(t, body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s: %s", what, answer)
		}
	}
	say := map[string]string{"message": "x"}
	r.Post(testkit.MessagesPath(nobody, r.user), say).Refused(http.StatusNotFound, "chat-not-found")
	r.Post(testkit.MessagesPath(r.chat, nobody), say).Refused(http.StatusNotFound, "user-not-found")
	r.Post(testkit.MessagesPath(r.chat, ""), say).Refused(http.StatusNotFound, "user-not-found")
	r.Post("/v1/chats/"+r.chat+"/messages", say).Refused(http.StatusNotFound, "user-not-found")
	if messages := r.ReadAll(r.chat, 10); len(messages) != 0 {
		t.Errorf("refused messages are stored: %+v", messages)
	}
	// Refused messages got no seq.
	r.Send(r.chat, r.user, "x")
	if messages := r.ReadAll(r.chat, 10); len(messages) != 1 || messages[0].Seq != 1 {
		t.Errorf("the first message that was taken: %+v", messages)
	}
}

func testSpeakForAnother(t *testing.T, s *testkit.Server) {
	alice, bob := newRoom(t, s), newRoom(t, s)
	bobInAlices := bob.Join(alice.chat, "Bob")
	mallory := s.As(t, fresh("mallory"))
	inAlices := mallory.Join(alice.chat, "Mallory")
	malloryAccount := listSessions(t, mallory)[0].ID

	say := map[string]string{"message": "in another's name"}
	once := map[string]string{"message": "in another's name", "client_message_id": "1"}
	for what, path := range map[string]string{
		"another's user":                 testkit.MessagesPath(alice.chat, alice.user),
		"another's user, who joined":     testkit.MessagesPath(alice.chat, bobInAlices),
		"her user in another chat":       testkit.MessagesPath(bob.chat, inAlices),
		"another's user in his chat":     testkit.MessagesPath(bob.chat, bob.user),
		"the chat as user":               testkit.MessagesPath(alice.chat, alice.chat),
		"her session as user":            testkit.MessagesPath(alice.chat, malloryAccount),
		"the built-in account's id":      testkit.MessagesPath(alice.chat, "00000000000000000000000000000001"),
		"another's user before her own":  testkit.MessagesPath(alice.chat, alice.user) + "&user_id=" + inAlices,
		"a zero id, as nobody's account": testkit.MessagesPath(alice.chat, strings.Repeat("0", 32)),
	} {
		for _, body := range []map[string]string{say, once} {
			if answer := mallory.Post(path, body); answer.Status != 404 || answer.Code() != "user-not-found" {
				t.Errorf("%s: %s, want 404 user-not-found", what, answer)
			}
		}
	}
	for _, r := range []room{alice, bob} {
		if messages := r.ReadAll(r.chat, 10); len(messages) != 0 {
			t.Errorf("messages in another's name: %+v", messages)
		}
	}
	mallory.Send(alice.chat, inAlices, "in her own")
}
