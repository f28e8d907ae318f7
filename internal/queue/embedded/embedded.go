// Package embedded is a queue in the process: a channel. Its messages are lost when the
// process ends, so publishers must publish unfinished tasks again.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"messenger-api/internal/queue"
)

// Options are the options of a queue; zero values have the documented defaults.
type Options struct {
	// Capacity limits the number of messages, including those that are being handled or
	// wait for a retry; default 16384.
	Capacity int
	// Pauses are the pauses between attempts at a message, so there is one attempt more
	// than pauses; default queue.DefaultPauses. The last one is also used between attempts
	// of DeadLetter.
	Pauses []time.Duration
	// Propagator propagates trace context.
	Propagator queue.Propagator
	// Log logs failed attempts; nil is slog.Default.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Capacity <= 0 {
		o.Capacity = 16384
	}
	if len(o.Pauses) == 0 {
		o.Pauses = queue.DefaultPauses()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

var (
	errFull   = errors.New("the embedded queue is full")
	errClosed = errors.New("the embedded queue is closed")
)

// message is an id with the number of failed attempts and the propagated headers.
type message struct {
	id       queue.ID
	failures int
	headers  map[string]string
}

// Queue is a queue.Queue in the process. Use Open.
type Queue struct {
	options Options
	// held is a semaphore that counts all messages of the queue. Its capacity is that of the
	// other channels, so sending to those never blocks.
	held    chan struct{}
	waiting chan message
	dead    chan queue.ID

	closing context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex // orders begin and Close
	running sync.WaitGroup
}

var _ queue.Queue = (*Queue)(nil)

// Open makes an empty queue.
func Open(options Options) *Queue {
	options = options.withDefaults()
	closing, stop := context.WithCancel(context.Background())
	return &Queue{
		options: options,
		held:    make(chan struct{}, options.Capacity),
		waiting: make(chan message, options.Capacity),
		dead:    make(chan queue.ID, options.Capacity),
		closing: closing, stop: stop,
	}
}

// Publish implements queue.Queue. It never waits: if the queue is full it fails at once.
func (q *Queue) Publish(ctx context.Context, id queue.ID) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	if q.closing.Err() != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, errClosed)
	}
	select {
	case q.held <- struct{}{}:
		q.waiting <- message{id: id, headers: q.options.Propagator.Inject(ctx)}
		return nil
	default:
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, errFull)
	}
}

// Durable implements queue.Queue.
func (q *Queue) Durable() bool { return false }

// Ping implements queue.Queue.
func (q *Queue) Ping(context.Context) error {
	if q.closing.Err() != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, errClosed)
	}
	return nil
}

// Close implements queue.Queue. The messages in the queue are lost.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.running.Wait()
	return nil
}

// begin adds a Consume to q.running, and returns false if the queue is closed.
func (q *Queue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing.Err() != nil {
		return false
	}
	q.running.Add(1)
	return true
}
