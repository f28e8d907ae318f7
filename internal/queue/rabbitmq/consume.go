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

// parallelDeadLetters is how many dead letters a Consume handles at a time, so that one whose
// handler keeps failing does not delay the others.
const parallelDeadLetters = 8

var errCancelled = errors.New("RabbitMQ ended the delivery: the queue was deleted, or has moved")

// Consume implements queue.Queue.
func (q *Queue) Consume(ctx context.Context, parallel int, handler queue.Handler) error {
	if !q.begin() {
		return nil
	}
	defer q.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(q.closing, cancel)()

	c := &consumer{queue: q, handler: handler.WithRecover()}
	tasks := &feed{name: q.options.Names.Queue, slots: make(chan struct{}, max(parallel, 1)), work: c.handle, outage: &q.tasks}
	dead := &feed{
		name: q.options.Names.DeadLetterQueue, slots: make(chan struct{}, parallelDeadLetters), work: c.handleDeadLetter, outage: &q.deadLetters,
	}
	var both sync.WaitGroup
	both.Go(func() { c.consumeFeed(ctx, tasks) })
	both.Go(func() { c.consumeFeed(ctx, dead) })
	both.Wait()
	return nil
}

// consumer is one call of Consume.
type consumer struct {
	queue   *Queue
	handler queue.Handler
}

// feed is a queue that a Consume reads, the tasks or the dead letters. Each has its own
// connection, so that tasks are still consumed when dead letters can't be.
type feed struct {
	name   string
	work   func(context.Context, *subscription, amqp.Delivery)
	outage *outage.Log
	// slots is a semaphore for the messages that are being handled. They may be from an
	// earlier connection that was lost.
	slots   chan struct{}
	running sync.WaitGroup
}

// consumeFeed consumes the feed, reconnecting when a connection is lost, until ctx ends; then
// it waits for running work.
func (c *consumer) consumeFeed(ctx context.Context, f *feed) {
	defer f.running.Wait()
	pause := queue.Backoff{Initial: initialPause, Max: maxPause}
	for {
		began := time.Now()
		err := c.session(ctx, f)
		if ctx.Err() != nil {
			return
		}
		f.outage.Report(err)
		if time.Since(began) > maxPause {
			pause.Reset()
		}
		if !pause.Wait(ctx) {
			return
		}
	}
}

// session consumes the feed over one connection. It returns an error when the connection
// is lost, and nil after ctx has ended and running work is done.
func (c *consumer) session(ctx context.Context, f *feed) error {
	l, err := c.queue.connect(ctx, "consumer")
	if err != nil {
		return err
	}
	defer l.close()
	var s *subscription
	err = l.within(ctx, subscribeTimeout, func() error {
		s, err = subscribe(l, f.name, cap(f.slots))
		return err
	})
	if err != nil {
		return explained(fmt.Errorf("consume from the queue %s: %w", f.name, err))
	}
	f.outage.End()
	if err := f.take(ctx, s); err != nil {
		return err
	}
	_ = l.within(context.Background(), closeTimeout, s.end)
	f.running.Wait()
	return nil
}

// subscription is a consumer of one queue at the broker.
type subscription struct {
	channel    *amqp.Channel
	tag        string
	deliveries <-chan amqp.Delivery
	closed     chan *amqp.Error
}

// subscribe starts consuming a queue, with up to prefetch unacknowledged messages.
func subscribe(l *link, name string, prefetch int) (*subscription, error) {
	ch, err := l.conn.Channel()
	if err != nil {
		return nil, err
	}
	s := &subscription{channel: ch, tag: "messenger-api", closed: ch.NotifyClose(make(chan *amqp.Error, 1))}
	if err = ch.Qos(prefetch, 0, false); err == nil {
		s.deliveries, err = ch.Consume(name, s.tag, false, false, false, false, nil)
	}
	return s, err
}

// take handles each delivery in its own goroutine, with a slot. It returns nil when ctx ends,
// and an error when the subscription is closed.
func (f *feed) take(ctx context.Context, s *subscription) error {
	for {
		select {
		case f.slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		case refusal := <-s.closed:
			return closeReason(refusal)
		}
		select {
		case <-ctx.Done():
		case d, open := <-s.deliveries:
			if !open {
				<-f.slots
				select {
				case refusal := <-s.closed:
					return closeReason(refusal)
				default:
					return errCancelled
				}
			}
			if ctx.Err() == nil {
				f.running.Go(func() {
					defer func() { <-f.slots }()
					f.work(ctx, s, d)
				})
				continue
			}
			_ = d.Nack(false, true) // select chose at random
		}
		<-f.slots
	}
}

// closeReason is the error that closed the channel.
func closeReason(refusal *amqp.Error) error {
	if refusal == nil {
		return errLost
	}
	return refusal
}

// end cancels the subscription, and returns deliveries that were not handled to the queue.
func (s *subscription) end() error {
	if err := s.channel.Cancel(s.tag, false); err != nil {
		return err
	}
	for d := range s.deliveries {
		if err := d.Nack(false, true); err != nil {
			return err
		}
	}
	return nil
}
