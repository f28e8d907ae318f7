package pages_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"messenger-api/internal/cache"
)

// fakeCache is a cache.Cache that keeps everything until it is told to forget, counts
// its calls, and fails as it is told.
type fakeCache struct {
	mu        sync.Mutex
	values    map[string][]byte
	calls     map[string]int
	longest   time.Duration // of all lifetimes
	unsettled bool
	// setDelay is how long a Set is on its way.
	setDelay time.Duration
	// fail says what becomes of a call, by its name and its key.
	fail func(call, key string) error
}

var _ cache.Cache = (*fakeCache)(nil)

func newFake() *fakeCache {
	return &fakeCache{
		values: map[string][]byte{}, calls: map[string]int{},
		fail: func(string, string) error { return nil },
	}
}

// begin counts a call and says whether it fails. It leaves the fake locked.
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
	panic("pages asks for one")
}

func (f *fakeCache) GetClientCached(context.Context, time.Duration, ...string) ([][]byte, error) {
	panic("a version is never read from a client cache")
}

func (f *fakeCache) GetOrSet(_ context.Context, key string, value []byte, lifetime time.Duration) ([]byte, error) {
	err := f.begin("GetOrSet", key)
	defer f.mu.Unlock()
	f.longest = max(f.longest, lifetime)
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
	f.longest = max(f.longest, lifetime)
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

// forget loses what begins so.
func (f *fakeCache) forget(prefix string) {
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
