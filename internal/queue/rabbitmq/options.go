package rabbitmq

import (
	"crypto/x509"
	"log/slog"
	"strconv"
	"time"

	"messenger-api/internal/outage"
	"messenger-api/internal/queue"
)

// Options are the options of a queue. Only URL is required; other zero values have the
// documented defaults.
type Options struct {
	// URL is amqp:// or amqps:// (TLS), with user, password and /vhost. It is never
	// logged. With an invalid one every call fails.
	URL string
	// RootCAs verify an amqps:// server; nil is those of the system.
	RootCAs *x509.CertPool
	// Names are the names of exchanges and queues; default SearchTasks("").
	Names Names
	// Pauses are the pauses between attempts at a message, so there is one attempt more
	// than pauses; default queue.DefaultPauses. The last one is also used between attempts
	// of DeadLetter.
	Pauses []time.Duration
	// Propagator propagates trace context in the messages' headers.
	Propagator queue.Propagator
	// Log logs outages and failed attempts; nil is slog.Default.
	Log *slog.Logger
	// LogInterval is the pause between two log lines while an outage lasts: a minute.
	LogInterval time.Duration
}

// Names are the names of exchanges and queues, and the routing key of tasks.
type Names struct {
	Exchange, Key, Queue string
	// Retry is the prefix of the names of the retry queues, in which messages wait for
	// another attempt. There is one for each pause.
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

// retry is the name of the retry queue for messages that failed this often.
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
	if o.LogInterval == 0 {
		o.LogInterval = outage.Remind
	}
	return o
}

const (
	// publishTimeout is the timeout of Publish.
	publishTimeout = 1500 * time.Millisecond
	// dialTimeout is the timeout of connecting, including TLS and authentication.
	dialTimeout = time.Second
	// setUpTimeout is the timeout of declaring exchanges and queues; quorum queues are slow.
	setUpTimeout = 10 * time.Second
	// subscribeTimeout is the timeout of subscribing. A broker that has just started may
	// never reply, but does when subscribing is retried.
	subscribeTimeout = 3 * time.Second
	// writeTimeout is the timeout of one write to the connection. It is far less than
	// publishTimeout, so that callers that wait for another one's write are still in time.
	writeTimeout = 500 * time.Millisecond
	// closeTimeout is the timeout of closing a connection.
	closeTimeout = time.Second
	// reconnectPause is how long Publish fails at once after a failed attempt to connect.
	reconnectPause = 500 * time.Millisecond
	// heartbeat is the interval negotiated with the broker. A connection without a
	// heartbeat for three intervals is lost.
	heartbeat = 10 * time.Second
)

// The backoff of Consume for reconnecting, and for publishing a failed message again.
const (
	initialPause = 100 * time.Millisecond
	maxPause     = 5 * time.Second
)
