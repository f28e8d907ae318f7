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

func TestNewsComeBeforeTheNextAnswer(t *testing.T) {
	c, _ := open(t, cachetest.RedisURL(t), patient)
	key := "cachetest:news"
	for round := range 5000 {
		value := fmt.Sprint(round)
		set(t, c, key, value)
		if err := errorOfGet(t, c); err != nil {
			t.Fatal(err)
		}
		if near, err := c.GetClientCached(t.Context(), time.Hour, key); err != nil || string(near[0]) != value {
			t.Fatalf("near = %q, %v; want %q", near, err, value)
		}
	}
}

func TestNearIsForgottenWithItsConnection(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient)
	other, _ := open(t, cachetest.RedisURL(t), patient)
	key := "cachetest:near:forgotten"
	set(t, other, key, "old")
	near := func() (string, error) {
		values, err := c.GetClientCached(t.Context(), time.Hour, key)
		if err != nil {
			return "", err
		}
		return string(values[0]), nil
	}
	if got, err := near(); got != "old" || err != nil {
		t.Fatalf("near = %q, %v", got, err)
	}
	proxy.Cut()
	await.Until(t, "what is near is not given", func() bool { _, err := near(); return errors.Is(err, cache.ErrDown) })
	set(t, other, key, "new")
	proxy.Restore()
	awaitUp(t, c)
	if got, err := near(); got != "new" || err != nil {
		t.Errorf("after the connection was lost, near = %q, %v", got, err)
	}
}

// What is near hides no silence: it is no answer of Redis.
func TestNearAnswersAreNoSignOfLife(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), hasty, func(o *redis.Options) {
		o.IdleTimeout, o.ConnectTimeout = 500*time.Millisecond, 200*time.Millisecond
	})
	var err error
	near := func() bool {
		_, err = c.GetClientCached(t.Context(), time.Hour, "key")
		return err == nil
	}
	await.Until(t, "it is near", near)
	proxy.Swallow()
	for near() { // at full speed
	}
	if !errors.Is(err, cache.ErrDown) {
		t.Errorf("GetClientCached while nothing comes from Redis: %v; want ErrDown", err)
	}
}

// Those who miss the same key share one request to Redis; that the one who asked
// it has left is not the others' loss.
func TestNearOutlivesTheCallerWhoAsked(t *testing.T) {
	server := cachetest.StartServer(t)
	c, _ := open(t, server.URL(), patient)
	for round := range 20 { // in most of them the one who leaves asks first
		nearWithoutTheFirst(t, c, server, fmt.Sprint("key ", round))
	}
}

func nearWithoutTheFirst(t *testing.T, c *redis.Cache, server *cachetest.Server, key string) {
	t.Helper()
	const others = 20
	set(t, c, key, "value")
	server.Pause()
	leaving, leave := context.WithCancel(t.Context())
	var asking, all sync.WaitGroup
	ask := func(ctx context.Context, check func(values [][]byte, err error)) {
		asking.Add(1)
		all.Go(func() {
			asking.Done()
			check(c.GetClientCached(ctx, time.Hour, key))
		})
		asking.Wait()
	}
	ask(leaving, func([][]byte, error) {})
	for range others {
		ask(t.Context(), func(values [][]byte, err error) {
			if err != nil || string(values[0]) != "value" {
				t.Errorf("GetClientCached = %q, %v", values, err)
			}
		})
	}
	leave()
	server.Resume()
	all.Wait()
}
