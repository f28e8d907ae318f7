// Package rabbitmq is a queue that nodes share: quorum queues in RabbitMQ 3.10 or
// newer with persistent messages, publisher confirms and consumer acknowledgements.
//
// Publishing and consuming use separate connections: a broker that is short of memory
// stops reading from connections that publish, which would delay acknowledgements. Both
// declare all exchanges and queues when they connect. The client library's recovery is
// not used: it would hide an outage from Publish, which must fail fast, and it can't
// handle a queue that was declared with other properties.
//
// A failed message is published to a retry queue, whose messages the broker moves back to
// the main queue after a pause. After the last attempt it is published to the dead-letter
// exchange.
package rabbitmq

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"messenger-api/internal/outage"
	"messenger-api/internal/queue"
)

var errClosed = errors.New("the queue is closed")

// Queue is a queue.Queue in RabbitMQ. Use Open.
type Queue struct {
	options   Options
	publisher *publisher
	// tasks and deadLetters are the outages of Consume.
	tasks, deadLetters outage.Log
	// warned is set after the warning that a queue has other properties.
	warned atomic.Bool

	closing context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex // orders begin and Close
	running sync.WaitGroup
}

var _ queue.Queue = (*Queue)(nil)

// Open makes a queue. It does not connect: while the broker is unreachable, Publish fails
// and Consume waits.
func Open(options Options) *Queue {
	closing, stop := context.WithCancel(context.Background())
	q := &Queue{options: options.withDefaults(), closing: closing, stop: stop}
	q.publisher = &publisher{queue: q}
	q.logOutage(&q.publisher.outage, "nothing is published", "messages are published")
	q.logOutage(&q.tasks, "no tasks are taken", "tasks are taken")
	q.logOutage(&q.deadLetters, "no dead letters are taken", "dead letters are taken")
	q.deadLetters.Within = &q.tasks
	return q
}

// logOutage says how an outage is logged, and what it means while it lasts and when it is over.
func (q *Queue) logOutage(log *outage.Log, during, after string) {
	log.Logger, log.Remind = q.options.Log, q.options.LogInterval
	log.Lost = "RabbitMQ can't be used: " + during + " until it can"
	log.Still = "RabbitMQ still can't be used: " + during
	log.Found = "RabbitMQ is in use again: " + after
}

// Durable implements queue.Queue.
func (q *Queue) Durable() bool { return true }

// Close implements queue.Queue. Pending calls of Publish fail.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.running.Wait() // before closing publisher: Consume publishes failed messages until its end
	q.publisher.close()
	return nil
}

// begin adds work that Close must wait for to q.running; the caller calls q.running.Done. It
// returns false if the queue is closed.
func (q *Queue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing.Err() != nil {
		return false
	}
	q.running.Add(1)
	return true
}
