package ratelimit

import (
	"context"
	"strconv"
	"time"
)

// Script runs Source in a store that all nodes share, in one round trip. It
// fails quickly when the store is slow or gone.
type Script func(ctx context.Context, keys, arguments []string) ([]int64, error)

// ScriptSource is GCRA in Lua for Redis, by Redis's own clock, which all nodes share.
// Arguments: the interval and the period in microseconds, how many events to count: 1 to
// take one, 0 to ask, -1 to return one; the key, and how many keys are kept at most. It answers whether the
// event may be, how long to wait for it, and how much is owed, in microseconds.
//
// KEYS[1] is a sorted set of many keys by the time until which they owe. It has no
// lifetime, since a Redis that is full drops what ends soonest, and what others
// can grow must not push out a limit; so what owes nothing any more is removed here, and of
// too many those who owe least.
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

// The sets of keys in Redis, and how many keys each has at most: about 8 MB in all.
const (
	sharedSets       = 16
	sharedSetMaxKeys = 4096
)

// Shared is a Limiter whose count all nodes share. This process counts beside it, so that
// it lets through no more than the limit by itself whatever becomes of the shared store.
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
	_, _, _ = l.run(ctx, key, -1) // what can't be given back now is owed for a little longer
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
