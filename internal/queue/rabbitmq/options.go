package rabbitmq

import (
	"crypto/x509"
	"log/slog"
	"strconv"
	"time"

	"messenger-api/internal/queue"
)

// Options say where RabbitMQ is and what things are called there. The zero value
// of a field is what its comment says.
type Options struct {
	// URL is amqp:// or amqps:// (TLS), with user, password and /vhost. It is never
	// logged. One that can't be read makes every call fail.
	URL string
	// RootCAs verify an amqps:// server; nil is those of the system.
	RootCAs *x509.CertPool
	// Names of the exchange and the queues: SearchTasks("").
	Names Names
	// Pauses are those between the tries of a message, one less than there are tries:
	// queue.DefaultPauses. The last one also stands between two tries of DeadLetter.
	Pauses []time.Duration
	// Propagator passes trace context along with the ids, in headers.
	Propagator queue.Propagator
	// Log is told of outages and of tries that failed; nil is slog.Default.
	Log *slog.Logger
}

// Names are what things are called in RabbitMQ.
type Names struct {
	Exchange, Key, Queue string
	// Retry is the beginning of the names of the queues in which messages wait for
	// another try, one for each pause.
	Retry                               string
	DeadLetterExchange, DeadLetterQueue string
}

// SearchTasks are the names of the search tasks, all with the prefix.
func SearchTasks(prefix string) Names { return NamesOf(prefix + "search_tasks") }

// NamesOf makes names from the routing key.
func NamesOf(key string) Names {
	return Names{
		Exchange: key + "_exchange", Key: key, Queue: key + "_queue", Retry: key + "_retry_",
		DeadLetterExchange: key + "_dead_exchange", DeadLetterQueue: key + "_dead_queue",
	}
}

// retry is the queue in which messages wait that failed this often.
func (n Names) retry(failures int) string { return n.Retry + strconv.Itoa(failures) }

func (o Options) withDefaults() Options {
	if o.Names == (Names{}) {
		o.Names = SearchTasks("")
	}
	if len(o.Pauses) == 0 {
		o.Pauses = queue.DefaultPauses()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Limits of waiting.
const (
	// publishLimit is for a Publish as a whole.
	publishLimit = 1500 * time.Millisecond
	// dialLimit is for a connection, TLS and signing in included.
	dialLimit = time.Second
	// setUpLimit is for declaring what there has to be: quorum queues take their time.
	setUpLimit = 10 * time.Second
	// subscribeLimit is for the broker to begin delivery. One that has just started
	// may never answer, and answers at once when it is asked anew.
	subscribeLimit = 3 * time.Second
	// writeLimit is for the broker to take what is written; it is far less than
	// publishLimit, so that nobody is late who waits for another's write.
	writeLimit = 500 * time.Millisecond
	// closeLimit is for the broker to answer a goodbye.
	closeLimit = time.Second
	// reconnectPause is for how long after a failed try to connect Publish fails at once.
	reconnectPause = 500 * time.Millisecond
	// heartbeat is agreed upon with the broker; a connection silent for three is lost.
	heartbeat = 10 * time.Second
)

// The pauses between tries to reach the broker, of Consume and of a failed message
// that has to get to the broker before it is acknowledged.
const (
	initialPause = 100 * time.Millisecond
	maxPause     = 5 * time.Second
)
