// Package redis is the cache that all nodes share: one Redis server. All calls of a node
// are pipelined over one connection.
//
// While there is a connection, requests are sent, each with a timeout of its own, after which
// the call returns cache.ErrSlow. When the connection is lost, or no reply at all has arrived
// for IdleTimeout, it is closed: every call returns cache.ErrDown at once, without a request,
// until a new connection was made in the background.
package redis

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/cache"
	"messenger-api/internal/outage"
)

// refusedRetryFactor multiplies the interval of attempts to connect after Redis refused the
// last one: such an error lasts until an operator changes something.
const refusedRetryFactor = 10

// fullQuiet is for how long Redis has to refuse nothing before it counts as having room again.
const fullQuiet = 10 * time.Second

// Cache is a cache.Cache in Redis. Use Open.
type Cache struct {
	options Options
	client  rueidis.ClientOption
	link    atomic.Pointer[link] // nil while Redis is unreachable
	// outage is that of Redis as a whole; full lasts while Redis has no memory for new values.
	outage outage.Log
	full   outage.Log
	stop   context.CancelFunc
	done   chan struct{}
}

var _ cache.Cache = (*Cache)(nil)

// Open connects to Redis, which must be version 7 or newer and no cluster. It fails if
// the server can't be used or the options are invalid. An unreachable server is no error:
// after the first attempt, connecting is retried in the background until Close.
func Open(options Options) (*Cache, error) {
	options = options.withDefaults()
	client, err := options.client()
	if err != nil {
		return nil, err
	}
	log := options.Logger.With("address", client.InitAddress[0])
	if options.behindSentinel() {
		log = options.Logger.With("master", options.master())
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Cache{
		options: options,
		client:  client,
		outage: outage.Log{
			Logger: log, Remind: options.LogInterval, Lost: "Redis is out of reach: what it keeps comes from the database",
			Still: "Redis is still out of reach", Found: "Redis is in reach again",
		},
		full: outage.Log{
			Logger: log, Remind: options.LogInterval, Lost: "Redis keeps nothing new",
			Still: "Redis still keeps nothing new", Found: "Redis keeps new values again",
		},
		stop: stop,
		done: make(chan struct{}),
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

// use makes a new connection the one that is used. If l is nil, err is why there is none.
func (c *Cache) use(l *link, err error) {
	if l == nil {
		c.outage.Report(err)
		return
	}
	c.outage.End()
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
				c.outage.Report(outage.Reason(cause))
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

// pause is how long to wait after the failure before the next attempt to connect.
func (c *Cache) pause(cause error) time.Duration {
	if outage.Code(cause) != "" {
		return refusedRetryFactor * c.options.HeartbeatInterval
	}
	return c.options.HeartbeatInterval
}

// Refused reports whether Redis can't be used until somebody changes something: in it, or in the settings.
func (c *Cache) Refused() bool { return c.outage.Refused() || c.full.Refused() }

// key adds the prefix to a key.
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

// Settled implements cache.Cache. The settling time begins with each connection, including
// the first: before it this process, or the one that ran here until then, may have failed to
// write to the cache, and Redis may have been restored. Pages set SettleTime to the lifetime of
// their versions, which GetOrSet does not extend.
func (c *Cache) Settled() bool {
	l := c.link.Load()
	return l != nil && l.age() >= c.options.SettleTime
}

// Close implements cache.Cache. Pending calls end with cache.ErrDown.
func (c *Cache) Close() error {
	c.stop()
	<-c.done
	return nil
}
