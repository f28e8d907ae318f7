// Package redis is the cache that nodes share: one Redis, over one connection
// that all calls of a node are pipelined on.
//
// The connection is the circuit breaker. While there is one, requests go to it, each with
// a timeout of its own; where it is lost, or idle for too long, it is closed, and every
// call returns cache.ErrDown at once until a new one has answered.
package redis

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/cache"
)

// refusedRetryFactor multiplies the pause between two tries where Redis refused the last
// one: an operator has to change something first.
const refusedRetryFactor = 10

// Cache is a cache.Cache in Redis. Use Open.
type Cache struct {
	options Options
	client  rueidis.ClientOption
	link    atomic.Pointer[link] // nil while Redis is out of reach
	outage  outage
	full    shortage
	stop    context.CancelFunc
	done    chan struct{}
}

var _ cache.Cache = (*Cache)(nil)

// Open connects to Redis, which must be version 7 or newer and no cluster: else,
// or where the options make no sense, it fails. A Redis out of reach is no error:
// it is tried again until Close. Open waits for the first try.
func Open(options Options) (*Cache, error) {
	options = options.withDefaults()
	client, err := options.client()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Cache{
		options: options,
		client:  client,
		outage:  outage{log: options.Logger.With("address", client.InitAddress[0]), remind: options.LogInterval},
		full:    shortage{log: options.Logger.With("address", client.InitAddress[0]), remind: options.LogInterval},
		stop:    stop,
		done:    make(chan struct{}),
	}
	first, err := c.connect(ctx)
	if errors.Is(err, errUnfit) {
		stop()
		return nil, err
	}
	c.use(first, err)
	go c.reconnectLoop(ctx, first)
	return c, nil
}

// use makes a new connection the one that calls go to; without one, err says why.
func (c *Cache) use(l *link, err error) {
	if l == nil {
		c.outage.report(err)
		return
	}
	c.outage.end()
	c.link.Store(l)
}

// reconnectLoop monitors the connection and makes a new one when it is lost, until ctx ends.
func (c *Cache) reconnectLoop(ctx context.Context, l *link) {
	defer close(c.done)
	var cause error
	for {
		if l != nil {
			cause = c.monitor(ctx, l)
			c.link.Store(nil)
			l.close()
			if ctx.Err() == nil {
				c.outage.report(cause)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.pause(cause)):
		}
		if l, cause = c.connect(ctx); ctx.Err() == nil {
			c.use(l, cause)
		}
	}
}

// pause is how long to wait before the next try, after this failure.
func (c *Cache) pause(cause error) time.Duration {
	if codeOf(cause) != "" {
		return refusedRetryFactor * c.options.HeartbeatInterval
	}
	return c.options.HeartbeatInterval
}

// key is the key in Redis of one of the callers'.
func (c *Cache) key(key string) string { return c.options.Prefix + key }

func (c *Cache) keys(keys []string) []string {
	if c.options.Prefix == "" {
		return keys
	}
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = c.key(key)
	}
	return all
}

// Settled implements cache.Cache. The settling time begins with each connection,
// the first one too: what this node did before it started is not known.
func (c *Cache) Settled() bool {
	l := c.link.Load()
	return l != nil && l.age() >= c.options.SettleTime
}

// Close implements cache.Cache. Calls under way end with cache.ErrDown.
func (c *Cache) Close() error {
	c.stop()
	<-c.done
	return nil
}
