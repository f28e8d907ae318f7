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

// deadLettersAtOnce is how many dead letters a Consume deals with at a time: one that the
// handler refuses for long holds up no others.
const deadLettersAtOnce = 8

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
	tasks := &feed{name: q.options.Names.Queue, slots: make(chan struct{}, max(parallel, 1)), work: c.handle}
	dead := &feed{name: q.options.Names.DeadLetterQueue, slots: make(chan struct{}, deadLettersAtOnce), work: c.handleDeadLetter}
	tasks.outage.log, tasks.outage.what = q.options.Log, "tasks"
	dead.outage.log, dead.outage.what, dead.outage.within = q.options.Log, "dead letters", &tasks.outage
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

// feed is a queue that a Consume works on. Each has a connection of its own: where
// the dead letters can't be read, the tasks go on.
type feed struct {
	name   string
	work   func(context.Context, *subscription, amqp.Delivery)
	outage outage
	// The slots are for messages under way, over all connections: what a lost one
	// brought may still be worked on when there is a new one.
	slots   chan struct{}
	running sync.WaitGroup
}

// consumeFeed works on the feed until ctx ends and all work is done, and reconnects when
// a connection is lost.
func (c *consumer) consumeFeed(ctx context.Context, f *feed) {
	defer f.running.Wait()
	pause := queue.Backoff{Initial: initialPause, Max: maxPause}
	for {
		began := time.Now()
		err := c.session(ctx, f)
		if ctx.Err() != nil {
			return
		}
		f.outage.report(err)
		if time.Since(began) > maxPause {
			pause.Reset()
		}
		if !pause.Wait(ctx) {
			return
		}
	}
}

// session works on what one connection brings. It returns when the connection is
// lost, and after ctx has ended and all work is done.
func (c *consumer) session(ctx context.Context, f *feed) error {
	l, err := c.queue.connect(ctx, "consumer")
	if err != nil {
		return err
	}
	defer l.close()
	var s *subscription
	err = l.within(ctx, subscribeLimit, func() error {
		s, err = subscribe(l, f.name, cap(f.slots))
		return err
	})
	if err != nil {
		return fmt.Errorf("consume from the queue %s: %w", f.name, err)
	}
	f.outage.end()
	if err := f.take(ctx, s); err != nil {
		return err
	}
	_ = l.within(context.Background(), closeLimit, s.end)
	f.running.Wait()
	return nil
}

// subscription is what the broker sends from one queue.
type subscription struct {
	channel    *amqp.Channel
	tag        string
	deliveries <-chan amqp.Delivery
	closed     chan *amqp.Error
}

// subscribe has the broker send the messages of a queue, so many before the first
// of them is acknowledged.
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

// take handles each delivery in a goroutine and a slot of its own, until ctx ends or,
// with an error, the deliveries have ended.
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
			_ = d.Nack(false, true) // both were ready
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

// end takes no more, and gives back what was not begun.
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
