package ratelimit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

const (
	shards = 64
	// shardMax bounds the memory that a flood of addresses can take: about 1
	// million keys in all.
	shardMax = 16384
)

// Memory is a Limiter that counts in this process.
type Memory struct {
	rate   Rate
	now    func() time.Time
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu sync.Mutex
	// due is when a key has nothing owing any more.
	due map[Key]time.Time
}

// NewMemory makes a Memory. clock is time.Now but in tests.
func NewMemory(rate Rate, clock func() time.Time) *Memory {
	l := &Memory{rate: rate, now: clock, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].due = map[Key]time.Time{}
	}
	return l
}

// Rate implements Limiter.
func (l *Memory) Rate() Rate { return l.rate }

// Take implements Limiter.
func (l *Memory) Take(_ context.Context, key Key) Decision {
	now := l.now()
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	due, known := shard.due[key]
	due = l.clamp(due, now)
	after := due.Add(l.rate.interval())
	if wait := after.Sub(now) - l.rate.Period; wait > 0 {
		return l.rate.decide(due.Sub(now), wait)
	}
	if !known && len(shard.due) >= shardMax {
		shard.forget(now)
	}
	shard.due[key] = after
	return l.rate.decide(after.Sub(now), 0)
}

// clamp brings what is due into what can be owed: a clock that was set back must
// lock nobody out.
func (l *Memory) clamp(due, now time.Time) time.Time {
	if due.Before(now) {
		return now
	}
	if most := now.Add(l.rate.Period); due.After(most) {
		return most
	}
	return due
}

// Return implements Limiter.
func (l *Memory) Return(_ context.Context, key Key) {
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if due, known := shard.due[key]; known {
		shard.due[key] = due.Add(-l.rate.interval())
	}
}

// Wait implements Limiter.
func (l *Memory) Wait(_ context.Context, key Key) time.Duration {
	now := l.now()
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	due := l.clamp(shard.due[key], now)
	return max(0, due.Add(l.rate.interval()).Sub(now)-l.rate.Period)
}

func (l *Memory) shard(key Key) *shard {
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
