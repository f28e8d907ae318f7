package ratelimit_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/ratelimit"
)

// A stored time further ahead than one period, as after Redis's clock was set back, counts as
// one period ahead, so no caller waits for longer than the interval of one event.
func TestTimeFarAhead(t *testing.T) {
	address, err := url.Parse(os.Getenv("TEST_REDIS_URL"))
	if err != nil {
		t.Fatal(err)
	}
	name := t.Name() + time.Now().String()
	limiter, key := newNode(t, name, rate), ratelimit.NameKey("key")
	if !limiter.Take(t.Context(), key).OK {
		t.Fatal("the first event is refused")
	}
	password, _ := address.User.Password()
	client, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{address.Host}, Username: address.User.Username(), Password: password, DisableCache: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const every = `
		for _, set in ipairs(redis.call('KEYS', 'limits:' .. ARGV[1] .. ':*')) do
			for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
				redis.call('ZADD', set, 'XX', string.format('%.0f', redis.call('TIME')[1] * 1000000 + tonumber(ARGV[2])), member)
			end
		end
		return #redis.call('KEYS', 'limits:' .. ARGV[1] .. ':*')`
	ahead := fmt.Sprint((1000 * time.Hour).Microseconds())
	found, err := client.Do(t.Context(), client.B().Eval().Script(every).Numkeys(0).Arg(name, ahead).Build()).ToInt64()
	if err != nil || found != 1 {
		t.Fatalf("%d sorted sets, want 1: %v", found, err)
	}
	if wait := limiter.Wait(t.Context(), key); wait <= 0 || wait > time.Minute {
		t.Errorf("Wait: %v, want the interval of one event, a minute", wait)
	}
	decision := limiter.Take(t.Context(), key)
	if decision.OK || decision.Wait <= 0 || decision.Wait > time.Minute || decision.Reset > time.Hour {
		t.Errorf("Take: %+v, want it refused for a minute", decision)
	}
}
