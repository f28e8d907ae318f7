package redis

import (
	"context"
	"fmt"
	"time"
)

// watch sends heartbeats until the connection is lost, or silent for too long, or
// ctx ends, and says which.
func (c *Cache) watch(ctx context.Context, l *link) error {
	if c.options.behindSentinel() {
		following, stop := context.WithCancel(ctx)
		defer stop()
		l.beats.Go(func() { c.follow(following, l) })
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
			if silence := l.silence(); silence >= c.options.IdleTimeout {
				return fmt.Errorf("no answer for %v", silence.Round(time.Millisecond))
			}
			l.beats.Go(func() { l.beat(c.options.IdleTimeout) })
		}
	}
}

// beat asks for a sign of life. Answers come in the order of the questions: this
// one says that the calls abandoned before it have been answered.
func (l *link) beat(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	before := l.abandoned.Load()
	err := l.client.Do(ctx, l.client.B().Ping().Build()).Error()
	switch {
	case err == nil:
		l.heard()
		l.catchUp(before)
	case ctx.Err() == nil:
		l.lose(fmt.Errorf("heartbeat: %w", err))
	}
}

// catchUp raises caughtUp to the number, if it is lower.
func (l *link) catchUp(to int64) {
	for {
		now := l.caughtUp.Load()
		if now >= to || l.caughtUp.CompareAndSwap(now, to) {
			return
		}
	}
}
