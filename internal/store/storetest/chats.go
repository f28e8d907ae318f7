package storetest

import (
	"testing"

	"messenger-api/internal/messenger"
)

func chatTests() tests {
	return tests{
		"a chat exists after its creation": chatExists,
		"two chats may have one name":      chatNamesShared,
		"the longest name is accepted":     chatLongestName,
		"a new chat is empty":              chatEmpty,
		"an unknown chat has no messages":  chatUnknown,
	}
}

func createChat(t *testing.T, store messenger.Store, name string) messenger.ID {
	t.Helper()
	chat := messenger.Chat{ID: messenger.NewID(), Name: name, CreatedBy: newAccount(t, store).ID, CreatedAt: moment(0)}
	check(t, store.CreateChat(t.Context(), chat))
	return chat.ID
}

func requireChat(t *testing.T, store messenger.Store, chat messenger.ID, want bool) {
	t.Helper()
	exists, err := store.ChatExists(t.Context(), chat)
	check(t, err)
	requireEqual(t, exists, want)
}

func chatExists(t *testing.T, store messenger.Store) {
	requireChat(t, store, messenger.NewID(), false)
	requireChat(t, store, createChat(t, store, "'chat' \"🗨\" %s"), true)
}

func chatNamesShared(t *testing.T, store messenger.Store) {
	one, other := createChat(t, store, "chat"), createChat(t, store, "chat")
	requireChat(t, store, one, true)
	requireChat(t, store, other, true)
}

func chatLongestName(t *testing.T, store messenger.Store) {
	requireChat(t, store, createChat(t, store, longestName), true)
}

func chatEmpty(t *testing.T, store messenger.Store) {
	requireEqual(t, len(wholeLog(t, store, createChat(t, store, "chat"))), 0)
}

func chatUnknown(t *testing.T, store messenger.Store) {
	requireEqual(t, len(wholeLog(t, store, messenger.NewID())), 0)
}
