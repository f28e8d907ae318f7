package rabbitmq

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// deliveryLimit is after how many interrupted deliveries the broker dead-letters a
// message: it may be what crashes its consumers. RabbitMQ 4 has this default, older
// versions have none.
const deliveryLimit = 20

// declare makes sure that all is there: the exchange, the queue, a queue for each
// pause, and the place for dead letters.
func (q *Queue) declare(conn *amqp.Connection) error {
	names := q.options.Names
	for _, exchange := range []string{names.Exchange, names.DeadLetterExchange} {
		err := onChannel(conn, func(ch *amqp.Channel) error {
			return ch.ExchangeDeclare(exchange, amqp.ExchangeTopic, true, false, false, false, nil)
		})
		if isDeclaredDifferently(err) {
			return fmt.Errorf("the exchange %s is there, but is no durable topic exchange: delete it in RabbitMQ, and it is made anew: %w", exchange, err)
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
	dead := amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": 1 << 30} // RabbitMQ 4 would drop them after 20
	return q.declareQueue(conn, names.DeadLetterQueue, names.DeadLetterExchange, "#", dead)
}

// deadLettering are the arguments of a queue whose dead letters go to the exchange,
// with the key that they had where none is given. They leave the queue only once
// they have arrived; the broker insists on x-overflow for that.
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

// declareQueue declares a queue and binds it, where an exchange is given. A queue
// that is there and was declared otherwise is used as it is.
func (q *Queue) declareQueue(conn *amqp.Connection, name, exchange, key string, arguments amqp.Table) error {
	err := onChannel(conn, func(ch *amqp.Channel) error {
		_, err := ch.QueueDeclare(name, true, false, false, false, arguments)
		return err
	})
	if isDeclaredDifferently(err) {
		if !q.warned.Swap(true) {
			q.options.Log.Warn("a queue in RabbitMQ was declared otherwise, and is used as it is: it may lose tasks when the broker fails. "+
				"To have it replaced, stop the servers, let the consumers empty it, delete it, and start again", "queue", name, "error", err)
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

// onChannel runs work on a channel of its own: an error reply closes the channel.
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

// isDeclaredDifferently reports whether the error says that what was declared exists with
// other properties.
func isDeclaredDifferently(err error) bool {
	var refusal *amqp.Error
	return errors.As(err, &refusal) && refusal.Code == amqp.PreconditionFailed
}
