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

var rate = ratelimit.Rate{Events: 60, Period: time.Hour} // so slow that no event becomes available during a test

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

// newNode returns a limiter as one node has it.
func newNode(t *testing.T, name string, rate ratelimit.Rate) *ratelimit.Shared {
	t.Helper()
	script := newStore(t).Script(ratelimit.ScriptSource)
	return ratelimit.NewShared(name, retry(script.Run), ratelimit.NewMemory(rate, time.Now))
}

// retry runs the script until it succeeds: on a busy machine Redis may exceed the script's
// timeout, and these tests are about the shared count.
func retry(script ratelimit.Script) ratelimit.Script {
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
		t.Errorf("%d events passed, want the burst of 60 and at most one more", got)
	}
	if wait := nodes[1].Wait(t.Context(), key); wait <= 0 || wait > time.Minute {
		t.Errorf("Wait: %v, want at most the interval of one event", wait)
	}
	nodes[0].Return(t.Context(), key)
	if decision := nodes[1].Take(t.Context(), key); !decision.OK || decision.Remaining != 0 {
		t.Errorf("after an event was returned: %+v, want OK and nothing remaining", decision)
	}
	if decision := nodes[0].Take(t.Context(), ratelimit.NameKey("another")); !decision.OK || decision.Remaining != 59 {
		t.Errorf("another key: %+v, want OK and 59 remaining", decision)
	}
}

// What the shared count refuses costs a node nothing of its own.
func TestRefusalCostsTheNodeNothing(t *testing.T) {
	name := t.Name() + time.Now().String()
	one, other := newNode(t, name, rate), newNode(t, name, rate)
	key := ratelimit.NameKey("key")
	for passed := true; passed; {
		passed = one.Take(t.Context(), key).OK
	}
	for range 2 * rate.Events {
		if other.Take(t.Context(), key).OK {
			t.Fatal("the key is over its limit, and an event passed")
		}
	}
	one.Return(t.Context(), key)
	if !other.Take(t.Context(), key).OK {
		t.Error("the node has counted what was refused")
	}
}

// Where there are too many keys in the shared store, those who owe least are forgotten.
func TestThoseWhoOweMostAreKept(t *testing.T) {
	script := retry(newStore(t).Script(ratelimit.ScriptSource).Run)
	set := t.Name() + time.Now().String()
	run := func(key, count string) (owed time.Duration) {
		t.Helper()
		answer, err := script(t.Context(), []string{set}, []string{"60000000", "3600000000", count, key, "3"})
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(answer[2]) * time.Microsecond
	}
	for range 5 {
		run("owes most", "1")
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		run(key, "1")
	}
	if owed := run("owes most", "0"); owed < 4*time.Minute {
		t.Errorf("the key that owed five minutes owes %v", owed)
	}
	if owed := run("a", "0"); owed != 0 {
		t.Errorf("four keys are kept, and three may be: one still owes %v", owed)
	}
}

// A store that lost everything does not make a node forget what it has counted itself.
func TestOwnCountIsKept(t *testing.T) {
	empty := func(context.Context, []string, []string) ([]int64, error) { return []int64{1, 0, 0}, nil }
	limiter := ratelimit.NewShared("name", empty, ratelimit.NewMemory(rate, time.Now))
	key := ratelimit.NameKey("key")
	for range rate.Events {
		limiter.Take(t.Context(), key)
	}
	if wait := limiter.Wait(t.Context(), key); wait <= 0 || limiter.Take(t.Context(), key).OK {
		t.Errorf("Wait: %v, and another event passes", wait)
	}
}

// A limiter whose shared store is unavailable counts in memory.
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
		t.Error("the limit does not hold in memory")
	}
	limiter.Return(t.Context(), key)
	if !limiter.Take(t.Context(), key).OK {
		t.Error("an event that was returned is refused")
	}
}

// Refused events are not charged: a caller that keeps retrying is allowed an event after
// one interval.
func TestRefusedEventsCountNothing(t *testing.T) {
	limiter := newNode(t, t.Name()+time.Now().String(), ratelimit.Rate{Events: 5, Period: time.Second})
	key := ratelimit.NameKey("key")
	for taken := true; taken; {
		taken = limiter.Take(t.Context(), key).OK
	}
	await.Within(t, 20*time.Second, "an event is allowed", func() bool { return limiter.Take(t.Context(), key).OK })
}
