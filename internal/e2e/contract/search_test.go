package contract_test

import (
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit"
)

// searcher is a server with search, and its settings.
type searcher struct {
	*testkit.Server
	settings []string
}

// onEachSearch runs a test with each setup of search: in the server's process over each database, and
// with a separate consumer over PostgreSQL, Redis and RabbitMQ.
func onEachSearch(t *testing.T, test func(t *testing.T, s searcher)) {
	t.Helper()
	onBoth(t, func(t *testing.T, database []string) {
		test(t, searcher{testkit.Start(t, database...), database})
	})
	t.Run("consumer", func(t *testing.T) {
		t.Parallel()
		environment := services(t)
		testkit.StartConsumer(t, environment...)
		test(t, searcher{testkit.Start(t, environment...), environment})
	})
}

// services returns the settings of a new database, Redis and RabbitMQ.
func services(t *testing.T) []string {
	t.Helper()
	return append(testkit.Postgres(t),
		"CACHE_TYPE=redis", "REDIS_URL="+cachetest.StartServer(t).URL().String(), "RMQ_URL="+queuetest.StartBroker(t).URL())
}

// The cases that share one server with default settings, for each setup of search.
func TestSearch(t *testing.T) {
	cases := []struct {
		name string
		test func(*testing.T, searcher)
	}{
		{"start", testSearchStart},
		{"start refused", testSearchRefused},
		{"status", testSearchStatus},
		{"both spellings of task_id", testSearchSpellings},
		{"precedence of errors", testSearchOrder},
		{"Prefer", testSearchPrefer},
		{"fields", testSearchFields},
		{"order of results", testSearchNewestFirst},
		{"limits", testSearchLimits},
		{"iterators", testSearchIterators},
		{"states", testSearchStates},
		{"kept for a time", testSearchKept},
		{"confirmation", testSearchConfirmation},
		{"an older iterator", testSearchOlderIterator},
		{"read at once", testSearchReadAtOnce},
		{"HEAD", testSearchHead},
		{"a stranger's task", testSearchStranger},
		{"chats of others", testSearchChatsOfOthers},
		{"a chat that was left", testSearchChatLeft},
		{"deleted messages", testSearchDeleted},
		{"words", testSearchWords},
		{"nothing to find", testSearchNothing},
		{"chat_id", testSearchChatID},
		{"user_name", testSearchUserName},
		{"after and before", testSearchTimes},
		{"hostile queries", testSearchHostile},
		{"as of now", testSearchFresh},
		{"generated client", testSearchClient},
	}
	onEachSearch(t, func(t *testing.T, s searcher) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.test(t, s)
			})
		}
	})
}

// The newest results are kept.
func TestSearchMaxResults(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		r := newRoom(t, s)
		sent := r.sayAll("apple 1", "apple 2", "apple 3", "apple 4", "apple 5")
		wantFound(t, r.Find(looking("apples")), sent[4], sent[3], sent[2])
	}, "SEARCH_MAX_RESULTS=3")
}

// looking returns a request to search for the words.
func looking(words string) messenger.SearchCreation { return messenger.SearchCreation{Message: words} }

// sayAll sends messages and returns their message_ids.
func (r room) sayAll(texts ...string) []string {
	var ids []string
	for _, text := range texts {
		ids = append(ids, r.Send(r.chat, r.user, text))
	}
	return ids
}

// idsOf returns the message_ids of the results.
func idsOf(found []messenger.FoundMessage) []string {
	ids := []string{}
	for _, message := range found {
		ids = append(ids, message.MessageID)
	}
	return ids
}
