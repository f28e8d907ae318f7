package contract_test

import (
	"context"
	"net/http"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// The example of the README, by the generated client.
func testGeneratedClient(t *testing.T, s *testkit.Server) {
	ctx := context.Background()
	guest, err := messenger.NewClientWithResponses(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	account := messenger.Credentials{UserName: fresh("alice"), Password: "correct horse"}
	registered, err := guest.RegisterWithResponse(ctx, account)
	if err != nil || registered.StatusCode() != http.StatusCreated {
		t.Fatalf("register: %+v, %v", registered, err)
	}
	again, err := guest.RegisterWithResponse(ctx, account)
	if err != nil || again.JSONDefault == nil || again.JSONDefault.Message != messenger.ErrorCodeUserAlreadyExists {
		t.Fatalf("register again: %+v, %v", again, err)
	}
	login, err := guest.LoginWithResponse(ctx, account)
	if err != nil || login.JSON200 == nil {
		t.Fatalf("log in: %+v, %v", login, err)
	}
	alice, err := messenger.NewClientWithResponses(s.URL, messenger.WithSession(login.JSON200.SessionID))
	if err != nil {
		t.Fatal(err)
	}
	chat, err := alice.CreateChatWithResponse(ctx, messenger.ChatCreation{ChatName: "Weekend plans"})
	if err != nil || chat.JSON201 == nil {
		t.Fatalf("create a chat: %+v, %v", chat, err)
	}
	user, err := alice.JoinChatWithResponse(ctx, chat.JSON201.ChatID, messenger.UserCreation{UserName: "Alice"})
	if err != nil || user.JSON201 == nil {
		t.Fatalf("join: %+v, %v", user, err)
	}
	sent, err := alice.SendMessageWithResponse(ctx, chat.JSON201.ChatID,
		&messenger.SendMessageParams{UserID: user.JSON201.UserID}, messenger.MessageCreation{Message: "hello"})
	if err != nil || sent.JSON201 == nil {
		t.Fatalf("send: %+v, %v", sent, err)
	}
	page, err := alice.ListMessagesWithResponse(ctx, chat.JSON201.ChatID, &messenger.ListMessagesParams{Limit: 10})
	if err != nil || page.JSON200 == nil || len(page.JSON200.Messages) != 1 ||
		page.JSON200.Messages[0].MessageID != sent.JSON201.MessageID || page.JSON200.Messages[0].Text != "hello" {
		t.Fatalf("read: %+v, %v", page, err)
	}
	if out, err := alice.LogoutWithResponse(ctx); err != nil || out.StatusCode() != http.StatusOK {
		t.Fatalf("log out: %+v, %v", out, err)
	}
	sessions, err := alice.ListSessionsWithResponse(ctx)
	if err != nil || sessions.JSONDefault == nil || sessions.JSONDefault.Message != messenger.ErrorCodeInvalidSessionID {
		t.Fatalf("after the log-out: %+v, %v", sessions, err)
	}
}
