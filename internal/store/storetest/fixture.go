package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"messenger-api/internal/messenger"
)

// tester has the common methods of *testing.T and *rapid.T.
type tester interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// longestName has the maximal number of bytes of a name.
var longestName = strings.Repeat("𝔸", messenger.NameMaxCharacters)

// moment is a time, with microseconds, this long after the present time of the tests.
func moment(after time.Duration) time.Time {
	return time.Date(2031, 2, 3, 4, 5, 6, 123457000, time.UTC).Add(after)
}

func unique() string { return rand.Text() }

func newAccount(t tester, store messenger.Store) messenger.Account {
	t.Helper()
	account := messenger.Account{ID: messenger.NewID(), Name: unique(), PasswordHash: unique(), CreatedAt: moment(0)}
	check(t, store.CreateAccount(t.Context(), account))
	return account
}

func newChat(t tester, store messenger.Store) messenger.ID {
	t.Helper()
	chat := messenger.Chat{
		ID: messenger.NewID(), Name: "chat", CreatedBy: messenger.AnonymousAccount.ID, CreatedAt: moment(0),
	}
	check(t, store.CreateChat(t.Context(), chat))
	return chat.ID
}

// newUser creates a user of the account with a unique name.
func newUser(t tester, store messenger.Store, chat, account messenger.ID) messenger.User {
	t.Helper()
	return join(t, store, userOf(chat, account, unique()))
}

func userOf(chat, account messenger.ID, name string) messenger.User {
	return messenger.User{ID: messenger.NewID(), ChatID: chat, AccountID: account, Name: name, CreatedAt: moment(0)}
}

func join(t tester, store messenger.Store, user messenger.User) messenger.User {
	t.Helper()
	joined, err := store.JoinChat(t.Context(), user)
	check(t, err)
	return joined
}

// newMember creates an account, a chat and the account's user in it.
func newMember(t tester, store messenger.Store) messenger.User {
	t.Helper()
	return newUser(t, store, newChat(t, store), newAccount(t, store).ID)
}

// message is a new message of the user; an empty key is none.
func message(user messenger.User, key, text string) messenger.Message {
	return messenger.Message{
		ID: messenger.NewID(), ChatID: user.ChatID, UserID: user.ID, AccountID: user.AccountID,
		ClientMessageID: key, Text: text, CreatedAt: moment(time.Second),
	}
}

// add appends a message to a batch. Ids in a batch are unique, so a message that is in it already
// gets another id, and is a repeat by its key.
func add(batch []messenger.Message, next messenger.Message) []messenger.Message {
	if contains(batch, next.ID) {
		next.ID = messenger.NewID()
	}
	return append(batch, next)
}

func contains(messages []messenger.Message, id messenger.ID) bool {
	return slices.ContainsFunc(messages, func(m messenger.Message) bool { return m.ID == id })
}

func appendAll(t tester, store messenger.Store, batch ...messenger.Message) []messenger.AppendResult {
	t.Helper()
	appended, err := store.AppendMessages(t.Context(), batch)
	check(t, err)
	if len(appended) != len(batch) {
		t.Fatalf("%d answers to a batch of %d", len(appended), len(batch))
	}
	return appended
}

// wholeLog reads all messages of a chat page by page, and returns them oldest first.
func wholeLog(t tester, store messenger.Store, chat messenger.ID) []messenger.Message {
	t.Helper()
	messages, err := readPages(t.Context(), store, messenger.LatestCursor(chat), messenger.PageMaxMessages)
	check(t, err)
	slices.Reverse(messages)
	return messages
}

// readPages reads the pages from the cursor to the start of the log. A page that does not move the
// cursor towards it is an error.
func readPages(
	ctx context.Context, store messenger.Store, from messenger.Cursor, limit int,
) (newestFirst []messenger.Message, err error) {
	for {
		page, err := store.Messages(ctx, from.ChatID, from.Before, limit, 1<<30)
		if err != nil || len(page) == 0 {
			return newestFirst, err
		}
		if page[0].Seq >= from.Before {
			return nil, fmt.Errorf("the page before seq %d begins with seq %d", from.Before, page[0].Seq)
		}
		newestFirst = append(newestFirst, page...)
		from.Before = page[len(page)-1].Seq
	}
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func requireError(t tester, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
}

// requireEqual compares by reflect.DeepEqual, by which equal times have the same location.
func requireEqual[T any](t tester, got, want T) {
	t.Helper()
	times := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() })
	failures := cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })
	if difference := cmp.Diff(want, got, times, failures); difference != "" {
		t.Fatalf("not as expected (-want +got):\n%s", difference)
	}
}

// concurrently runs do count times, each in a goroutine, and waits for all.
func concurrently(count int, do func(i int)) {
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	group.Wait()
}
