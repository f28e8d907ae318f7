package operator

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/password"
	"messenger-api/internal/testkit"
	"messenger-api/internal/transfer"
)

// began is the time of the first event of the generated history.
var began = time.Date(2025, 12, 31, 23, 59, 59, 999999000, time.UTC)

// archive is a generated history.
type archive struct {
	accounts []messenger.Account
	sessions []transfer.Session
	chats    []messenger.Chat
	users    []messenger.User
	events   []transfer.Event
}

// id returns ids that are sorted by kind and number.
func id(kind byte, number int) (made messenger.ID) {
	made[0] = kind
	binary.BigEndian.PutUint64(made[8:], uint64(number)+2)
	return made
}

// token is the token of session number n.
func token(n int) messenger.Token { return messenger.Token(id(9, n)) }

// names and texts have characters that an encoder could change.
var (
	oddNames = []string{"alice", "Zoë", "\"quoted\\", "tab\tand\nline", "名前", "🙂", "<b>&amp;", "sep\u2028arator"}
	oddTexts = []string{"plain", "", "line\nbreak\r\n", "nul is out, \x01 \x1f \x7f are not", "emoji 👩‍👩‍👧 ", "\u2028\u2029", "</script>", `\u0041`}
)

func stamp(n int) time.Time { return began.Add(time.Duration(n) * 1337 * time.Microsecond) }

// newArchive generates a history with this number of messages, in chats of all sizes.
func newArchive(t *testing.T, messages int) *archive {
	t.Helper()
	hash, err := password.NewHasher(password.Recommended, 1, 1).Hash(context.Background(), testkit.Password)
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{accounts: []messenger.Account{{ID: messenger.AnonymousAccount.ID, Name: "anonymous", CreatedAt: began}}}
	for i, name := range oddNames {
		a.accounts = append(a.accounts, messenger.Account{ID: id(1, i), Name: name, PasswordHash: hash, CreatedAt: stamp(i)})
		session := transfer.Session{Hash: token(i).Hash(), Session: messenger.Session{
			ID: id(2, i), AccountID: id(1, i), CreatedAt: stamp(i), ExpiresAt: stamp(i).AddDate(8, 0, 0), Address: "2001:db8::1", UserAgent: name,
		}}
		if i == 2 {
			session.LoggedOutAt = stamp(100)
		}
		a.sessions = append(a.sessions, session)
	}
	a.accounts[4].DisabledAt = stamp(99)
	slices.SortFunc(a.sessions, func(a, b transfer.Session) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	const chats = 50 // every fifth is empty
	for i := range chats {
		a.chat(i, messages/(chats*4/5))
	}
	return a
}

func (a *archive) chat(number, messages int) {
	if number%5 == 4 {
		messages = 0
	}
	chat := messenger.Chat{ID: id(3, number), Name: oddNames[number%len(oddNames)], CreatedBy: id(1, 0), CreatedAt: stamp(number)}
	chat.LastSeq = int64(messages)
	a.chats = append(a.chats, chat)
	for i := range 3 {
		a.users = append(a.users, messenger.User{
			ID: id(4, i), ChatID: chat.ID, AccountID: id(1, i), Name: oddNames[i], CreatedAt: stamp(number),
		})
	}
	for seq := 1; seq <= messages; seq++ {
		text := fmt.Sprintf("message %d of chat%d: %s", seq, number, oddTexts[seq%len(oddTexts)])
		event := transfer.Event{
			ChatID: chat.ID, Seq: int64(seq), Kind: transfer.KindMessage, CreatedAt: stamp(seq * 7), AccountID: id(1, seq%3), UserID: id(4, seq%3),
			MessageID: id(5, number*1_000_000+seq), Text: &text,
		}
		if seq%2 == 0 {
			key := fmt.Sprint(oddNames[seq%len(oddNames)], seq)
			event.ClientMessageID = &key
		}
		a.events = append(a.events, event)
	}
}

// encode returns the archive in the format of export.
func (a *archive) encode(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := transfer.NewWriter(&out)
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.Counts(transfer.Counts{
		Accounts: int64(len(a.accounts)), Sessions: int64(len(a.sessions)), Chats: int64(len(a.chats)),
		Users: int64(len(a.users)), Events: int64(len(a.events)),
	}))
	for i := range a.accounts {
		check(w.Account(&a.accounts[i]))
	}
	for i := range a.sessions {
		check(w.Session(&a.sessions[i]))
	}
	for i := range a.chats {
		check(w.Chat(&a.chats[i]))
	}
	for i := range a.users {
		check(w.User(&a.users[i]))
	}
	for i := range a.events {
		check(w.Event(&a.events[i]))
	}
	check(w.Close())
	return out.Bytes()
}

// file writes an export to a file.
func file(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export.jsonl")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
