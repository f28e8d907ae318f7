package contract_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// refusedNames are values of a field for a name that must be bad-parameters.
// The one that is absent is called "absent".
var refusedNames = map[string]any{
	"absent": nil, "null": nil, "empty": "", "a number": 7, "an object": map[string]any{}, "a list": []string{"a"}, "true": true,
	"too long": strings.Repeat("a", 256), "too long in runes": strings.Repeat("ü", 256), "NUL": "a\x00",
}

func refuseNames(t *testing.T, c *testkit.Client, path, field string) {
	t.Helper()
	for what, value := range refusedNames {
		body := map[string]any{field: value}
		if what == "absent" {
			body = map[string]any{}
		}
		if answer := c.Post(path, body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s %s: %s", field, what, answer)
		}
	}
}

func testCreateChat(t *testing.T, s *testkit.Server) {
	alice := s.As(t, fresh("alice"))
	seen := map[string]bool{}
	for _, name := range []string{"tea", "tea", "-", strings.Repeat("ü", 255), "'; DROP TABLE chats; --"} {
		chat := alice.CreateChat(name)
		if seen[chat] {
			t.Errorf("chat_id %s was given twice", chat)
		}
		seen[chat] = true
		if page := alice.Page(chat, 1, ""); len(page.Messages) != 0 || page.Next.Iterator == "" {
			t.Errorf("a new chat's page: %+v", page)
		}
	}
	refuseNames(t, alice, "/v1/chats", "chat_name")
}

func testJoinChat(t *testing.T, s *testkit.Server) {
	alice, bob := s.As(t, fresh("alice")), s.As(t, fresh("bob"))
	chat, other := alice.CreateChat("tea"), alice.CreateChat("coffee")
	first := bob.Join(chat, "Bob") // anybody may join, not only who made the chat
	if again := bob.Join(chat, "Bob"); again != first {
		t.Errorf("joining again gave %s, want %s", again, first)
	}
	second := bob.Join(chat, "Robert")
	if second == first {
		t.Error("another name gave the same user_id")
	}
	alices := alice.Join(chat, "Alice")
	if alices == first || alices == second {
		t.Errorf("the user_id %s was given to two accounts", alices)
	}
	if elsewhere := alice.Join(other, "Bob"); elsewhere == first {
		t.Error("a name of another chat gave the user_id of this one")
	}
	// One account may have several names in a chat.
	bob.Send(chat, first, "one")
	bob.Send(chat, second, "two")
	page := bob.Page(chat, 10, "")
	if len(page.Messages) != 2 || page.Messages[0].UserName != "Robert" || page.Messages[1].UserName != "Bob" ||
		page.Messages[0].UserID != second || page.Messages[1].UserID != first {
		t.Errorf("two names of one account: %+v", page.Messages)
	}
	bob.Join(chat, strings.Repeat("ü", 255))
}

func testJoinRefused(t *testing.T, s *testkit.Server) {
	alice, bob := s.As(t, fresh("alice")), s.As(t, fresh("bob"))
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	path := "/v1/chats/" + chat + "/users"
	bob.Post(path, map[string]string{"user_name": "Alice"}).Refused(http.StatusBadRequest, "user-already-exists")
	if again := alice.Join(chat, "Alice"); again != user {
		t.Errorf("the name's owner got %s, want %s", again, user)
	}
	refuseNames(t, bob, path, "user_name")
	bob.Post("/v1/chats/"+nobody+"/users", map[string]string{"user_name": "Bob"}).Refused(http.StatusNotFound, "chat-not-found")
}

// Several accounts join under one name concurrently, each repeatedly: one of them gets the name.
func testJoinAtOnce(t *testing.T, s *testkit.Server) {
	var accounts []*testkit.Client
	for range 3 {
		accounts = append(accounts, s.As(t, fresh("alice")))
	}
	chat := accounts[0].CreateChat("tea")
	var mu sync.Mutex
	given := map[string]map[int]bool{}
	var all sync.WaitGroup
	for account, client := range accounts {
		for range 5 {
			all.Go(func() {
				answer, err := client.Try(http.MethodPost, "/v1/chats/"+chat+"/users", map[string]string{"user_name": "Alice"})
				switch {
				case err != nil:
					t.Error(err)
				case answer.Status == http.StatusCreated:
					mu.Lock()
					defer mu.Unlock()
					user := string(answer.Body)
					if given[user] == nil {
						given[user] = map[int]bool{}
					}
					given[user][account] = true
				case answer.Code() != "user-already-exists":
					t.Errorf("joined at once: %s", answer)
				}
			})
		}
	}
	all.Wait()
	if len(given) != 1 {
		t.Fatalf("one name has %d users: %v", len(given), given)
	}
	for user, accounts := range given {
		if len(accounts) != 1 {
			t.Errorf("%s is %d accounts'", user, len(accounts))
		}
	}
}
