package rabbitmq_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/queue/rabbitmq"
	"messenger-api/internal/testkit/await"
)

// unavailableInTime fails the test unless Publish returns ErrUnavailable within its own
// timeout, before the context ends.
func unavailableInTime(t *testing.T, q queue.Queue) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := q.Publish(ctx, queuetest.NewID())
	if !errors.Is(err, queue.ErrUnavailable) || ctx.Err() != nil {
		t.Fatalf("Publish: %v, want ErrUnavailable within its own timeout", err)
	}
	return err
}

// publishAgain retries until publishing works.
func publishAgain(t *testing.T, q queue.Queue) (id queue.ID) {
	t.Helper()
	id = queuetest.NewID()
	await.Until(t, "publishing works", func() bool { return q.Publish(t.Context(), id) == nil })
	return id
}

// With a server that accepts connections and sends nothing, concurrent callers share one
// attempt to connect.
func TestManyCallersDialOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var dialled atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			dialled.Add(1)
			defer conn.Close() // with the listener
		}
	}()
	q, _ := open(t, "amqp://guest:guest@"+listener.Addr().String()+"/", rabbitmq.SearchTasks(""))
	var callers sync.WaitGroup
	for range 32 {
		callers.Go(func() {
			if err := q.Publish(t.Context(), queuetest.NewID()); !errors.Is(err, queue.ErrUnavailable) {
				t.Errorf("Publish: %v, want ErrUnavailable", err)
			}
		})
	}
	await.Return(t, "all callers get an error", callers.Wait)
	if tries := dialled.Load(); tries != 1 {
		t.Errorf("32 callers made %d connections, want 1", tries)
	}
}

func TestCallersDeadline(t *testing.T) {
	broker := queuetest.StartBroker(t)
	names := newNames(t, broker.URL())
	q, _ := open(t, broker.URL(), names)
	queuetest.Publish(t, q, 1)

	broker.Pause()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := q.Publish(ctx, queuetest.NewID()); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("Publish: %v, want ErrUnavailable for the caller's deadline", err)
	}
	_ = unavailableInTime(t, q) // no confirm
	_ = unavailableInTime(t, q) // no new connection
	broker.Resume()
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	id := publishAgain(t, q)
	await.Until(t, "it arrives", func() bool { return all.Done(id) > 0 })
}

// A broker that is short of memory blocks publishers, but not the acknowledgements of
// consumers.
func TestMemoryAlarm(t *testing.T) {
	broker := queuetest.StartBroker(t)
	names := newNames(t, broker.URL())
	q, lines := open(t, broker.URL(), names)
	var all queuetest.Recorder
	release := make(chan struct{})
	ids := queuetest.Publish(t, q, 20)
	failing := queuetest.Publish(t, q, 1)[0]
	all.Work = func(_ context.Context, id queue.ID) error {
		if id == failing {
			return errors.New("failed on purpose")
		}
		return queuetest.Wait(t, release)
	}
	stop := queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "two run", func() bool { return all.Running() == 2 })

	broker.Control("set_vm_memory_high_watermark", "0.0000001")
	await.Until(t, "Ping reports that publishing is blocked", func() bool {
		return strings.Contains(unavailableInTime(t, q).Error(), "short of memory")
	})
	if err := q.Ping(t.Context()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("Ping: %v, want ErrUnavailable", err)
	}
	close(release)
	await.Until(t, "the rest is consumed", func() bool { return all.AllDone(ids) && all.Handled(failing) > 0 })
	stop() // what failed can't be published for another try, and must not be lost
	var later queuetest.Recorder
	queuetest.Consume(t, q, 1, later.Handler())
	await.Within(t, 20*time.Second, "what failed is tried again", func() bool { return later.Done(failing) > 0 })
	broker.Control("set_vm_memory_high_watermark", "0.4")
	id := publishAgain(t, q)
	if err := q.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	await.Until(t, "it arrives", func() bool { return later.Done(id) > 0 })
	if lines.Has(logLost) != 0 {
		t.Errorf("the consumer lost its connection:\n%s", outages(lines))
	}
}

func TestNoSecretInErrors(t *testing.T) {
	const secret = "pass-word-4711"
	good := parse(t, sharedURL(t))
	for name, address := range map[string]string{
		"wrong password":  "amqp://guest:" + secret + "@" + good.Host + "/",
		"no such vhost":   "amqp://" + good.User.String() + "@" + good.Host + "/" + "absent",
		"no listener":     "amqp://guest:" + secret + "@127.0.0.1:1/",
		"no such scheme":  "http://guest:" + secret + "@127.0.0.1:1/",
		"cannot be read":  "amqp://guest:" + secret + "%zz@127.0.0.1:1/",
		"port is no port": "amqp://guest:" + secret + "@127.0.0.1:port/",
	} {
		t.Run(name, func(t *testing.T) {
			q, lines := open(t, address, rabbitmq.SearchTasks(""))
			err := unavailableInTime(t, q)
			queuetest.Consume(t, q, 1, queue.Handler{})
			await.Until(t, "it is logged", func() bool { return lines.Has(logLost) == 1 })
			if text := err.Error() + lines.String(); strings.Contains(text, secret) || strings.Contains(text, "guest:guest") {
				t.Errorf("the password is in the error: %s", text)
			}
			t.Log(err)
		})
	}
}
