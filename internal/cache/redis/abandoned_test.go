package redis_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/cache/redis"
	"messenger-api/internal/testkit/await"
)

// While Redis does not reply, requests accumulate in the client's ring. Reads fail before
// it is full: waiting for a slot in it has no timeout.
func TestReadsFailFastWithoutReplies(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient, func(o *redis.Options) {
		o.ReadTimeout, o.IdleTimeout = time.Millisecond, time.Hour
	})
	proxy.Swallow()
	const readers, reads = 16, 500
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for range reads {
				err := errorOfGet(t, c)
				if t.Context().Err() != nil {
					return // the test has failed
				}
				if !errors.Is(err, cache.ErrSlow) {
					t.Errorf("a read without a reply: %v", err)
					return
				}
			}
		})
	}
	await.Return(t, "no read waits for a slot", all.Wait)
}

// After many abandoned reads, new ones work as soon as Redis has replied.
func TestReadsAfterOverload(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	limit := func(o *redis.Options) { o.ReadTimeout, o.HeartbeatInterval = 20*time.Millisecond, 10*time.Millisecond }
	c, lines := open(t, proxy.URL(cachetest.RedisURL(t)), patient, limit)
	proxy.Delay(500 * time.Millisecond)
	var all sync.WaitGroup
	for range 2000 {
		all.Go(func() {
			if err := errorOfGet(t, c); !errors.Is(err, cache.ErrSlow) {
				t.Errorf("a read that is too slow: %v", err)
			}
		})
	}
	await.Return(t, "no read waits for a slot", all.Wait)
	proxy.Heal()
	awaitUp(t, c)
	if lines.String() != "" {
		t.Errorf("the breaker opened:\n%s", lines)
	}
}

func TestCallersContext(t *testing.T) {
	proxy := cachetest.NewProxy(t, cachetest.RedisURL(t).Host)
	c, _ := open(t, proxy.URL(cachetest.RedisURL(t)), patient)
	proxy.Swallow()
	canceled, cancel := context.WithCancel(t.Context())
	expired, release := context.WithTimeout(t.Context(), time.Millisecond)
	defer release()
	time.AfterFunc(time.Millisecond, cancel)
	for ctx, want := range map[context.Context]error{canceled: context.Canceled, expired: context.DeadlineExceeded} {
		if _, _, err := c.Get(ctx, "key"); !errors.Is(err, want) {
			t.Errorf("Get = %v, want %v", err, want)
		}
		if err := c.Set(ctx, "key", nil, time.Hour); !errors.Is(err, want) {
			t.Errorf("Set = %v, want %v", err, want)
		}
	}
}

func TestScript(t *testing.T) {
	server := cachetest.StartServer(t)
	c, _ := open(t, server.URL(), patient)
	script := c.Script(`return {redis.call('INCRBY', KEYS[1], ARGV[1]), #KEYS, #ARGV}`)
	for _, flush := range []bool{false, false, true} {
		if flush {
			dial(t, server).ask("SCRIPT FLUSH")
		}
		if _, err := script.Run(t.Context(), []string{"count"}, []string{"2"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := script.Run(t.Context(), []string{"count", "b"}, []string{"1", "x", "y"})
	if err != nil || len(got) != 3 || got[0] != 7 || got[1] != 2 || got[2] != 3 {
		t.Errorf("Run = %v, %v; want 7, 2 and 3", got, err)
	}
	if _, err := c.Script(`return redis.error_reply('no')`).Run(t.Context(), nil, nil); err == nil || errors.Is(err, cache.ErrDown) {
		t.Errorf("a script that fails: %v", err)
	}
	server.Kill()
	awaitDown(t, c)
	if _, err := script.Run(t.Context(), []string{"count"}, []string{"2"}); !errors.Is(err, cache.ErrDown) {
		t.Errorf("Run without a Redis: %v", err)
	}
}
