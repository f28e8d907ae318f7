package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
)

// Publish implements queue.Queue. All who publish share a connection, which is made
// when one is needed. While the broker can't be reached one try at a time is made,
// and between tries every call fails at once.
func (q *Queue) Publish(ctx context.Context, id queue.ID) error {
	err := errClosed
	if q.closing.Err() == nil {
		err = q.publisher.send(ctx, q.options.Names.Exchange, q.options.Names.Key, newPublishing(id, 0, 0, q.options.Propagator.Inject(ctx)))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	return nil
}

// Ping implements queue.Queue: there is a connection to publish on, or one can be made,
// and the broker does not say that it takes nothing.
func (q *Queue) Ping(ctx context.Context) error {
	err := errClosed
	if q.closing.Err() == nil {
		var s *sender
		if s, err = q.publisher.sender(ctx); err == nil && s.blocked.Load() {
			err = errBlocked
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	return nil
}

// publisher has the connection to publish on. Safe for concurrent use.
type publisher struct {
	queue *Queue

	mu         sync.Mutex
	current    *sender  // nil where there is none
	attempt    *attempt // the try to connect that is under way, or nil
	retryAfter time.Time
	failure    error // of the last try, returned to all until retryAfter is over
}

// attempt is one try to connect, which any number of callers wait for.
type attempt struct {
	done   chan struct{} // closed when the rest is there
	sender *sender
	err    error
}

// send publishes a message and waits for its confirm, within the limit of Publish.
func (p *publisher) send(ctx context.Context, exchange, key string, message amqp.Publishing) error {
	ctx, cancel := context.WithTimeoutCause(ctx, publishLimit, errTooSlow)
	defer cancel()
	s, err := p.sender(ctx)
	if err != nil {
		return err
	}
	before := s.confirmed.Load()
	err = s.send(ctx, exchange, key, message)
	silent := errors.Is(err, errTooSlow) && !s.blocked.Load() && s.confirmed.Load() == before
	if silent || errors.Is(err, errReturned) {
		p.drop(s) // a new connection finds out whether the broker is there, and declares what was deleted
	}
	return err
}

// sender gives the connection, after a try to make one where there is none.
func (p *publisher) sender(ctx context.Context) (*sender, error) {
	p.mu.Lock()
	if p.current != nil && !p.current.channel.IsClosed() {
		defer p.mu.Unlock()
		return p.current, nil
	}
	if p.attempt == nil {
		if time.Now().Before(p.retryAfter) {
			defer p.mu.Unlock()
			return nil, p.failure
		}
		if !p.queue.begin() {
			defer p.mu.Unlock()
			return nil, errClosed
		}
		p.attempt = &attempt{done: make(chan struct{})}
		go p.connect(p.attempt, p.current)
		p.current = nil
	}
	a := p.attempt
	p.mu.Unlock()
	select {
	case <-a.done:
		return a.sender, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// connect carries out the attempt. A connection whose channel was closed is no use.
func (p *publisher) connect(a *attempt, useless *sender) {
	defer p.queue.running.Done()
	defer close(a.done)
	if useless != nil {
		useless.link.close()
	}
	a.sender, a.err = p.queue.newSender(p.queue.closing)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempt, p.current = nil, a.sender
	if a.err != nil {
		p.failure, p.retryAfter = a.err, time.Now().Add(reconnectPause)
	}
}

// drop ends a connection at once; what others publish on it fails.
func (p *publisher) drop(s *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == s {
		p.current = nil
	}
	_ = s.link.raw.Close() // the library notices
}

// close ends the connection. No attempt may be under way, nor begin.
func (p *publisher) close() {
	p.mu.Lock()
	s := p.current
	p.current = nil
	p.mu.Unlock()
	if s != nil {
		s.link.close()
	}
}
