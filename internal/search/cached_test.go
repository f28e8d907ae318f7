package search_test

import (
	"testing"
	"time"

	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/memory"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
	"messenger-api/internal/store/storetest"
)

func newTask(*testing.T) messenger.ID { return messenger.NewID() }

// Results in a cache are what results in a database are.
func TestCachedResults(t *testing.T) {
	own, err := memory.Open(memory.Options{MaxBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	storetest.RunResults(t, search.NewCachedResults(own, time.Hour), newTask)
}

func TestCachedResultsInRedis(t *testing.T) {
	// A busy machine is no reason for an error.
	const patience = 20 * time.Second
	shared, err := redis.Open(redis.Options{
		URL: cachetest.RedisURL(t), ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: patience, ConnectTimeout: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.Close(); err != nil {
			t.Error(err)
		}
	})
	storetest.RunResults(t, search.NewCachedResults(shared, time.Hour), newTask)
}
