package ratelimit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

const (
	shards = 64
	// shardMaxKeys bounds the memory that requests from very many addresses can take: about
	// 1 million keys in all.
	shardMaxKeys = 16384
)

// Memory is a Limiter that counts in this process.
type Memory struct {
	rate   Rate
	now    func() time.Time
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu  sync.Mutex
	tat map[Key]time.Time // theoretical arrival times
}

// NewMemory makes a Memory. clock is time.Now except in tests.
func NewMemory(rate Rate, clock func() time.Time) *Memory {
	l := &Memory{rate: rate, now: clock, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].tat = map[Key]time.Time{}
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
	tat, known := shard.tat[key]
	tat = l.clamp(tat, now)
	after := tat.Add(l.rate.interval())
	if wait := after.Sub(now) - l.rate.Period; wait > 0 {
		return l.rate.decide(tat.Sub(now), wait)
	}
	if !known && len(shard.tat) >= shardMaxKeys {
		shard.evict(now)
	}
	shard.tat[key] = after
	return l.rate.decide(after.Sub(now), 0)
}

// clamp limits a stored time to between now and one period from now. Without it, a clock
// that was set back would lock keys out.
func (l *Memory) clamp(tat, now time.Time) time.Time {
	if tat.Before(now) {
		return now
	}
	if latest := now.Add(l.rate.Period); tat.After(latest) {
		return latest
	}
	return tat
}

// Return implements Limiter.
func (l *Memory) Return(_ context.Context, key Key) {
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if tat, known := shard.tat[key]; known {
		shard.tat[key] = tat.Add(-l.rate.interval())
	}
}

// Wait implements Limiter.
func (l *Memory) Wait(_ context.Context, key Key) time.Duration {
	now := l.now()
	shard := l.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	tat := l.clamp(shard.tat[key], now)
	return max(0, tat.Add(l.rate.interval()).Sub(now)-l.rate.Period)
}

func (l *Memory) shard(key Key) *shard {
	return &l.shards[maphash.Comparable(l.seed, key)%shards]
}

// evict makes room. It first removes keys that owe nothing, which are treated the same as
// unknown ones; if that is not enough, arbitrary ones.
func (s *shard) evict(now time.Time) {
	for key, tat := range s.tat {
		if tat.Before(now) {
			delete(s.tat, key)
		}
	}
	for key := range s.tat {
		if len(s.tat) < shardMaxKeys*3/4 {
			return
		}
		delete(s.tat, key)
	}
}
