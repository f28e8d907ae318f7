package ratelimit

import (
	"context"
	"strconv"
	"time"
)

// Script runs ScriptSource in a store that all nodes share, in one round trip. It
// fails quickly when the store is slow or unreachable.
type Script func(ctx context.Context, keys, arguments []string) ([]int64, error)

// ScriptSource is GCRA in Lua for Redis, by Redis's own clock, which all nodes share.
//
// ARGV: the interval and the period in microseconds; the count, 1 for Take, 0 for Wait, -1
// for Return; the key; and the largest number of keys in the set. It returns whether the
// event is allowed (0 or 1), how long to wait for it, and how much is owed, in microseconds.
//
// KEYS[1] is a sorted set of many limiter keys, by the time until which each owes. It has no
// expiry: a full Redis evicts keys that expire soonest (volatile-ttl), and other data must
// not evict limits. So the script itself removes keys that owe nothing, and where there are
// too many, those that owe least.
const ScriptSource = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, period, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.min(math.max(tonumber(redis.call('ZSCORE', KEYS[1], ARGV[4]) or now), now), now + period)
local after = due + interval * math.abs(count)
if count < 0 then
	after = due - interval
elseif count == 0 or after - now > period then
	local wait = math.max(0, due + interval - now - period)
	return {wait > 0 and 0 or 1, math.ceil(wait), math.ceil(due - now)}
end
if after > now then
	redis.call('ZADD', KEYS[1], string.format('%.3f', after), ARGV[4])
	redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.3f', now))
	local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[5])
	if over > 0 then
		redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
	end
else
	redis.call('ZREM', KEYS[1], ARGV[4])
end
return {1, 0, math.max(0, math.ceil(after - now))}
`

// The sorted sets in Redis take about 8 MB in all.
const (
	sharedSets       = 16
	sharedSetMaxKeys = 4096
)

// Shared is a Limiter whose count all nodes share. It also counts in memory, so that while
// the shared store is unavailable one node allows no more than the limit.
type Shared struct {
	name   string
	script Script
	memory *Memory
}

// NewShared makes a Shared. Limiters of one name share their count.
func NewShared(name string, script Script, memory *Memory) *Shared {
	return &Shared{name: name, script: script, memory: memory}
}

// Rate implements Limiter.
func (l *Shared) Rate() Rate { return l.memory.rate }

// Take implements Limiter.
func (l *Shared) Take(ctx context.Context, key Key) Decision {
	local := l.memory.Take(ctx, key)
	if !local.OK {
		return local
	}
	wait, owed, err := l.run(ctx, key, 1)
	if err != nil {
		return local
	}
	if wait > 0 {
		l.memory.Return(ctx, key)
	}
	return l.memory.rate.decide(owed, wait)
}

// Return implements Limiter.
func (l *Shared) Return(ctx context.Context, key Key) {
	l.memory.Return(ctx, key)
	_, _, _ = l.run(ctx, key, -1) // if it fails, the event stays charged for one interval
}

// Wait implements Limiter.
func (l *Shared) Wait(ctx context.Context, key Key) time.Duration {
	local := l.memory.Wait(ctx, key)
	wait, _, err := l.run(ctx, key, 0)
	if err != nil {
		return local
	}
	return max(local, wait)
}

func (l *Shared) run(ctx context.Context, key Key, count int) (wait, owed time.Duration, err error) {
	rate := l.memory.rate
	interval := float64(rate.Period.Microseconds()) / float64(rate.Events)
	answer, err := l.script(ctx, []string{"limits:" + l.name + ":" + strconv.Itoa(key.set())}, []string{
		strconv.FormatFloat(interval, 'f', 3, 64), strconv.FormatInt(rate.Period.Microseconds(), 10), strconv.Itoa(count),
		key.String(), strconv.Itoa(sharedSetMaxKeys),
	})
	if err != nil {
		return 0, 0, err
	}
	return time.Duration(answer[1]) * time.Microsecond, time.Duration(answer[2]) * time.Microsecond, nil
}
