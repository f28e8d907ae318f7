package contract_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// MESSAGE_MAX_BYTES counts bytes of UTF-8.
func TestMessageMaxBytes(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		r := newRoom(t, s)
		for _, text := range []string{"12345", "ßß", "€", "💬", "\u0001\u0001"} {
			r.say(t, map[string]string{"message": text}).Want(http.StatusCreated)
		}
		for _, text := range []string{"123456", "ßßß", "€€", "💬💬", strings.Repeat("x", 65536)} {
			r.say(t, map[string]string{"message": text}).Refused(http.StatusBadRequest, "bad-parameters")
		}
	}, "MESSAGE_MAX_BYTES=5")
}

// The longest message of the highest MESSAGE_MAX_BYTES is accepted, also with every byte escaped, and
// read unchanged.
func TestLongestMessage(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		const longest = 262144
		r := newRoom(t, s)
		r.say(t, `{"message":"`+strings.Repeat(`\u0001`, longest)+`","client_message_id":"`+strings.Repeat(`\u0001`, 128)+`"}`).
			Want(http.StatusCreated)
		r.say(t, `{"message":"`+strings.Repeat(`\u0001`, longest+1)+`"}`).Refused(http.StatusBadRequest, "bad-parameters")
		r.say(t, `{"message":"`+strings.Repeat(`\u0001`, longest)+`"}`+strings.Repeat(" ", 8192)).
			Refused(http.StatusRequestEntityTooLarge, "request-too-large")
		if messages := r.ReadAll(r.chat, 10); len(messages) != 1 || messages[0].Text != strings.Repeat("\u0001", longest) {
			t.Errorf("%d messages, want the longest one", len(messages))
		}
	}, "MESSAGE_MAX_BYTES=262144")
}

// A page of the maximal number of the longest messages can be read.
func TestLargestPage(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		const messages = 60
		r := newRoom(t, s)
		text := strings.Repeat("💬", 16384)
		for range messages {
			r.Send(r.chat, r.user, text)
		}
		page := r.Page(r.chat, 1000, "")
		if len(page.Messages) != messages {
			t.Errorf("%d messages, want %d", len(page.Messages), messages)
		}
		for _, message := range page.Messages {
			if message.Text != text {
				t.Fatal("a message did not arrive whole")
			}
		}
	})
}

// No log has passwords, sessions or texts in it, even with all logging on.
func TestNoSecretIsLogged(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		const password, other, text, key, query = "PassWordOfAlice", "AnotherPassWord", "TextOfAlice", "KeyOfAlice", "QueryOfAlice"
		guest := s.Guest(t)
		guest.Post("/v1/auth/register", credentials("alice", password)).Empty(http.StatusCreated)
		guest.Post("/v1/auth/login", credentials("alice", other)).Refused(http.StatusBadRequest, "bad-password")
		guest.Post("/v1/auth/login", `{"user_name":7,"password":"`+password+`"}`).Refused(http.StatusBadRequest, "bad-parameters")
		guest.Post("/v1/auth/login", `{"user_name":"alice","password":"`+password+`"`).Refused(http.StatusBadRequest, "bad-parameters")
		alice := guest.LogIn("alice", password)
		chat := alice.CreateChat("tea")
		r := room{alice, chat, alice.Join(chat, "Alice")}
		r.SendOnce(r.chat, r.user, text, key)
		r.SendOnce(r.chat, r.user, text, key)
		r.say(t, `{"message":"`+text+`\ud800"}`).Refused(http.StatusBadRequest, "bad-parameters")
		r.say(t, `{"message":["`+text+`"]}`).Refused(http.StatusBadRequest, "bad-parameters")
		r.ReadAll(r.chat, 1)
		alice.Find(looking(query + ` "`))
		alice.StartSearch(`{"message":"`+query+`","after":"`+query+`"}`).Refused(http.StatusBadRequest, "bad-parameters")
		alice.Post("/v1/auth/password", map[string]string{"password": password, "new_password": other}).Empty(http.StatusOK)
		alice.Get("/v1/auth/sessions?password=" + password).Want(http.StatusOK)
		alice.Post("/v1/auth/logout", nil).Empty(http.StatusOK)
		alice.Get("/v1/auth/sessions").Refused(http.StatusUnauthorized, "invalid-session-id")
		s.Stop()

		logs := []byte(s.Logs())
		if bytes.Count(logs, []byte(`"msg":"request"`)) < 10 || !bytes.Contains(bytes.ToLower(logs), []byte("insert into")) {
			t.Fatalf("the log has too little to look at:\n%s", logs)
		}
		for what, secret := range map[string]string{
			"a password": password, "the other password": other, "a session": alice.Session, "a message": text,
			"a client_message_id": key, "a search": query, "a search's words": strings.ToLower(query), "a hash": "argon2id",
		} {
			for line := range bytes.Lines(logs) {
				if bytes.Contains(line, []byte(secret)) {
					t.Errorf("the log shows %s: %s", what, line)
				}
			}
		}
	}, "LOG_LEVEL=debug", "DEBUG=1", "ECHO_DB=1")
}
