package rabbitmq

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
)

// headerFailures counts how often a message failed.
const headerFailures = "x-failures"

// publishing makes a message of the id, which is its MessageId and its body. One
// with a lifetime leaves the queue for its dead-letter exchange after it. What is
// passed along are headers.
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

// read finds the id in a message. It is false for one that is not ours.
func parseID(d amqp.Delivery) (id queue.ID, ok bool) {
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

// headersOf gives the headers that are texts, as those of a propagator are.
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
