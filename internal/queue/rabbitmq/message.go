package rabbitmq

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
)

// headerFailures is the header with the number of failed attempts.
const headerFailures = "x-failures"

// newPublishing makes a message with the id as its MessageId and body. With a lifetime, the
// broker moves the message to its queue's dead-letter exchange afterwards.
func newPublishing(id queue.ID, failures int, lifetime time.Duration, headers map[string]string) amqp.Publishing {
	name := hex.EncodeToString(id[:])
	message := amqp.Publishing{
		DeliveryMode: amqp.Persistent, ContentType: "text/plain", MessageId: name, Body: []byte(name),
	}
	if failures > 0 || len(headers) > 0 {
		message.Headers = amqp.Table{}
	}
	if failures > 0 {
		message.Headers[headerFailures] = int32(failures)
	}
	for name, value := range headers {
		message.Headers[name] = value
	}
	if lifetime > 0 {
		message.Expiration = strconv.FormatInt(lifetime.Milliseconds(), 10)
	}
	return message
}

// parseID returns the id of a message, or false for a message of another program.
func parseID(d amqp.Delivery) (id queue.ID, ok bool) {
	if len(d.MessageId) != hex.EncodedLen(len(id)) || string(d.Body) != d.MessageId {
		return id, false
	}
	_, err := hex.Decode(id[:], d.Body)
	return id, err == nil
}

// failuresOf returns the number of failed attempts; for an invalid header it is 0.
func failuresOf(d amqp.Delivery) int {
	count, _ := d.Headers[headerFailures].(int32)
	return max(int(count), 0)
}

// headersOf returns the message's headers for the propagator: those with texts as values.
func headersOf(d amqp.Delivery) map[string]string {
	var headers map[string]string
	for name, value := range d.Headers {
		if text, ok := value.(string); ok && !strings.HasPrefix(name, "x-") {
			if headers == nil {
				headers = map[string]string{}
			}
			headers[name] = text
		}
	}
	return headers
}
