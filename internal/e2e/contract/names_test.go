package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

// One name in NFD (a letter and a combining mark) and in NFC (one letter).
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

	// The characters are counted in NFC.
	guest.Post("/v1/auth/register", credentials(strings.Repeat("e\u0301", 247)+fresh("")[:8], "x")).Empty(http.StatusCreated)
	bob.CreateChat(strings.Repeat("e\u0301", 255))
	bob.Post("/v1/chats", map[string]string{"chat_name": strings.Repeat("e\u0301", 256)}).Refused(http.StatusBadRequest, "bad-parameters")
	// U+0344 is two characters in NFC.
	bob.Post("/v1/chats", map[string]string{"chat_name": strings.Repeat("\u0344", 200)}).Refused(http.StatusBadRequest, "bad-parameters")
	// A password is not normalized.
	name := fresh("carol")
	guest.Post("/v1/auth/register", credentials(name, decomposed)).Empty(http.StatusCreated)
	guest.Post("/v1/auth/login", credentials(name, composed)).Refused(http.StatusBadRequest, "bad-password")
	guest.LogIn(name, decomposed)
}

// Names are normalized to NFC and not otherwise: these are all different.
func testNamesExactly(t *testing.T, s *testkit.Server) {
	base := fresh("name")
	names := []string{base, strings.ToUpper(base), base + " b", base + "\u00a0b", base + "\u00df",
		base + "ss", base + "\ufb01", base + "fi", base + "%", base + "_", base + "\\"}
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

// New names that look the same as others are refused.
func testNamesThatLookAlike(t *testing.T, s *testkit.Server) {
	base := fresh("Jos\u00e9")
	alice := s.As(t, fresh("alice"))
	chat := alice.CreateChat("tea")
	for _, name := range []string{
		" " + base, base + " ", base + "\t", base + "\u00a0", "\u3000" + base, base + "\n", // white space around
		base + "\u0001", base + "\u007f", base + "\u0085b", "a\tb", // control characters
		base + "\u200eb", base + "\u202eb", base + "\u2066b", base + "\u061cb", // bidirectional marks
		base + "\u200b", base + "\u2060b", "\ufeff" + base, base + "\u00adb", base + "\u3164", base + "\u2028b", base + "\u2800", base + "\u115fb",
		base + "\u200d", "\u200c" + base, base + "\u200d\u200db", "a \u200d\u200b", // joiners that join nothing
		base + "\ufe0f", base + "\ufe00b", base + "!\ufe0f", base + "1\ufe0f", base + "+\ufe0f", base + "\u6f22\U000e0100", // selectors of no other form
		base + "\u2764\ufe0f\ufe0f", base + "\U000e0067b", base + "\U0001f3f4\U000e0078\U000e007f",
	} {
		s.Guest(t).Post("/v1/auth/register", credentials(name, "x")).Refused(http.StatusBadRequest, "bad-parameters")
		alice.Post("/v1/chats", map[string]string{"chat_name": name}).Refused(http.StatusBadRequest, "bad-parameters")
		alice.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": name}).Refused(http.StatusBadRequest, "bad-parameters")
		s.Guest(t).Post("/v1/auth/login", credentials(name, "x")).Refused(http.StatusBadRequest, "user-not-found")
	}
	for _, name := range []string{
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",                                                                               // Persian
		"\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\u2764\ufe0f\u200d\U0001f525", "\U0001f3f3\ufe0f\u200d\U0001f308", // emoji
		"1\ufe0f\u20e3", "\u00a9\ufe0f", "\u203c\ufe0f", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
		"\u0915\u094d\u200d\u0937", "two words", "\u00a1hola!",
	} {
		alice.CreateChat(name)
		alice.Join(chat, name)
		s.Guest(t).Post("/v1/auth/register", credentials(name+fresh(""), "x")).Empty(http.StatusCreated)
	}
}

// An account with such a name from an earlier version can log in.
func TestKnownNamesGoOn(t *testing.T) {
	t.Parallel()
	for database, environment := range map[string][]string{"embedded": testkit.Embedded(t), "postgres": testkit.Postgres(t)} {
		t.Run(database, func(t *testing.T) {
			s := testkit.Start(t, environment...)
			alice, bob := s.As(t, "alice"), s.As(t, "bob")
			chat := alice.CreateChat("tea")
			user := alice.Join(chat, "Jos\u00e9")
			testkit.ExecuteSQL(t, environment, "UPDATE chat_users SET user_name = 'Jos\u00e9 '")
			testkit.ExecuteSQL(t, environment, "UPDATE accounts SET user_name = 'alice\u200b' WHERE user_name = 'alice'")
			if again := alice.Join(chat, "Jos\u00e9 "); again != user {
				t.Errorf("joining again gave %s, want %s", again, user)
			}
			bob.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": "Jos\u00e9 "}).Refused(http.StatusBadRequest, "user-already-exists")
			bob.Post("/v1/chats/"+chat+"/users", map[string]string{"user_name": "another "}).Refused(http.StatusBadRequest, "bad-parameters")
			s.Guest(t).Post("/v1/auth/login", credentials("alice\u200b", "wrong")).Refused(http.StatusBadRequest, "bad-password")
		})
	}
}
