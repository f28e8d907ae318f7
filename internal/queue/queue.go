// Package queue carries the ids of tasks from those who ask for work to those
// who do it. What is to be done stands in the database: here an id may come
// twice or late, and one that is no longer known is dropped by who takes it.
//
// There are two backends: embedded, a channel in the process, and rabbitmq.
// queuetest is the suite that both pass.
package queue

import (
	"context"
	"errors"
)

// ErrUnavailable says that the queue did not take an id, or not for certain: it
// may be handed over all the same. Errors of Publish wrap it.
var ErrUnavailable = errors.New("queue: unavailable")

// ID names what a message asks to be done.
type ID = [16]byte

// Queue hands ids from publishers to consumers, each at least once, in no order
// to rely on. It is safe for concurrent use.
type Queue interface {
	// Publish returns nil once the queue has taken the id for good, as far as it
	// keeps anything (see Durable). It returns when ctx ends, and after 2 s at most.
	// Any error is an ErrUnavailable.
	Publish(ctx context.Context, id ID) error
	// Durable reports whether what Publish confirmed outlives a restart of the
	// queue. Where it does not, the publisher has to remember and publish again.
	Durable() bool
	// Consume hands messages to the handler, at most parallel (1 or more) at once,
	// until ctx ends or the queue is closed. Then it takes no more, lets what runs
	// finish and returns nil. It waits for a queue that is out of reach, and outlives
	// outages. Several may run at once, in one process or in many, and share the work.
	Consume(ctx context.Context, parallel int, handler Handler) error
	// Ping asks whether the queue is there to publish to, and takes messages, as far
	// as it says so. It returns when ctx ends.
	Ping(ctx context.Context) error
	// Close ends every Consume as the end of its ctx would, waits for that, and
	// disconnects. It may be called twice; Publish then fails.
	Close() error
}
