package rabbitmq_test

import (
	"crypto/rand"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/goleak"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/queue/rabbitmq"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/logtext"
)

func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		consumeForEver()
	}
	goleak.VerifyTestMain(m)
}

// sharedURL is the RabbitMQ that tests share, from TEST_RABBITMQ_URL.
func sharedURL(t testing.TB) string {
	t.Helper()
	address := os.Getenv("TEST_RABBITMQ_URL")
	if address == "" {
		t.Fatal("TEST_RABBITMQ_URL is not set: this test needs a RabbitMQ server. " +
			"Run `make test`, or start one with `scripts/services up rabbitmq` and then `. .services/env`")
	}
	return address
}

// newNames returns random names. Their exchanges and queues are deleted with the test.
func newNames(t testing.TB, address string) rabbitmq.Names {
	t.Helper()
	names := rabbitmq.NamesOf("test_" + strings.ToLower(rand.Text()))
	t.Cleanup(func() {
		ch := dial(t, address)
		for _, name := range []string{names.Queue, names.Retry + "1", names.Retry + "2", names.DeadLetterQueue} {
			if _, err := ch.QueueDelete(name, false, false, false); err != nil {
				t.Errorf("delete a queue: %v", err)
			}
		}
		for _, name := range []string{names.Exchange, names.DeadLetterExchange} {
			if err := ch.ExchangeDelete(name, false, false); err != nil {
				t.Errorf("delete an exchange: %v", err)
			}
		}
	})
	return names
}

// open opens a queue, which is closed with the test, and returns its log.
func open(t testing.TB, address string, names rabbitmq.Names, changes ...func(*rabbitmq.Options)) (*rabbitmq.Queue, *logtext.Lines) {
	t.Helper()
	lines := &logtext.Lines{}
	options := rabbitmq.Options{
		URL: address, Names: names, Pauses: queuetest.Pauses(), Propagator: queuetest.Propagator(),
		Log: slog.New(slog.NewTextHandler(lines, nil)),
	}
	for _, change := range changes {
		change(&options)
	}
	q := rabbitmq.Open(options)
	t.Cleanup(func() {
		if strings.Contains(lines.String(), "amqp://") {
			t.Errorf("the log has the address:\n%s", outages(lines))
		}
	})
	queuetest.Close(t, q)
	return q, lines
}

// dial opens a channel for the test's own operations, which is closed with the test.
func dial(t testing.TB, address string) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial(address)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatalf("open a channel: %v", err)
	}
	return ch
}

func parse(t testing.TB, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal("TEST_RABBITMQ_URL is not a URL")
	}
	return parsed
}

// viaProxy starts a proxy in front of the broker and returns its address.
func viaProxy(t testing.TB, address string) (string, *testkit.Proxy) {
	t.Helper()
	through := parse(t, address)
	proxy := testkit.NewProxy(t, through.Host)
	proxy.Up()
	through.Host = proxy.Address
	return through.String(), proxy
}

// outages is the log without failed attempts at tasks.
func outages(lines *logtext.Lines) string {
	var text strings.Builder
	for line := range strings.Lines(lines.String()) {
		if !strings.Contains(line, "a task failed") {
			text.WriteString(line)
		}
	}
	return text.String()
}

const (
	logLost         = "RabbitMQ can't be used: no tasks"
	logFound        = "RabbitMQ is in use again: tasks"
	logDeadLost     = "RabbitMQ can't be used: no dead letters"
	logPublishLost  = "RabbitMQ can't be used: nothing is published"
	logPublishStill = "RabbitMQ still can't be used: nothing is published"
	logPublishFound = "RabbitMQ is in use again: messages are published"
	logOtherwise    = "exists with other properties"
	logForeign      = "message of another program"
)

func TestSuite(t *testing.T) {
	address := sharedURL(t)
	queuetest.Run(t, func(t testing.TB) func() queue.Queue {
		names := newNames(t, address)
		return func() queue.Queue {
			q, _ := open(t, address, names)
			return q
		}
	})
}

func TestDurable(t *testing.T) {
	if q, _ := open(t, sharedURL(t), rabbitmq.SearchTasks("")); !q.Durable() {
		t.Error("Durable is false")
	}
}
