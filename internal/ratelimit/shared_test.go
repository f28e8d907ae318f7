package ratelimit_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/cache/redis"
	"messenger-api/internal/ratelimit"
	"messenger-api/internal/testkit/await"
)

var rate = ratelimit.Rate{Events: 60, Period: time.Hour} // slow enough for a test to be an instant

// newStore opens the Redis of TEST_REDIS_URL.
func newStore(t *testing.T) *redis.Cache {
	t.Helper()
	address, err := url.Parse(os.Getenv("TEST_REDIS_URL"))
	if err != nil || address.Host == "" {
		t.Fatal("TEST_REDIS_URL is not set: run `make test`, or `scripts/services up redis` and `. .services/env`")
	}
	store, err := redis.Open(redis.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// newNode gives a limiter as one node has it.
func newNode(t *testing.T, name string, rate ratelimit.Rate) *ratelimit.Shared {
	t.Helper()
	script := newStore(t).Script(ratelimit.ScriptSource)
	return ratelimit.NewShared(name, patient(script.Run), ratelimit.NewMemory(rate, time.Now))
}

// patient asks again where a busy machine made Redis slow: this test is about
// the count, not about what happens without it.
func patient(script ratelimit.Script) ratelimit.Script {
	return func(ctx context.Context, keys, arguments []string) ([]int64, error) {
		for {
			if answer, err := script(ctx, keys, arguments); err == nil {
				return answer, nil
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func TestNodesShareOneLimit(t *testing.T) {
	name := t.Name() + time.Now().String()
	nodes := []*ratelimit.Shared{newNode(t, name, rate), newNode(t, name, rate)}
	key := ratelimit.NameKey("key")
	var passed atomic.Int64
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for range rate.Events {
				if nodes[i%2].Take(t.Context(), key).OK {
					passed.Add(1)
				}
			}
		})
	}
	group.Wait()
	if got := passed.Load(); got < 60 || got > 61 {
		t.Errorf("%d events passed, want the burst of 60 and one a minute", got)
	}
	if wait := nodes[1].Wait(t.Context(), key); wait <= 0 || wait > time.Minute {
		t.Errorf("Wait: %v, want at most the time of one event", wait)
	}
	nodes[0].Return(t.Context(), key)
	if decision := nodes[1].Take(t.Context(), key); !decision.OK || decision.Remaining != 0 {
		t.Errorf("after an event was returned: %+v, want OK and nothing remaining", decision)
	}
	if decision := nodes[0].Take(t.Context(), ratelimit.NameKey("another")); !decision.OK || decision.Remaining != 59 {
		t.Errorf("another key: %+v, want OK and 59 remaining", decision)
	}
}

// A limiter whose store is gone counts in memory, and refuses nobody for it.
func TestWithoutTheSharedStore(t *testing.T) {
	broken := func(context.Context, []string, []string) ([]int64, error) { return nil, errors.New("gone") }
	limiter := ratelimit.NewShared("name", broken, ratelimit.NewMemory(rate, time.Now))
	key := ratelimit.NameKey("key")
	for i := range rate.Events {
		if !limiter.Take(t.Context(), key).OK {
			t.Fatalf("event %d was refused", i)
		}
	}
	if limiter.Take(t.Context(), key).OK || limiter.Wait(t.Context(), key) <= 0 {
		t.Error("want the limit to be kept in memory")
	}
	limiter.Return(t.Context(), key)
	if !limiter.Take(t.Context(), key).OK {
		t.Error("want an event that was returned to be had again")
	}
}

// Who goes on asking while it is refused is heard when it has waited long enough.
func TestRefusedEventsCountNothing(t *testing.T) {
	limiter := newNode(t, t.Name()+time.Now().String(), ratelimit.Rate{Events: 5, Period: time.Second})
	key := ratelimit.NameKey("key")
	for taken := true; taken; {
		taken = limiter.Take(t.Context(), key).OK
	}
	await.Within(t, 20*time.Second, "it is heard", func() bool { return limiter.Take(t.Context(), key).OK })
}
