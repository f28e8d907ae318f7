package rabbitmq

import (
	"encoding/hex"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
)

// headerFailures counts how often a message failed.
const headerFailures = "x-failures"

// publishing makes a message of the id, which is its MessageId and its body. One
// with a lifetime leaves the queue for its dead-letter exchange after it.
func publishing(id queue.ID, failures int, lifetime time.Duration) amqp.Publishing {
	name := hex.EncodeToString(id[:])
	message := amqp.Publishing{
		DeliveryMode: amqp.Persistent, ContentType: "text/plain", MessageId: name, Body: []byte(name),
	}
	if failures > 0 {
		message.Headers = amqp.Table{headerFailures: int32(failures)}
	}
	if lifetime > 0 {
		message.Expiration = strconv.FormatInt(lifetime.Milliseconds(), 10)
	}
	return message
}

// read finds the id in a message. It is false for one that is not ours.
func read(d amqp.Delivery) (id queue.ID, ok bool) {
	if len(d.MessageId) != hex.EncodedLen(len(id)) || string(d.Body) != d.MessageId {
		return id, false
	}
	_, err := hex.Decode(id[:], d.Body)
	return id, err == nil
}

// failuresOf reads how often the message failed; a count that makes no sense is 0.
func failuresOf(d amqp.Delivery) int {
	count, _ := d.Headers[headerFailures].(int32)
	return max(int(count), 0)
}
