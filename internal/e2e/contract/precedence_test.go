package contract_test

import (
	"net/http"
	"testing"

	"messenger-api/internal/testkit"
)

// A request with several faults gets the answer of the first in the contract's
// order: 401, 404 of the chat, 400, 404 of the user. The 429s are in
// throttling_test.go.
func testPrecedence(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	guest, stranger := s.Guest(t), s.WithSession(t, nobody)
	unknownChat, unknownUser := testkit.MessagesPath(nobody, nobody), testkit.MessagesPath(r.chat, nobody)
	badPage := "/v1/chats/" + nobody + "/messages?limit=x&from=x"
	for _, c := range []struct {
		client             *testkit.Client
		method, path, body string
		status             int
		code               string
	}{
		{guest, "POST", unknownChat, "{", 401, "auth-failed"},
		{stranger, "POST", unknownChat, "{", 401, "invalid-session-id"},
		{guest, "GET", badPage, "", 401, "auth-failed"},
		{stranger, "POST", "/v1/chats", "{", 401, "invalid-session-id"},
		{guest, "POST", "/v1/auth/password", "{", 401, "auth-failed"},
		{guest, "DELETE", "/v1/auth/sessions/x", "", 401, "auth-failed"},
		{guest, "PUT", "/v1/chats", "", 401, "auth-failed"},
		{guest, "GET", "/v1/unknown", "", 401, "auth-failed"},

		{r.Client, "POST", unknownChat, "{", 404, "chat-not-found"},
		{r.Client, "POST", unknownChat, `{"message":""}`, 404, "chat-not-found"},
		{r.Client, "POST", unknownChat, `{"message":"x","client_message_id":""}`, 404, "chat-not-found"},
		{r.Client, "POST", unknownChat, `{"message":"x"}`, 404, "chat-not-found"},
		{r.Client, "POST", testkit.MessagesPath("x", nobody), "{", 404, "chat-not-found"},
		{r.Client, "POST", "/v1/chats/" + nobody + "/users", "{", 404, "chat-not-found"},
		{r.Client, "POST", "/v1/chats/" + nobody + "/users", `{"user_name":""}`, 404, "chat-not-found"},
		{r.Client, "GET", badPage, "", 404, "chat-not-found"},
		{r.Client, "GET", "/v1/chats/" + nobody + "/messages", "", 404, "chat-not-found"},
		{r.Client, "GET", "/v1/chats/" + nobody + "/messages?limit=1&from=x", "", 404, "chat-not-found"},

		{r.Client, "POST", unknownUser, "{", 400, "bad-parameters"},
		{r.Client, "POST", unknownUser, `{"message":""}`, 400, "bad-parameters"},
		{r.Client, "POST", unknownUser, `{"message":"x","client_message_id":""}`, 400, "bad-parameters"},
		{r.Client, "POST", "/v1/chats/" + r.chat + "/messages?user_id=x", `{"message":"a\u0000"}`, 400, "bad-parameters"},
		{r.Client, "POST", unknownUser, `{"message":"x"}`, 404, "user-not-found"},
	} {
		answer := c.client.For(t).Do(c.method, c.path, c.body)
		if answer.Status != c.status || answer.Code() != c.code {
			t.Errorf("%s, body %s: want %d %s", answer, c.body, c.status, c.code)
		}
	}
	if messages := r.ReadAll(r.chat, 10); len(messages) != 0 {
		t.Errorf("refused messages are stored: %+v", messages)
	}
	s.Guest(t).Get("/ping").Empty(http.StatusOK)
}
