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

// maxUnconfirmed is how many messages may wait for their confirms at a time.
const maxUnconfirmed = 1024

var (
	errBlocked  = errors.New("RabbitMQ accepts no messages: it is short of memory or disk space")
	errReturned = errors.New("RabbitMQ returned the message: no queue is bound to the exchange")
	errRefused  = errors.New("RabbitMQ refused the message")
	errLost     = errors.New("the connection to RabbitMQ was lost")
)

// sender publishes messages with confirms on one channel. It is safe for concurrent use.
type sender struct {
	link    *link
	channel *amqp.Channel
	// closed receives the error with which the broker closed the channel.
	closed chan *amqp.Error
	// writeLock is a mutex for writing. The channel has one, too, but waiting for this one
	// can be ended by a context.
	writeLock chan struct{}
	slots     chan struct{} // a semaphore for unconfirmed messages
	// blocked is true while the broker reports that it accepts no messages.
	blocked atomic.Bool
	// confirmed counts confirms, to find out whether the broker still responds.
	confirmed atomic.Uint64
	number    atomic.Uint64

	// returned receives messages that the broker returned as unroutable. The library sends
	// one to it before it completes the message's confirm. So after the confirm the message
	// is in returned, or another caller of finish has recorded it in unroutable. It never
	// blocks, since its capacity is that of slots.
	returned   chan amqp.Return
	mu         sync.Mutex
	unroutable map[string]bool // by the number of each pending message
}

func (q *Queue) newSender(ctx context.Context) (*sender, error) {
	l, err := q.connect(ctx, "publisher")
	if err != nil {
		return nil, err
	}
	s := &sender{
		link: l, writeLock: make(chan struct{}, 1), slots: make(chan struct{}, maxUnconfirmed),
		returned: make(chan amqp.Return, maxUnconfirmed), unroutable: map[string]bool{},
	}
	err = l.within(ctx, setUpTimeout, func() error {
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
	s.closed = s.channel.NotifyClose(make(chan *amqp.Error, 1))
	blockings := l.conn.NotifyBlocked(make(chan amqp.Blocking, 1)) // closed with the connection
	go func() {
		for blocking := range blockings {
			s.blocked.Store(blocking.Active)
		}
	}()
	return s, nil
}

// send publishes a message and waits until it is confirmed or ctx ends. A pending write may
// delay that by writeTimeout.
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
		return s.lost()
	default:
		s.confirmed.Add(1)
		return errRefused
	}
}

// lost returns why the channel is closed: a refusal, if the broker refused a message, else errLost.
func (s *sender) lost() error {
	select {
	case answer := <-s.closed:
		if answer != nil {
			return explained(fmt.Errorf("%w: %w", errLost, answer))
		}
	default:
	}
	return errLost
}

// finish removes a message from the pending ones, and reports whether the broker returned it.
func (s *sender) finish(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		select {
		case message, open := <-s.returned:
			if _, pending := s.unroutable[message.CorrelationId]; pending {
				s.unroutable[message.CorrelationId] = true
			}
			if open {
				continue
			}
		default:
		}
		returned := s.unroutable[number]
		delete(s.unroutable, number)
		return returned
	}
}

// acquire acquires a slot, or returns the cause of ctx's end.
func acquire(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
