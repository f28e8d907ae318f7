// Package rabbitmq is a queue that many nodes share: quorum queues in RabbitMQ
// 3.10 or newer, persistent messages, confirmed to the publisher and acknowledged
// by the consumer.
//
// Publishing and consuming have a connection each, since a broker that is short of
// memory stops reading from those who publish, acknowledgements included. Both
// declare all that there has to be, whenever they connect. The recovery that the
// client library has is not used: it would hide the outage from Publish, which has
// to fail fast, and it knows nothing to do about a queue declared otherwise.
package rabbitmq

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"messenger-api/internal/queue"
)

var errClosed = errors.New("the queue is closed")

// Queue is a queue.Queue in RabbitMQ. Use Open.
type Queue struct {
	options   Options
	publisher *publisher
	// warned is set once it was said that the queue is used as it was found.
	warned atomic.Bool

	closing context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex // so that none begins while Close waits
	running sync.WaitGroup
}

var _ queue.Queue = (*Queue)(nil)

// Open makes a queue. It does not connect yet: a broker out of reach is an error
// of Publish, and Consume waits for it.
func Open(options Options) *Queue {
	closing, stop := context.WithCancel(context.Background())
	q := &Queue{options: options.withDefaults(), closing: closing, stop: stop}
	q.publisher = &publisher{queue: q}
	return q
}

// Durable implements queue.Queue.
func (q *Queue) Durable() bool { return true }

// Close implements queue.Queue. Calls of Publish under way fail.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.running.Wait() // Consume publishes what failed until its end
	q.publisher.close()
	return nil
}

// begin counts what Close has to wait for, unless the queue is closed. The caller
// calls q.running.Done at its end.
func (q *Queue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing.Err() != nil {
		return false
	}
	q.running.Add(1)
	return true
}
