// Package storetest is the suite that every messenger.Store passes, against the
// real database: what each method promises, and the invariants of the log while
// many write and read it at once.
package storetest

import (
	"testing"

	"messenger-api/internal/messenger"
)

// tests are what a topic says of a store, by name. They share the store, run at
// once, and so keep to accounts and chats of their own.
type tests map[string]func(t *testing.T, store messenger.Store)

// Run holds a Store to its interface. open gives a fresh, empty, migrated store,
// which t.Cleanup closes; it is called once for each topic, several at once.
func Run(t *testing.T, open func(t *testing.T) messenger.Store) {
	topics := map[string]tests{
		"accounts":         accountTests(),
		"passwords":        passwordTests(),
		"sessions":         sessionTests(),
		"ends of sessions": sessionEndTests(),
		"operator":         operatorTests(),
		"all sessions":     {"are ended some at a time": endSome},
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

// RunShared holds two Stores that are open on one database to what nodes rely
// on. open gives both on a fresh, migrated database, closed by t.Cleanup.
func RunShared(t *testing.T, open func(t *testing.T) (a, b messenger.Store)) {
	a, b := open(t)
	runShared(t, a, b)
	t.Run("each sees what the other did", func(t *testing.T) {
		t.Parallel()
		seenByTheOther(t, a, b)
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
		"many writers and readers":      logWhileManyWrite,
		"one send through both at once": oneSendTwice,
		"one name through both at once": oneNameTwice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, a, b)
		})
	}
}
