package pages_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"messenger-api/internal/cache"
)

// fakeCache is a cache.Cache without expiry or eviction that counts its calls and
// fails on demand.
type fakeCache struct {
	mu        sync.Mutex
	values    map[string][]byte
	calls     map[string]int
	maxTTL    time.Duration // the longest lifetime that was passed
	unsettled bool
	setDelay  time.Duration // the latency of Set
	// fail returns the error of a call by its name and key, or nil.
	fail func(call, key string) error
}

var _ cache.Cache = (*fakeCache)(nil)

func newFake() *fakeCache {
	return &fakeCache{
		values: map[string][]byte{}, calls: map[string]int{},
		fail: func(string, string) error { return nil },
	}
}

// begin counts a call and returns its error. It leaves the fake locked.
func (f *fakeCache) begin(call, key string) error {
	f.mu.Lock()
	f.calls[call]++
	return f.fail(call, key)
}

func (f *fakeCache) Get(_ context.Context, key string) (value []byte, ok bool, err error) {
	err = f.begin("Get", key)
	defer f.mu.Unlock()
	if err != nil {
		return nil, false, err
	}
	value, ok = f.values[key]
	return value, ok, nil
}

func (f *fakeCache) GetMany(context.Context, ...string) ([][]byte, error) {
	panic("pages reads one key at a time")
}

func (f *fakeCache) GetClientCached(context.Context, time.Duration, ...string) ([][]byte, error) {
	panic("a version is never read from a client cache")
}

func (f *fakeCache) GetOrSet(_ context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	err := f.begin("GetOrSet", key)
	defer f.mu.Unlock()
	f.maxTTL = max(f.maxTTL, lifetime)
	if err != nil {
		return nil, err
	}
	if found, ok := f.values[key]; ok {
		return found, nil
	}
	f.values[key] = value
	return value, nil
}

func (f *fakeCache) Set(_ context.Context, key string, value []byte, lifetime time.Duration) error {
	time.Sleep(f.setDelay)
	err := f.begin("Set", key)
	defer f.mu.Unlock()
	f.maxTTL = max(f.maxTTL, lifetime)
	if err == nil {
		f.values[key] = value
	}
	return err
}

func (f *fakeCache) Delete(_ context.Context, keys ...string) error {
	err := f.begin("Delete", keys[0])
	defer f.mu.Unlock()
	if err == nil {
		for _, key := range keys {
			delete(f.values, key)
		}
	}
	return err
}

func (f *fakeCache) Settled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.unsettled
}

func (f *fakeCache) Close() error { return nil }

// evict removes the keys with the prefix.
func (f *fakeCache) evict(prefix string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key := range f.values {
		if strings.HasPrefix(key, prefix) {
			delete(f.values, key)
		}
	}
}

func (f *fakeCache) count(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[call]
}
