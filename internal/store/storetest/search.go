package storetest

import (
	"testing"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// SearchStore is a store that searches too.
type SearchStore interface {
	messenger.Store
	search.Store
}

// Searched is a fresh, empty, migrated store.
type Searched struct {
	SearchStore

	// Execute runs SQL of a test's own on the store's database, for what no method
	// does yet: $1, $2 … are the arguments, which are IDs, strings or int64s.
	Execute func(t *testing.T, statement string, arguments ...any)
}

// searchTests are what a topic says of searching, by name. Those of a topic share
// the store and run at once, unless they look at the tasks or chats of everybody.
type searchTests map[string]func(t *testing.T, store Searched)

// RunSearch holds a store to search.Store. open gives a fresh one, which t.Cleanup
// closes; it is called once for each topic, several at once.
func RunSearch(t *testing.T, open func(t *testing.T) Searched) {
	topics := map[string]searchTests{
		"tasks":     taskTests(),
		"open most": maxOpenTests(),
		"attempts":  attemptTests(),
		"ends":      endTests(),
		"index":     indexTests(),
		"find":      findTests(),
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
	for name, test := range alone() {
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

// alone are the tests that look at everybody's tasks or chats: each has a store
// of its own.
func alone() searchTests {
	tests := searchTests{}
	for _, topic := range []searchTests{sweepTests(), deleteTests(), lagTests(), buildTests()} {
		for name, test := range topic {
			tests[name] = test
		}
	}
	return tests
}

// report is check for a goroutine of the test's own, which may not end the test.
func report(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("unexpected error: %v", err)
	}
}
