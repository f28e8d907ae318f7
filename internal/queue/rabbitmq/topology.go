package rabbitmq

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// deliveryLimit is the number of interrupted deliveries after which the broker dead-letters
// a message, since the message may crash its consumers. It is RabbitMQ 4's default; older
// versions have no limit.
const deliveryLimit = 20

// declare declares the exchanges, the queue of tasks, a retry queue for each pause, and the
// queue of dead letters.
func (q *Queue) declare(conn *amqp.Connection) error {
	names := q.options.Names
	for _, exchange := range []string{names.Exchange, names.DeadLetterExchange} {
		err := onChannel(conn, func(ch *amqp.Channel) error {
			return ch.ExchangeDeclare(exchange, amqp.ExchangeTopic, true, false, false, false, nil)
		})
		if isDeclaredDifferently(err) {
			return fmt.Errorf("the exchange %s exists, but is not a durable topic exchange: %w", exchange, err)
		}
		if err != nil {
			return fmt.Errorf("declare the exchange %s: %w", exchange, err)
		}
	}
	main := deadLettering(names.DeadLetterExchange, "")
	main["x-delivery-limit"] = deliveryLimit
	if err := q.declareQueue(conn, names.Queue, names.Exchange, names.Key, main); err != nil {
		return err
	}
	for i := range q.options.Pauses {
		if err := q.declareQueue(conn, names.retry(i+1), "", "", deadLettering(names.Exchange, names.Key)); err != nil {
			return err
		}
	}
	dead := amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": 1 << 30} // RabbitMQ 4 would drop messages after 20
	return q.declareQueue(conn, names.DeadLetterQueue, names.DeadLetterExchange, "#", dead)
}

// deadLettering returns the arguments of a queue whose dead letters are published to the
// exchange, with the given routing key or by default their own. They are removed from the
// queue only after that is confirmed (at-least-once, which requires reject-publish).
func deadLettering(exchange, key string) amqp.Table {
	arguments := amqp.Table{
		"x-queue-type": "quorum", "x-dead-letter-exchange": exchange,
		"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
	}
	if key != "" {
		arguments["x-dead-letter-routing-key"] = key
	}
	return arguments
}

// declareQueue declares a queue, and binds it if an exchange is given. A queue that exists
// with other properties is used as it is.
func (q *Queue) declareQueue(conn *amqp.Connection, name, exchange, key string, arguments amqp.Table) error {
	err := onChannel(conn, func(ch *amqp.Channel) error {
		_, err := ch.QueueDeclare(name, true, false, false, false, arguments)
		return err
	})
	if isDeclaredDifferently(err) {
		if !q.warned.Swap(true) {
			q.options.Log.Warn("a queue in RabbitMQ exists with other properties and is used as it is: it may lose tasks when the broker fails. "+
				"To replace it, stop the servers, let the consumers empty it, delete it, and start the servers again", "queue", name, "error", err)
		}
		err = onChannel(conn, func(ch *amqp.Channel) error {
			_, err := ch.QueueDeclarePassive(name, true, false, false, false, nil)
			return err
		})
	}
	if err == nil && exchange != "" {
		err = onChannel(conn, func(ch *amqp.Channel) error { return ch.QueueBind(name, key, exchange, false, nil) })
	}
	if err != nil {
		return fmt.Errorf("declare the queue %s: %w", name, err)
	}
	return nil
}

// onChannel runs work on a new channel, since an error reply closes the channel.
func onChannel(conn *amqp.Connection, work func(*amqp.Channel) error) error {
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	if err := work(ch); err != nil {
		return err
	}
	return ch.Close()
}

// isDeclaredDifferently reports whether an exchange or queue exists with other properties.
func isDeclaredDifferently(err error) bool {
	var refusal *amqp.Error
	return errors.As(err, &refusal) && refusal.Code == amqp.PreconditionFailed
}
