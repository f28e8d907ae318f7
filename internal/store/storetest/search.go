package storetest

import (
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// SearchStore is a store that implements search.Store, too.
type SearchStore interface {
	messenger.Store
	search.Store
}

// Searched is a fresh, empty, migrated store.
type Searched struct {
	SearchStore

	// Execute runs SQL on the store's database, for what no method does. $1, $2 … are the
	// arguments: IDs, strings or int64s.
	Execute func(t *testing.T, statement string, arguments ...any)
}

// searchTests are the tests of a topic, by name. They share a store and run in parallel, except
// those of isolatedTests.
type searchTests map[string]func(t *testing.T, store Searched)

// RunSearch tests an implementation of search.Store. open returns an empty one, which t.Cleanup
// closes; it is called once for each topic, concurrently.
func RunSearch(t *testing.T, open func(t *testing.T) Searched) {
	topics := map[string]searchTests{
		"tasks":            taskTests(),
		"open tasks limit": maxOpenTests(),
		"attempts":         attemptTests(),
		"ends":             endTests(),
		"index":            indexTests(),
		"find":             findTests(),
	}
	for name, topic := range topics {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			for name, test := range topic {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, store)
				})
			}
		})
	}
	for name, test := range isolatedTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	t.Run("results", func(t *testing.T) {
		t.Parallel()
		store := open(t)
		RunResults(t, store, func(t *testing.T) messenger.ID { return newTask(t, store).ID })
	})
}

// isolatedTests are the tests that read the tasks or chats of all accounts: each has its own store.
func isolatedTests() searchTests {
	tests := searchTests{}
	for _, topic := range []searchTests{sweepTests(), deleteTests(), lagTests(), buildTests()} {
		for name, test := range topic {
			tests[name] = test
		}
	}
	return tests
}

// checkAsync is check for goroutines, which must not call t.FailNow.
func checkAsync(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("unexpected error: %v", err)
	}
}
