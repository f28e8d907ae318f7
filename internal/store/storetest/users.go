package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
)

func userTests() tests {
	return tests{
		"a new user is returned unchanged":              joinNew,
		"joining again returns the same user":           joinAgain,
		"joining under a taken name returns its user":   joinTaken,
		"an account has several names in a chat":        joinTwice,
		"a name can be used in several chats":           joinOtherChat,
		"an unknown chat is an error":                   joinUnknownChat,
		"names are compared exactly":                    joinSimilarNames,
		"a user is found by its name":                   userByName,
		"the longest name is stored completely":         joinLongestName,
		"of concurrent joins under a name one succeeds": joinRace,
		"concurrent joins of one account make one user": joinSelfRace,
	}
}

func joinNew(t *testing.T, store messenger.Store) {
	user := userOf(newChat(t, store), newAccount(t, store).ID, "Зоя 'quoted' 👩‍🚀")
	requireEqual(t, join(t, store, user), user)
}

func joinAgain(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	again := userOf(user.ChatID, user.AccountID, user.Name)
	again.CreatedAt = moment(time.Hour)
	requireEqual(t, join(t, store, again), user)
	// No user has the second id.
	requireError(t, appendAll(t, store, message(again, "", "text"))[0].Err, errs.ErrUserNotFound)
}

func joinTaken(t *testing.T, store messenger.Store) {
	owner := newMember(t, store)
	other := userOf(owner.ChatID, newAccount(t, store).ID, owner.Name)
	requireEqual(t, join(t, store, other), owner)
	requireError(t, appendAll(t, store, message(other, "", "text"))[0].Err, errs.ErrUserNotFound)
}

func joinTwice(t *testing.T, store messenger.Store) {
	first := newMember(t, store)
	second := userOf(first.ChatID, first.AccountID, unique())
	requireEqual(t, join(t, store, second), second)
	requireEqual(t, join(t, store, userOf(first.ChatID, first.AccountID, first.Name)), first)
	appended := appendAll(t, store, message(first, "", "text"), message(second, "", "text"))
	requireEqual(t, []error{appended[0].Err, appended[1].Err}, []error{nil, nil})
}

func joinOtherChat(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	mine := userOf(newChat(t, store), user.AccountID, user.Name)
	requireEqual(t, join(t, store, mine), mine)
	theirs := userOf(newChat(t, store), newAccount(t, store).ID, user.Name)
	requireEqual(t, join(t, store, theirs), theirs)
}

func joinUnknownChat(t *testing.T, store messenger.Store) {
	_, err := store.JoinChat(t.Context(), userOf(messenger.NewID(), newAccount(t, store).ID, "name"))
	requireError(t, err, errs.ErrChatNotFound)
}

func joinSimilarNames(t *testing.T, store messenger.Store) {
	chat, account := newChat(t, store), newAccount(t, store).ID
	for _, name := range similarNames() {
		user := userOf(chat, account, name)
		requireEqual(t, join(t, store, user), user)
	}
}

func userByName(t *testing.T, store messenger.Store) {
	user := newMember(t, store)
	found, ok, err := store.UserByName(t.Context(), user.ChatID, user.Name)
	if err != nil || !ok {
		t.Fatalf("UserByName = %v, %v", ok, err)
	}
	requireEqual(t, found, user)
	if _, ok, err := store.UserByName(t.Context(), user.ChatID, user.Name+"x"); ok || err != nil {
		t.Errorf("UserByName of nobody = %v, %v", ok, err)
	}
}

func joinLongestName(t *testing.T, store messenger.Store) {
	user := userOf(newChat(t, store), newAccount(t, store).ID, longestName)
	join(t, store, user)
	appendAll(t, store, message(user, "", "text"))
	requireEqual(t, wholeLog(t, store, user.ChatID)[0].UserName, longestName)
}

func joinRace(t *testing.T, store messenger.Store) {
	chat := newChat(t, store)
	var candidates [8]messenger.User
	for i := range candidates {
		candidates[i] = userOf(chat, newAccount(t, store).ID, "name")
	}
	requireOneWinner(t, candidates[:], func(int) messenger.Store { return store })
}

func joinSelfRace(t *testing.T, store messenger.Store) {
	chat, account := newChat(t, store), newAccount(t, store).ID
	var candidates [8]messenger.User
	for i := range candidates {
		candidates[i] = userOf(chat, account, "name")
	}
	requireOneWinner(t, candidates[:], func(int) messenger.Store { return store })
}

// joinWithRetry retries a join that did not get the chat's lock in time, as a client does after a
// 503, a limited number of times.
func joinWithRetry(ctx context.Context, store messenger.Store, user messenger.User) (messenger.User, error) {
	joined, err := store.JoinChat(ctx, user)
	for tries := 1; tries < 4 && errors.Is(err, errs.ErrServiceUnavailable); tries++ {
		joined, err = store.JoinChat(ctx, user)
	}
	return joined, err
}

// requireOneWinner lets the candidates for one name join concurrently: one of them becomes the user,
// and all get that user.
func requireOneWinner(t *testing.T, candidates []messenger.User, through func(i int) messenger.Store) {
	t.Helper()
	answers := make([]messenger.User, len(candidates))
	concurrently(len(candidates), func(i int) {
		var err error
		if answers[i], err = joinWithRetry(t.Context(), through(i), candidates[i]); err != nil {
			t.Errorf("unexpected error: %v", err)
		}
	})
	winners := 0
	for i, answer := range answers {
		requireEqual(t, answer, answers[0])
		if answer.ID == candidates[i].ID {
			winners++
		}
	}
	requireEqual(t, winners, 1)
}
