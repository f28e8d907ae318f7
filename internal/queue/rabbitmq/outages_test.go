package rabbitmq_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/queue/rabbitmq"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
	"messenger-api/internal/testkit/logtext"
)

// load publishes from many goroutines until end is called.
type load struct {
	mu        sync.Mutex
	confirmed []queue.ID
	refused   atomic.Int64
	stop      chan struct{}
	running   sync.WaitGroup
}

func startLoad(t *testing.T, q queue.Queue) *load {
	l := &load{stop: make(chan struct{})}
	for range 8 {
		l.running.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-time.After(time.Millisecond):
				}
				id := queuetest.NewID()
				err := q.Publish(context.Background(), id)
				if err == nil {
					l.mu.Lock()
					l.confirmed = append(l.confirmed, id)
					l.mu.Unlock()
					continue
				}
				l.refused.Add(1)
				if !errors.Is(err, queue.ErrUnavailable) {
					t.Errorf("Publish: %v, want ErrUnavailable", err)
				}
			}
		})
	}
	return l
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.confirmed)
}

// more waits until count more ids are confirmed.
func (l *load) more(t *testing.T, count int) {
	t.Helper()
	count += l.count()
	await.Until(t, "publishing works again", func() bool { return l.count() >= count })
}

// fails waits until another Publish fails.
func (l *load) fails(t *testing.T) {
	t.Helper()
	before := l.refused.Load()
	await.Until(t, "publishing fails", func() bool { return l.refused.Load() > before })
}

func (l *load) end(t *testing.T) []queue.ID {
	t.Helper()
	close(l.stop)
	await.Return(t, "the publishers end", l.running.Wait)
	return l.confirmed
}

// flaky fails for some tasks at first, so that there are messages in the retry queues when
// the outage begins.
func flaky(all *queuetest.Recorder) func(context.Context, queue.ID) error {
	return func(_ context.Context, id queue.ID) error {
		if id[0] < 64 && all.Handled(id) == 1 {
			return errors.New("failed on purpose")
		}
		return nil
	}
}

// awaitBack waits until the consumer has logged the end of the given number of outages, and
// consumes both queues: only then is the next failure logged as another outage.
func awaitBack(t *testing.T, address string, names rabbitmq.Names, lines *logtext.Lines, outages int) {
	t.Helper()
	await.Until(t, "tasks and dead letters are taken again", func() bool {
		return lines.Has(logFound) >= outages && consumers(address, names.DeadLetterQueue) > 0
	})
}

// consumers returns the number of consumers of a queue, or 0 if the broker is unreachable.
func consumers(address, name string) int {
	conn, err := amqp.Dial(address)
	if err != nil {
		return 0
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return 0
	}
	q, err := ch.QueueDeclarePassive(name, true, false, false, false, amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum})
	if err != nil {
		return 0
	}
	return q.Consumers
}

func TestCutConnections(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	toPublish, publishing := viaProxy(t, address)
	toConsume, consuming := viaProxy(t, address)
	publisher, _ := open(t, toPublish, names)
	consumer, lines := open(t, toConsume, names)
	var all queuetest.Recorder
	all.Work = flaky(&all)
	const parallel = 2 // less than the number of outages: none may cost one of the parallel calls
	queuetest.Consume(t, consumer, parallel, all.Handler())
	l := startLoad(t, publisher)
	for round := range parallel + 1 {
		l.more(t, 50)
		publishing.Down()
		l.fails(t)
		publishing.Up()
		l.more(t, 50)
		consuming.Down()
		l.more(t, 50)
		consuming.Up()
		awaitBack(t, address, names, lines, round+1)
	}
	ids := l.end(t)
	await.Until(t, "every confirmed id arrives", func() bool { return all.AllDone(ids) })
	if lost, found := lines.Has(logLost), lines.Has(logFound); lost != 3 || found != 3 || lines.Has(logDeadLost) != 0 {
		t.Errorf("three outages were logged as %d, and %d ends of them:\n%s", lost, found, outages(lines))
	}
}

func TestKilledBroker(t *testing.T) {
	broker := queuetest.StartBroker(t)
	names := newNames(t, broker.URL())
	publisher, published := open(t, broker.URL(), names, func(o *rabbitmq.Options) { o.LogInterval = 100 * time.Millisecond })
	consumer, lines := open(t, broker.URL(), names)
	var all queuetest.Recorder
	all.Work = flaky(&all)
	queuetest.Consume(t, consumer, 4, all.Handler())
	l := startLoad(t, publisher)
	// RabbitMQ stores a new quorum queue with a delay: one that was declared just before a
	// kill may never work again. A graceful stop stores it.
	l.more(t, 100)
	broker.Control("stop_app")
	l.fails(t)
	broker.Control("start_app")
	for round := 1; round <= 2; round++ {
		awaitBack(t, broker.URL(), names, lines, round)
		l.more(t, 100)
		reminders := published.Has(logPublishStill)
		broker.Kill()
		l.fails(t)
		await.Until(t, "the log reminds of the outage", func() bool { return published.Has(logPublishStill) >= reminders+2 })
		broker.Start()
		l.more(t, 100)
	}
	ids := l.end(t)
	await.Until(t, "every confirmed id arrives", func() bool { return all.AllDone(ids) })
	if lines.Has(logLost) != lines.Has(logFound) || lines.Has(logLost) < 3 || lines.Has(logDeadLost) != 0 {
		t.Errorf("not every one of the three outages was logged once:\n%s", outages(lines))
	}
	if lost, found := published.Has(logPublishLost), published.Has(logPublishFound); lost != found || lost < 3 {
		t.Errorf("publishing was lost %d times and found %d times:\n%s", lost, found, outages(published))
	}
	for line := range strings.Lines(outages(published)) {
		if strings.Count(line, broker.Address()) > 1 {
			t.Errorf("the address stands more than once in %s", line)
		}
	}
}

func TestConsumerBeforeTheBroker(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	through := parse(t, address)
	proxy := testkit.NewProxy(t, through.Host)
	through.Host = proxy.Address
	q, lines := open(t, through.String(), names)
	var all queuetest.Recorder
	stop := queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "the outage is logged", func() bool { return lines.Has(logLost) == 1 })
	if err := q.Publish(t.Context(), queuetest.NewID()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("Publish: %v, want ErrUnavailable", err)
	}
	stop() // Consume can also end during an outage
	queuetest.Consume(t, q, 2, all.Handler())
	proxy.Up()
	await.Until(t, "there is a broker", func() bool {
		id := queuetest.NewID()
		if q.Publish(t.Context(), id) != nil {
			return false
		}
		await.Until(t, "it arrives", func() bool { return all.Done(id) == 1 })
		return true
	})
}

// Messages of a lost connection that are still being handled count against the limit of
// parallel messages after a reconnect.
func TestParallelAfterReconnect(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	through, proxy := viaProxy(t, address)
	q, lines := open(t, through, names)
	release := make(chan struct{})
	all := queuetest.Recorder{Work: func(context.Context, queue.ID) error { return queuetest.Wait(t, release) }}
	publisher, _ := open(t, address, names)
	ids := queuetest.Publish(t, publisher, 10)
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "two run", func() bool { return all.Running() == 2 })
	proxy.Down()
	await.Until(t, "the outage is logged", func() bool { return lines.Has(logLost) == 1 })
	proxy.Up()
	await.Until(t, "its end is logged", func() bool { return lines.Has(logFound) == 1 })
	var other queuetest.Recorder
	queuetest.Consume(t, publisher, 2, other.Handler())
	close(release)
	await.Until(t, "every id arrives", func() bool {
		for _, id := range ids {
			if all.Done(id)+other.Done(id) == 0 {
				return false
			}
		}
		return true
	})
	if all.MaxRunning() != 2 {
		t.Errorf("%d concurrent calls, want 2", all.MaxRunning())
	}
}
