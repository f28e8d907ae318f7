package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// An invalidation arrives before the reply to any later request.
func TestInvalidationBeforeNextReply(t *testing.T) {
	c, _ := open(t, cachetest.RedisURL(t), patient)
	key := "cachetest:invalidation"
	for round := range 5000 {
		value := fmt.Sprint(round)
		set(t, c, key, value)
		if err := errorOfGet(t, c); err != nil {
			t.Fatal(err)
		}
		if values, err := c.GetClientCached(t.Context(), time.Hour, key); err != nil || string(values[0]) != value {
			t.Fatalf("GetClientCached = %q, %v; want %q", values, err, value)
		}
	}
}

// Cached values are dropped with the connection.
func TestClientCacheIsDroppedWithConnection(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient)
	other, _ := open(t, cachetest.RedisURL(t), patient)
	key := "cachetest:dropped"
	set(t, other, key, "old")
	get := func() (string, error) {
		values, err := c.GetClientCached(t.Context(), time.Hour, key)
		if err != nil {
			return "", err
		}
		return string(values[0]), nil
	}
	if got, err := get(); got != "old" || err != nil {
		t.Fatalf("GetClientCached = %q, %v", got, err)
	}
	proxy.Cut()
	await.Until(t, "cached values are not returned", func() bool { _, err := get(); return errors.Is(err, cache.ErrDown) })
	set(t, other, key, "new")
	proxy.Restore()
	awaitUp(t, c)
	if got, err := get(); got != "new" || err != nil {
		t.Errorf("after the connection was lost, GetClientCached = %q, %v", got, err)
	}
}

// Hits in the client-side cache are no replies of Redis: they don't keep the connection from
// being idle.
func TestClientCacheHitsAreNoReplies(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), hasty, func(o *redis.Options) {
		o.IdleTimeout, o.ConnectTimeout = 500*time.Millisecond, 200*time.Millisecond
	})
	var err error
	get := func() bool {
		_, err = c.GetClientCached(t.Context(), time.Hour, "key")
		return err == nil
	}
	await.Until(t, "the key is cached", get)
	proxy.Swallow()
	await.Until(t, "hits in the client-side cache end", func() bool { return !get() })
	if !errors.Is(err, cache.ErrDown) {
		t.Errorf("GetClientCached while Redis does not reply: %v; want ErrDown", err)
	}
}

// Concurrent misses of a key share one request to Redis. It is not canceled with the context
// of the caller that made it.
func TestSharedRequestOfACanceledCaller(t *testing.T) {
	server := cachetest.StartServer(t)
	c, _ := open(t, server.URL(), patient)
	for round := range 20 { // in most of them the canceled caller comes first
		cancelFirstCaller(t, c, server, fmt.Sprint("key ", round))
	}
}

func cancelFirstCaller(t *testing.T, c *redis.Cache, server *cachetest.Server, key string) {
	t.Helper()
	const others = 20
	set(t, c, key, "value")
	server.Pause()
	canceled, cancel := context.WithCancel(t.Context())
	var starting, all sync.WaitGroup
	get := func(ctx context.Context, check func(values [][]byte, err error)) {
		starting.Add(1)
		all.Go(func() {
			starting.Done()
			check(c.GetClientCached(ctx, time.Hour, key))
		})
		starting.Wait()
	}
	get(canceled, func([][]byte, error) {})
	for range others {
		get(t.Context(), func(values [][]byte, err error) {
			if err != nil || string(values[0]) != "value" {
				t.Errorf("GetClientCached = %q, %v", values, err)
			}
		})
	}
	cancel()
	server.Resume()
	await.Return(t, "all callers return", all.Wait)
}
