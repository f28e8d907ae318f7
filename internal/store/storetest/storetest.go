// Package storetest is the test suite for implementations of messenger.Store and search.Store,
// against the real database: the contract of each method, and the invariants of the log under
// concurrent reads and writes.
package storetest

import (
	"testing"

	"messenger-api/internal/messenger"
)

// tests are the tests of a topic, by name. They share a store and run in parallel, so each uses its
// own accounts and chats.
type tests map[string]func(t *testing.T, store messenger.Store)

// Run tests an implementation of messenger.Store. open returns an empty, migrated store, which
// t.Cleanup closes; it is called once for each topic, concurrently.
func Run(t *testing.T, open func(t *testing.T) messenger.Store) {
	topics := map[string]tests{
		"accounts":         accountTests(),
		"passwords":        passwordTests(),
		"sessions":         sessionTests(),
		"ends of sessions": sessionEndTests(),
		"operator":         operatorTests(),
		"all sessions":     {"are ended in limited batches": endSome},
		"chats":            chatTests(),
		"users":            userTests(),
		"append":           appendTests(),
		"repeats":          repeatTests(),
		"texts":            textTests(),
		"pages":            pageTests(),
		"cancelled calls":  cancelTests(),
		"closing":          closeTests(),
		"model":            modelTests(),
	}
	for name, topic := range topics {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runTopic(t, topic, open(t))
		})
	}
	t.Run("log", func(t *testing.T) {
		t.Parallel()
		store := open(t)
		runShared(t, store, store)
	})
}

// RunShared tests two Stores on one database, as in two nodes. open returns both, on an empty,
// migrated database; t.Cleanup closes them.
func RunShared(t *testing.T, open func(t *testing.T) (a, b messenger.Store)) {
	a, b := open(t)
	runShared(t, a, b)
	t.Run("each store reads the other's commits", func(t *testing.T) {
		t.Parallel()
		readByOther(t, a, b)
	})
}

func runTopic(t *testing.T, topic tests, store messenger.Store) {
	for name, test := range topic {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, store)
		})
	}
}

func runShared(t *testing.T, a, b messenger.Store) {
	for name, test := range map[string]func(t *testing.T, a, b messenger.Store){
		"many writers and readers":          logWhileManyWrite,
		"one message through both stores":   sameMessageTwice,
		"one user name through both stores": sameNameTwice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, a, b)
		})
	}
}
