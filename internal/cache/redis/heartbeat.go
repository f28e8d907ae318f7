package redis

import (
	"context"
	"fmt"
	"time"
)

// monitor sends heartbeats until the connection is lost or idle for too long, or ctx
// ends, and returns the cause.
func (c *Cache) monitor(ctx context.Context, l *link) error {
	if c.options.behindSentinel() {
		following, stop := context.WithCancel(ctx)
		defer stop()
		l.heartbeats.Go(func() { c.followMaster(following, l) })
	}
	ticker := time.NewTicker(c.options.HeartbeatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case cause := <-l.lost:
			return cause
		case <-ticker.C:
			if idle := l.idleTime(); idle >= c.options.IdleTimeout {
				return fmt.Errorf("no reply for %v", idle.Round(time.Millisecond))
			}
			l.heartbeats.Go(func() { l.heartbeat(c.options.IdleTimeout) })
		}
	}
}

// heartbeat sends a PING. Replies come in the order of the requests, so its reply shows that
// the replies to all requests before it, including abandoned ones, have arrived.
func (l *link) heartbeat(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	abandonedBefore := l.abandoned.Load()
	err := l.client.Do(ctx, l.client.B().Ping().Build()).Error()
	switch {
	case err == nil:
		l.markReply()
		l.raiseCaughtUp(abandonedBefore)
	case ctx.Err() == nil:
		l.markLost(fmt.Errorf("heartbeat: %w", err))
	}
}

// raiseCaughtUp sets caughtUp to the number unless it is higher already.
func (l *link) raiseCaughtUp(to int64) {
	for {
		now := l.caughtUp.Load()
		if now >= to || l.caughtUp.CompareAndSwap(now, to) {
			return
		}
	}
}
