package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
)

// unconfirmed is how many messages may wait for their confirms at once; more
// callers wait for a place.
const unconfirmed = 1024

var (
	errBlocked  = errors.New("RabbitMQ takes no messages: it is short of memory or disk space")
	errReturned = errors.New("RabbitMQ returned the message: no queue is bound to the exchange")
	errRefused  = errors.New("RabbitMQ refused the message")
	errLost     = errors.New("the connection to RabbitMQ was lost")
)

// sender publishes on one channel, for many at once, each with its confirm.
type sender struct {
	link    *link
	channel *amqp.Channel
	// writeLock guards writing: unlike the channel's own lock, it can be waited for until
	// a deadline.
	writeLock chan struct{}
	slots     chan struct{}
	// blocked is true while the broker says that it takes nothing.
	blocked atomic.Bool
	// confirmed counts answers: any is a sign of life.
	confirmed atomic.Uint64
	number    atomic.Uint64

	// returned holds what the broker sent back. It has room for all that may be under
	// way, and the library puts a message there before it passes on its confirm: who
	// has the confirm finds the message there, or noted in unroutable.
	returned   chan amqp.Return
	mu         sync.Mutex
	unroutable map[string]bool // by the numbers of those that wait
}

func (q *Queue) newSender(ctx context.Context) (*sender, error) {
	l, err := q.connect(ctx, "publisher")
	if err != nil {
		return nil, err
	}
	s := &sender{
		link: l, writeLock: make(chan struct{}, 1), slots: make(chan struct{}, unconfirmed),
		returned: make(chan amqp.Return, unconfirmed), unroutable: map[string]bool{},
	}
	err = l.within(ctx, setUpLimit, func() error {
		if s.channel, err = l.conn.Channel(); err != nil {
			return err
		}
		return s.channel.Confirm(false)
	})
	if err != nil {
		l.close()
		return nil, fmt.Errorf("open a channel to publish on: %w", err)
	}
	s.channel.NotifyReturn(s.returned)
	blockings := l.conn.NotifyBlocked(make(chan amqp.Blocking, 1)) // closed with the connection
	go func() {
		for blocking := range blockings {
			s.blocked.Store(blocking.Active)
		}
	}()
	return s, nil
}

// send publishes a message and waits until it is confirmed or ctx ends. A write
// under way may keep it longer by writeLimit.
func (s *sender) send(ctx context.Context, exchange, key string, message amqp.Publishing) error {
	if s.blocked.Load() {
		return errBlocked
	}
	if err := acquire(ctx, s.slots); err != nil {
		return err
	}
	defer func() { <-s.slots }()
	message.CorrelationId = strconv.FormatUint(s.number.Add(1), 10)
	s.mu.Lock()
	s.unroutable[message.CorrelationId] = false
	s.mu.Unlock()

	confirmation, err := s.write(ctx, exchange, key, message)
	if err == nil {
		err = s.await(ctx, confirmation)
	}
	if s.finish(message.CorrelationId) && err == nil {
		err = errReturned
	}
	return err
}

func (s *sender) write(ctx context.Context, exchange, key string, message amqp.Publishing) (*amqp.DeferredConfirmation, error) {
	if err := acquire(ctx, s.writeLock); err != nil {
		return nil, err
	}
	defer func() { <-s.writeLock }()
	const mandatory, immediate = true, false
	return s.channel.PublishWithDeferredConfirm(exchange, key, mandatory, immediate, message)
}

func (s *sender) await(ctx context.Context, confirmation *amqp.DeferredConfirmation) error {
	select {
	case <-confirmation.Done():
	case <-ctx.Done():
		if s.blocked.Load() {
			return errBlocked
		}
		return context.Cause(ctx)
	}
	switch {
	case confirmation.Acked():
		s.confirmed.Add(1)
		return nil
	case s.channel.IsClosed():
		return errLost
	default:
		s.confirmed.Add(1)
		return errRefused
	}
}

// finish ends the wait for a message, and reports whether the broker returned it.
func (s *sender) finish(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		select {
		case back, open := <-s.returned:
			if _, waits := s.unroutable[back.CorrelationId]; waits {
				s.unroutable[back.CorrelationId] = true
			}
			if open {
				continue
			}
		default:
		}
		was := s.unroutable[number]
		delete(s.unroutable, number)
		return was
	}
}

// enter takes a place, waiting for one until ctx ends.
func acquire(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
