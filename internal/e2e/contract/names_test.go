package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// One name, spelled with a letter and a mark, and with one letter.
const (
	decomposed = "Zoe\u0308"
	composed   = "Zo\u00eb"
)

func testNFC(t *testing.T, s *testkit.Server) {
	end := fresh("")
	guest := s.Guest(t)
	guest.Post("/v1/auth/register", credentials(decomposed+end, "x")).Empty(http.StatusCreated)
	guest.Post("/v1/auth/register", credentials(composed+end, "y")).Refused(http.StatusBadRequest, "user-already-exists")
	zoe := guest.LogIn(composed+end, "x")
	guest.LogIn(decomposed+end, "x")

	bob := s.As(t, fresh("bob"))
	chat := bob.CreateChat(decomposed)
	user := zoe.Join(chat, decomposed)
	if again := zoe.Join(chat, composed); again != user {
		t.Errorf("the same name in NFC gave %s, want %s", again, user)
	}
	bob.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": composed}).
		Refused(http.StatusBadRequest, "user-already-exists")
	zoe.Send(chat, user, decomposed)
	message := bob.Page(chat, 1, "").Messages[0]
	if message.UserName != composed {
		t.Errorf("user_name is %q, want %q", message.UserName, composed)
	}
	if message.Text != decomposed {
		t.Errorf("text is %q, want it as it was sent", message.Text)
	}

	// The characters that count are those of NFC.
	guest.Post("/v1/auth/register", credentials(strings.Repeat("e\u0301", 247)+fresh("")[:8], "x")).Empty(http.StatusCreated)
	bob.CreateChat(strings.Repeat("e\u0301", 255))
	bob.Post("/v1/chats", map[string]string{"chat_name": strings.Repeat("e\u0301", 256)}).Refused(http.StatusBadRequest, "bad-parameters")
	// U+0344 is two characters in NFC.
	bob.Post("/v1/chats", map[string]string{"chat_name": strings.Repeat("\u0344", 200)}).Refused(http.StatusBadRequest, "bad-parameters")
	// A password is kept as it is.
	name := fresh("carol")
	guest.Post("/v1/auth/register", credentials(name, decomposed)).Empty(http.StatusCreated)
	guest.Post("/v1/auth/login", credentials(name, composed)).Refused(http.StatusBadRequest, "bad-password")
	guest.LogIn(name, decomposed)
}

// Nothing but NFC is done to a name: these are all different ones.
func testNamesExactly(t *testing.T, s *testkit.Server) {
	base := fresh("name")
	names := []string{base, strings.ToUpper(base), " " + base, base + " ", base + "\t", base + "\u00a0", base + "\u200b", base + "\u00df",
		base + "ss", base + "\ufb01", base + "fi", base + "%", base + "_", base + "\\", base + "\u0001"}
	alice, bob := s.As(t, fresh("alice")), s.As(t, fresh("bob"))
	chat := alice.CreateChat("tea")
	users := map[string]bool{}
	for i, name := range names {
		s.Guest(t).Post("/v1/auth/register", credentials(name, name)).Empty(http.StatusCreated)
		users[[]*testkit.Client{alice, bob}[i%2].Join(chat, name)] = true
	}
	if len(users) != len(names) {
		t.Errorf("%d users for %d names", len(users), len(names))
	}
	for i, name := range names {
		s.Guest(t).LogIn(name, name)
		s.Guest(t).Post("/v1/auth/login", credentials(name, names[(i+1)%len(names)])).Refused(http.StatusBadRequest, "bad-password")
	}
}
