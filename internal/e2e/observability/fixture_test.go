package observability

import (
	"net"
	"strings"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// traffic sends requests of all kinds: accounts, messages, pages, a search and refused ones.
func traffic(t *testing.T, api testkit.API) {
	t.Helper()
	alice := api.As(t, "alice")
	chat := alice.CreateChat("tea")
	user := alice.Join(chat, "Alice")
	for range 3 {
		alice.Send(chat, user, "hello")
	}
	alice.SendOnce(chat, user, "once", "the same")
	alice.SendOnce(chat, user, "once", "the same")
	alice.Post(testkit.MessagesPath(chat, "00000000-0000-0000-0000-000000000000"), map[string]string{"message": "x"})
	for range 3 {
		alice.Page(chat, 10, "")
	}
	alice.Find(messenger.SearchCreation{Message: "hello"})
	api.Guest(t).Get("/unknown")
	api.Guest(t).Post("/v1/auth/login", map[string]string{"user_name": "alice", "password": "wrong password"})
}

// want checks a metric's value.
func want(t *testing.T, scrape testkit.Scrape, value float64, name string, labels ...string) {
	t.Helper()
	got, found := scrape.Value(name, labels...)
	if !found || got != value {
		t.Errorf("%s{%s} is %v (there: %v), want %v", name, strings.Join(labels, " "), got, found, value)
	}
}

// hanging returns the address of a listener that accepts connections and never answers.
func hanging(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}
