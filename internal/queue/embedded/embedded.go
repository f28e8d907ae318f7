// Package embedded is a queue in the process: a channel. What it holds is gone
// when the process ends, so publishers have to publish again what they find undone.
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

// Options of a queue. The zero value of a field is what its comment says.
type Options struct {
	// Capacity is how many ids there may be at once, those that are worked on or wait
	// for another try included: 16384.
	Capacity int
	// Pauses are those between the tries of a message, one less than there are tries:
	// queue.DefaultPauses. The last one also stands between two tries of DeadLetter.
	Pauses []time.Duration
	// Propagator passes trace context along with the ids.
	Propagator queue.Propagator
	// Log is told of tries that failed; nil is slog.Default.
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

// message is an id, how often it failed, and what goes along with it.
type message struct {
	id       queue.ID
	failures int
	headers  map[string]string
}

// Queue is a queue.Queue in the process. Use Open.
type Queue struct {
	options Options
	// held has a place for every id that the queue has: with as many places as each
	// channel has, sending to a channel never blocks.
	held    chan struct{}
	waiting chan message
	dead    chan queue.ID

	closing context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex // so that none begins while Close waits
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

// Publish implements queue.Queue. It never waits: a full queue is an error at once.
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

// Close implements queue.Queue. What is in the queue is lost.
func (q *Queue) Close() error {
	q.mu.Lock()
	q.stop()
	q.mu.Unlock()
	q.running.Wait()
	return nil
}

// begin counts a Consume, unless the queue is closed.
func (q *Queue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closing.Err() != nil {
		return false
	}
	q.running.Add(1)
	return true
}
