package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/cache"
)

// command sends one or more commands and returns the reply that counts: of several, the
// first that failed.
type request func(context.Context, rueidis.Client) rueidis.RedisResult

// read sends a request with the timeout of reads.
func (c *Cache) read(ctx context.Context, q request) (rueidis.RedisMessage, error) {
	l := c.link.Load()
	if l != nil && l.overloaded() {
		return rueidis.RedisMessage{}, cache.ErrSlow
	}
	return l.request(ctx, c.options.ReadTimeout, q)
}

// write sends a request with the timeout of writes.
func (c *Cache) write(ctx context.Context, q request) error {
	_, err := c.link.Load().request(ctx, c.options.WriteTimeout, q)
	return err
}

// request sends a request and waits for its reply until the limit. The link may be nil;
// the reply may be Redis's nil, which is no error.
func (l *link) request(ctx context.Context, limit time.Duration, q request) (rueidis.RedisMessage, error) {
	if l == nil {
		return rueidis.RedisMessage{}, cache.ErrDown
	}
	wait := &limited{Context: ctx, limit: limit}
	defer wait.release()
	result := q(wait, l.client)
	message, err := result.ToMessage()
	if err != nil && !rueidis.IsRedisNil(err) {
		return message, l.explain(ctx, wait, err)
	}
	if !result.IsCacheHit() {
		l.markAnswered()
	}
	return message, nil
}

// explain turns the error of a request into that of the caller, whose context is ctx.
func (l *link) explain(ctx, wait context.Context, err error) error {
	if refusal, ok := rueidis.IsRedisErr(err); ok {
		return l.refused(refusal)
	}
	if wait.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		l.abandoned.Add(1)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return cache.ErrSlow
	}
	return cache.ErrDown
}

// refused handles an error reply. Where the server would refuse the next request, too,
// the connection is given up: it would cost each request a round trip.
func (l *link) refused(answered *rueidis.RedisError) error {
	l.markAnswered()
	if refused, ok := lasting(answered); ok {
		l.markLost(refused)
		return cache.ErrDown
	}
	if strings.HasPrefix(answered.Error(), outOfMemory) {
		l.full.report(&refusal{outOfMemory, outOfMemoryAdvice, answered})
	}
	return fmt.Errorf("redis: %w", answered)
}

// limited is a context that ends after its limit, counted from when somebody
// first waits for its end: an answer that needs no waiting costs no timer. It is
// for one goroutine.
type limited struct {
	context.Context
	limit  time.Duration
	cancel context.CancelFunc // nil before anybody waits
}

// Done implements context.Context.
func (l *limited) Done() <-chan struct{} {
	if l.cancel == nil {
		l.Context, l.cancel = context.WithTimeout(l.Context, l.limit)
	}
	return l.Context.Done()
}

// release frees the timer.
func (l *limited) release() {
	if l.cancel != nil {
		l.cancel()
	}
}
