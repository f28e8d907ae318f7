package messenger

import (
	"context"
	"errors"
	"testing"

	"messenger-api/internal/errs"
)

// memberStore is a store with one chat, which has one user and no messages.
type memberStore struct {
	scriptedStore

	user User
}

func (m *memberStore) UserByName(_ context.Context, chat ID, name string) (User, bool, error) {
	return m.user, chat == m.user.ChatID && name == m.user.Name, nil
}

func (*memberStore) Messages(context.Context, ID, int64, int, int) ([]Message, error) {
	return nil, nil
}

// An account keeps its user under a name that no new user may have; nobody else gets that user.
func TestJoinUnderANameThatIsNoLongerAllowed(t *testing.T) {
	member, stranger := NewID(), NewID()
	store := &memberStore{user: User{ID: NewID(), ChatID: aChat, AccountID: member, Name: " former "}}
	service := NewService(store, nil, Options{}, nil)
	for name, test := range map[string]struct {
		account, chat ID
		name          string
		want          ID
		err           error
	}{
		"its own":            {member, aChat, " former ", store.user.ID, nil},
		"another account's":  {stranger, aChat, " former ", ID{}, errs.ErrUserAlreadyExists},
		"a new one":          {member, aChat, " new ", ID{}, errs.ErrBadParameters},
		"in an unknown chat": {member, anotherChat, " former ", ID{}, errs.ErrChatNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := service.JoinChat(t.Context(), test.account, test.chat, test.name)
			if id != test.want || !errors.Is(err, test.err) {
				t.Errorf("JoinChat = %v, %v; want %v, %v", id, err, test.want, test.err)
			}
		})
	}
}

// The iterator of a page without messages stays at the start of the log: what is sent later is not
// older than it.
func TestIteratorOfAnEmptyPage(t *testing.T) {
	service := NewService(&memberStore{}, nil, Options{}, nil)
	for _, from := range []Cursor{LatestCursor(aChat), {aChat, 5}, {aChat, 1}} {
		page, err := service.Messages(t.Context(), from, 10, 1<<20)
		if want := (Cursor{aChat, 1}); err != nil || page.Next != want || len(page.Messages) > 0 || page.Truncated {
			t.Errorf("from %v: %v, %v; want no messages and the iterator %v", from, page, err, want)
		}
	}
	if _, err := service.Messages(t.Context(), LatestCursor(anotherChat), 10, 1<<20); !errors.Is(err, errs.ErrChatNotFound) {
		t.Errorf("of an unknown chat: %v", err)
	}
}
