package redis_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"messenger-api/internal/cache"
	"messenger-api/internal/cache/cachetest"
)

// benchmark measures a call by 32 callers per processor, as under load.
func benchmark(b *testing.B, call func(c cache.Cache, key string) error) {
	c, _ := open(b, cachetest.RedisURL(b), patient)
	key := "cachetest:bench:" + rand.Text()
	value := make([]byte, 200)
	if err := c.Set(b.Context(), key, value, time.Hour); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := call(c, key); err != nil {
				b.Errorf("call: %v", err)
				return
			}
		}
	})
}

var errAbsent = errors.New("the value is gone")

func BenchmarkGet(b *testing.B) {
	benchmark(b, func(c cache.Cache, key string) error {
		_, ok, err := c.Get(b.Context(), key)
		if err == nil && !ok {
			err = errAbsent
		}
		return err
	})
}

func BenchmarkGetOrSet(b *testing.B) {
	value := make([]byte, 16)
	benchmark(b, func(c cache.Cache, key string) error {
		_, err := c.GetOrSet(b.Context(), key, value, 5*time.Second)
		return err
	})
}

func BenchmarkSet(b *testing.B) {
	value := make([]byte, 16)
	benchmark(b, func(c cache.Cache, key string) error { return c.Set(b.Context(), key, value, 5*time.Second) })
}

func BenchmarkGetClientCached(b *testing.B) {
	benchmark(b, func(c cache.Cache, key string) error {
		values, err := c.GetClientCached(b.Context(), time.Hour, key)
		if err == nil && values[0] == nil {
			err = errAbsent
		}
		return err
	})
}

// gcra is as much work as a rate limiter's script does.
const gcra = `local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
local due = tonumber(redis.call('GET', KEYS[1]) or at)
due = math.max(due, at) + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', 1000)
return {1, due - at}`

func BenchmarkScript(b *testing.B) {
	c, _ := open(b, cachetest.RedisURL(b), patient)
	script := c.Script(gcra)
	keys, arguments := []string{"cachetest:bench:" + rand.Text()}, []string{"10"}
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := script.Run(b.Context(), keys, arguments); err != nil {
				b.Errorf("Run: %v", err)
				return
			}
		}
	})
}
