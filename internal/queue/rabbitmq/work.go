package rabbitmq

import (
	"context"
	"encoding/hex"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
)

// Errors of acknowledgements are ignored: they mean that the connection is lost, and then the
// broker delivers the message again.

// handle handles one message. If that fails, the message is published to its retry queue or
// the dead letters, and only then acknowledged.
func (c *consumer) handle(ctx context.Context, s *subscription, d amqp.Delivery) {
	id, ok := parseID(d)
	if !ok {
		c.discard(d, c.queue.options.Names.Queue)
		return
	}
	headers := headersOf(d)
	err := c.handler.Handle(c.queue.options.Propagator.Extract(context.WithoutCancel(ctx), headers), id)
	if err != nil {
		failures := failuresOf(d) + 1
		c.queue.options.Log.Warn("a task failed", "id", hex.EncodeToString(id[:]), "attempt", failures, "error", err)
		if !c.forward(ctx, s, id, failures, headers) {
			_ = d.Nack(false, true)
			return
		}
	}
	_ = d.Ack(false)
}

// forward publishes a failed message to its retry queue, or to the dead letters. It retries
// until that is confirmed. It returns false if ctx ends or the connection is lost before;
// then the broker still has the message.
func (c *consumer) forward(ctx context.Context, s *subscription, id queue.ID, failures int, headers map[string]string) bool {
	names, pauses := c.queue.options.Names, c.queue.options.Pauses
	exchange, key, message := names.DeadLetterExchange, names.Key, newPublishing(id, failures, 0, headers)
	if failures <= len(pauses) {
		exchange, key = "", names.retry(failures) // the default exchange routes by the queue's name
		message = newPublishing(id, failures, max(pauses[failures-1], time.Millisecond), headers)
	}
	pause := queue.Backoff{Initial: initialPause, Max: maxPause}
	for !s.channel.IsClosed() {
		if c.queue.publisher.send(context.WithoutCancel(ctx), exchange, key, message) == nil {
			return true
		}
		if !pause.Wait(ctx) {
			return false
		}
	}
	return false
}

// handleDeadLetter calls the handler with a dead letter until it succeeds. If ctx ends or the
// connection is lost before, the broker still has it.
func (c *consumer) handleDeadLetter(ctx context.Context, s *subscription, d amqp.Delivery) {
	id, ok := parseID(d)
	if !ok {
		c.discard(d, c.queue.options.Names.DeadLetterQueue)
		return
	}
	last := c.queue.options.Pauses[len(c.queue.options.Pauses)-1]
	pause := queue.Backoff{Initial: last, Max: last}
	for !s.channel.IsClosed() {
		err := c.handler.DeadLetter(context.WithoutCancel(ctx), id)
		if err == nil {
			_ = d.Ack(false)
			return
		}
		c.queue.options.Log.Warn("handling a dead letter failed; will retry", "id", hex.EncodeToString(id[:]), "error", err)
		if !pause.Wait(ctx) {
			break
		}
	}
	_ = d.Nack(false, true)
}

// discard drops a message of another program.
func (c *consumer) discard(d amqp.Delivery, from string) {
	c.queue.options.Log.Warn("a message of another program was dropped", "queue", from)
	_ = d.Ack(false)
}
