// Package queue delivers the ids of tasks from publishers to consumers. The tasks
// themselves are in the database. An id may be delivered twice or late, so a consumer
// checks the task in the database, and ignores ids without one.
//
// There are two backends: embedded, a channel in the process, and rabbitmq.
// queuetest is the test suite that both pass.
package queue

import (
	"context"
	"errors"
)

// ErrUnavailable is returned if the queue did not accept an id, or did not confirm it; in
// the second case it may still be delivered. All errors of Publish wrap it.
var ErrUnavailable = errors.New("queue: unavailable")

// ID is the id of a task.
type ID = [16]byte

// Queue delivers ids from publishers to consumers, each at least once, in no particular
// order. It is safe for concurrent use.
type Queue interface {
	// Publish returns nil once the queue has confirmed the id. It returns when ctx ends,
	// and after 2 s at most. All errors wrap ErrUnavailable.
	Publish(ctx context.Context, id ID) error
	// Durable reports whether confirmed ids survive a restart of the queue. If not, the
	// publisher must record them and publish again.
	Durable() bool
	// Consume delivers messages to the handler, at most parallel (1 or more) at a time,
	// until ctx ends or the queue is closed. Then it waits for running calls and returns
	// nil. During an outage of the queue it waits and reconnects. Several calls may run
	// concurrently, in one process or several, and share the messages.
	Consume(ctx context.Context, parallel int, handler Handler) error
	// Ping returns an error if the queue is unreachable or reports that it accepts no
	// messages. It returns when ctx ends.
	Ping(ctx context.Context) error
	// Close ends every Consume as if its ctx had ended, waits for that, and disconnects.
	// It may be called twice; later calls of Publish fail.
	Close() error
}
