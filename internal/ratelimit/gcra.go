// Package ratelimit limits how often something may happen, by the generic cell
// rate algorithm (GCRA, ITU-T I.371): a steady rate with a burst, and one
// number of state for each key.
package ratelimit

import (
	"crypto/sha256"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Key is what is counted: an account, an address or a name.
type Key struct {
	kind byte
	id   [16]byte
}

// AccountKey counts an account.
func AccountKey(id [16]byte) Key { return Key{'a', id} }

// AddressKey counts an address; an IPv6 one by its /64, which is what one
// customer gets.
func AddressKey(address netip.Addr) Key {
	key := Key{'i', address.As16()}
	if address.Is6() && !address.Is4In6() {
		clear(key.id[8:])
	}
	return key
}

// NameKey counts a name.
func NameKey(name string) Key {
	sum := sha256.Sum256([]byte(name))
	return Key{'n', [16]byte(sum[:16])}
}

const (
	shards = 64
	// shardMax bounds the memory that a flood of addresses can take: about 1
	// million keys in all.
	shardMax = 16384
)

// Limiter allows each key so many events in a period, the same number as a
// burst. It counts in memory and is safe for concurrent use.
type Limiter struct {
	// interval is the time that one event costs, period how much may be owed.
	interval, period time.Duration
	now              func() time.Time
	seed             maphash.Seed
	shards           [shards]shard
}

type shard struct {
	mu sync.Mutex
	// due is when a key has nothing owing any more.
	due map[Key]time.Time
}

// New makes a Limiter. clock is time.Now but in tests.
func New(events int, period time.Duration, clock func() time.Time) *Limiter {
	l := &Limiter{interval: period / time.Duration(events), period: period, now: clock, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].due = map[Key]time.Time{}
	}
	return l
}

// Take counts one event if the key may have it; else it returns how long to
// wait and counts nothing.
func (l *Limiter) Take(key Key) (wait time.Duration, ok bool) {
	now := l.now()
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	due, known := shard.due[key]
	// A clock that was set back must lock nobody out: no more than the period is owed.
	if due.Before(now) {
		due = now
	} else if due.After(now.Add(l.period)) {
		due = now.Add(l.period)
	}
	due = due.Add(l.interval)
	if wait := due.Sub(now) - l.period; wait > 0 {
		return wait, false
	}
	if !known && len(shard.due) >= shardMax {
		shard.forget(now)
	}
	shard.due[key] = due
	return 0, true
}

// Return takes back one event that turned out not to count.
func (l *Limiter) Return(key Key) {
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if due, known := shard.due[key]; known {
		shard.due[key] = due.Add(-l.interval)
	}
}

// Wait returns how long the key has to wait for its next event, 0 for not at
// all, and counts nothing.
func (l *Limiter) Wait(key Key) time.Duration {
	now := l.now()
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	due := shard.due[key]
	if due.Before(now) {
		due = now
	} else if most := now.Add(l.period); due.After(most) {
		due = most
	}
	return max(0, due.Add(l.interval).Sub(now)-l.period)
}

func (l *Limiter) shard(key Key) *shard {
	return &l.shards[maphash.Comparable(l.seed, key)%shards]
}

// forget makes room: first what owes nothing, which is as good as unknown; if
// that is not enough, whatever comes.
func (s *shard) forget(now time.Time) {
	for key, due := range s.due {
		if due.Before(now) {
			delete(s.due, key)
		}
	}
	for key := range s.due {
		if len(s.due) < shardMax*3/4 {
			return
		}
		delete(s.due, key)
	}
}
