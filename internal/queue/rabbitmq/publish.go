package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/outage"
	"messenger-api/internal/queue"
)

// Publish implements queue.Queue. All callers share a connection, which is made when it
// is needed. While the broker is unreachable there is one attempt to connect at a time,
// and between attempts every call fails at once.
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

// Ping implements queue.Queue. It connects if there is no connection, and fails while the
// broker blocks publishing.
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

// publisher has the connection for publishing. It is safe for concurrent use.
type publisher struct {
	queue  *Queue
	outage outage.Log

	mu         sync.Mutex
	current    *sender  // nil if there is none
	attempt    *attempt // the running attempt to connect, or nil
	retryAfter time.Time
	failure    error // of the last attempt; returned to all callers until retryAfter
	// unproven is true after the broker refused a message: a new connection alone does not end the outage then.
	unproven bool
}

// attempt is one attempt to connect, which several callers may wait for.
type attempt struct {
	done   chan struct{} // closed when sender and err are set
	sender *sender
	err    error
}

// send publishes a message and waits for its confirm, with the timeout of Publish.
func (p *publisher) send(ctx context.Context, exchange, key string, message amqp.Publishing) error {
	ctx, cancel := context.WithTimeoutCause(ctx, publishTimeout, errTooSlow)
	defer cancel()
	s, err := p.sender(ctx)
	if err != nil {
		return err
	}
	before := s.confirmed.Load()
	err = s.send(ctx, exchange, key, message)
	unresponsive := errors.Is(err, errTooSlow) && !s.blocked.Load() && s.confirmed.Load() == before
	switch {
	case unresponsive, errors.Is(err, errReturned):
		p.drop(s) // the next connection declares what was deleted
	case outage.Code(err) != "":
		p.refuse(s, err)
	case err == nil:
		p.prove()
	}
	return err
}

// refuse gives up a connection on which the broker refuses messages. The next try is made after a pause, and calls
// fail at once until one has succeeded.
func (p *publisher) refuse(s *sender, cause error) {
	p.outage.Report(cause)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == s {
		p.unproven, p.failure, p.retryAfter = true, cause, time.Now().Add(reconnectPause)
	}
}

// prove records that the broker took a message.
func (p *publisher) prove() {
	p.mu.Lock()
	p.unproven = false
	p.mu.Unlock()
	p.outage.End()
}

// sender returns the connection. If there is none, it waits for an attempt to connect.
func (p *publisher) sender(ctx context.Context) (*sender, error) {
	p.mu.Lock()
	if p.current != nil && !p.current.channel.IsClosed() {
		defer p.mu.Unlock()
		return p.current, nil
	}
	refused := outage.Code(p.failure) != ""
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
	a, failure := p.attempt, p.failure
	p.mu.Unlock()
	if refused {
		return nil, failure // nobody waits for a try that will probably be refused, too
	}
	select {
	case <-a.done:
		return a.sender, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// connect makes the attempt. previous is a sender whose channel is closed, or nil.
func (p *publisher) connect(a *attempt, previous *sender) {
	defer p.queue.running.Done()
	defer close(a.done)
	if previous != nil {
		previous.link.close()
	}
	a.sender, a.err = p.queue.newSender(p.queue.closing)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempt, p.current, p.failure = nil, a.sender, a.err
	switch {
	case a.err != nil:
		p.retryAfter = time.Now().Add(reconnectPause)
		p.outage.Report(a.err)
	case !p.unproven:
		p.outage.End()
	}
}

// drop closes a connection at once; pending messages on it fail.
func (p *publisher) drop(s *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == s {
		p.current = nil
	}
	_ = s.link.raw.Close() // the client library's read then fails
}

// close closes the connection. No attempt may be running, nor begin.
func (p *publisher) close() {
	p.mu.Lock()
	s := p.current
	p.current = nil
	p.mu.Unlock()
	if s != nil {
		s.link.close()
	}
}
