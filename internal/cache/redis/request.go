package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"messenger-api/internal/cache"
	"messenger-api/internal/outage"
)

// request sends one or more commands and returns the reply; of several, the first one that
// failed.
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
	if err == nil {
		c.full.EndAfter(fullQuiet)
	}
	return err
}

// request sends a request and waits for its reply until the timeout. The link may be nil;
// the reply may be Redis's nil, which is no error.
func (l *link) request(ctx context.Context, timeout time.Duration, q request) (rueidis.RedisMessage, error) {
	if l == nil {
		return rueidis.RedisMessage{}, cache.ErrDown
	}
	wait := &lazyTimeout{Context: ctx, timeout: timeout}
	defer wait.release()
	result := q(wait, l.client)
	message, err := result.ToMessage()
	if err != nil && !rueidis.IsRedisNil(err) {
		return message, l.explain(ctx, wait, err)
	}
	if !result.IsCacheHit() {
		l.markReply()
	}
	return message, nil
}

// explain converts the error of a request to one of package cache, or the error of ctx, the
// caller's context.
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

// refused handles an error reply. If the server would refuse the next request, too, the
// connection is closed, so that later calls fail without a round trip.
func (l *link) refused(answered *rueidis.RedisError) error {
	l.markReply()
	if refused, ok := lasting(answered); ok {
		l.markLost(refused)
		return cache.ErrDown
	}
	if strings.HasPrefix(answered.Error(), outOfMemory) {
		l.full.Report(&outage.Refusal{Code: outOfMemory, Advice: outOfMemoryAdvice, Cause: answered})
	}
	return fmt.Errorf("redis: %w", answered)
}

// lazyTimeout is a context with a timeout that starts at the first call of Done: a request
// that is answered from the client-side cache needs no timer. It is not safe for concurrent
// use.
type lazyTimeout struct {
	context.Context
	timeout time.Duration
	cancel  context.CancelFunc // nil before Done was called
}

// Done implements context.Context.
func (l *lazyTimeout) Done() <-chan struct{} {
	if l.cancel == nil {
		l.Context, l.cancel = context.WithTimeout(l.Context, l.timeout)
	}
	return l.Context.Done()
}

// release frees the timer.
func (l *lazyTimeout) release() {
	if l.cancel != nil {
		l.cancel()
	}
}
