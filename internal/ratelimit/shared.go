package ratelimit

import (
	"context"
	"strconv"
	"time"
)

// Script runs Source in a store that all nodes share, in one round trip. It
// fails quickly when the store is slow or gone.
type Script func(ctx context.Context, keys, arguments []string) ([]int64, error)

// Source is GCRA in Lua for Redis, by Redis's own clock, which all nodes share.
// Arguments: the interval and the period in microseconds, and how many events
// to count: 1 to take one, 0 to ask, -1 to return one. It answers whether the
// event may be, how long to wait for it, and how much is owed, in microseconds.
const Source = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, period, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or now), now), now + period)
local after = due + interval * math.abs(count)
if count < 0 then
	after = due - interval
elseif count == 0 or after - now > period then
	local wait = math.max(0, due + interval - now - period)
	return {wait > 0 and 0 or 1, math.ceil(wait), math.ceil(due - now)}
end
if after > now then
	redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil((after - now) / 1000))
else
	redis.call('DEL', KEYS[1])
end
return {1, 0, math.max(0, math.ceil(after - now))}
`

// Shared is a Limiter whose count all nodes share. While the shared store does
// not answer it counts in this process.
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
	wait, owed, err := l.run(ctx, key, 1)
	if err != nil {
		return l.memory.Take(ctx, key)
	}
	return l.memory.rate.decide(owed, wait)
}

// Return implements Limiter.
func (l *Shared) Return(ctx context.Context, key Key) {
	if _, _, err := l.run(ctx, key, -1); err != nil {
		l.memory.Return(ctx, key)
	}
}

// Wait implements Limiter.
func (l *Shared) Wait(ctx context.Context, key Key) time.Duration {
	wait, _, err := l.run(ctx, key, 0)
	if err != nil {
		return l.memory.Wait(ctx, key)
	}
	return wait
}

func (l *Shared) run(ctx context.Context, key Key, count int) (wait, owed time.Duration, err error) {
	rate := l.memory.rate
	interval := float64(rate.Period.Microseconds()) / float64(rate.Events)
	answer, err := l.script(ctx, []string{"limit:" + l.name + ":" + key.String()}, []string{
		strconv.FormatFloat(interval, 'f', 3, 64), strconv.FormatInt(rate.Period.Microseconds(), 10), strconv.Itoa(count),
	})
	if err != nil {
		return 0, 0, err
	}
	return time.Duration(answer[1]) * time.Microsecond, time.Duration(answer[2]) * time.Microsecond, nil
}
