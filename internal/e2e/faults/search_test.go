package faults

import (
	"slices"
	"syscall"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/cache/cachetest"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// fleet is a server and a consumer, as processes, with PostgreSQL, Redis and RabbitMQ.
type fleet struct {
	environment []string
	redis       *cachetest.Server
	broker      *queuetest.Broker
	server      *testkit.Process
	consumer    *testkit.Process
}

func startFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{redis: cachetest.StartServer(t), broker: queuetest.StartBroker(t)}
	f.environment = append(testkit.Postgres(t),
		"CACHE_TYPE=redis", "REDIS_URL="+f.redis.URL().String(), "RMQ_URL="+f.broker.URL())
	f.server = testkit.StartBinary(t, f.environment...)
	f.consumer = testkit.StartConsumer(t, f.environment...)
	return f
}

// Each accepted search ends, whatever process is killed.
func TestSearchesOutliveTheirParts(t *testing.T) {
	t.Parallel()
	f := startFleet(t)
	all := newSearches(t, f.server.API)
	for _, c := range []struct {
		name  string
		fault func(t *testing.T, load *testkit.Load)
	}{
		{"the consumer is killed", func(t *testing.T, load *testkit.Load) {
			for range 3 {
				load.Await(60)
				f.consumer.Restart()
			}
		}},
		{"the server is killed", func(t *testing.T, load *testkit.Load) {
			for range 2 {
				load.Await(60)
				f.server.Restart()
			}
		}},
		{"RabbitMQ is stopped and killed", func(t *testing.T, load *testkit.Load) {
			// First a clean stop, which stores the new queues on the disk.
			f.broker.Control("stop_app")
			awaitAnswer(t, all, false)
			f.broker.Control("start_app")
			load.Await(60)
			f.broker.Kill()
			awaitAnswer(t, all, false)
			f.broker.Start()
			load.Await(60)
		}},
		{"Redis is killed", func(t *testing.T, load *testkit.Load) {
			load.Await(60)
			f.redis.Kill()
			load.Await(60)
			f.redis.Start()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			load := all.start(t)
			load.Await(30)
			c.fault(t, load)
			load.Await(30)
			load.Stop()
			all.verify(t)
		})
	}
	t.Run("Redis is flushed before the results are read", func(t *testing.T) { testFlushed(t, f, all.accounts[0]) })
	t.Run("SIGTERM lets the consumer finish", func(t *testing.T) { testTerminated(t, f, all.accounts[1]) })
}

// awaitAnswer waits until searches are accepted, or refused.
func awaitAnswer(t *testing.T, all *searches, accepted bool) {
	t.Helper()
	await.Until(t, "searches are accepted, or refused", func() bool { return all.try(t, 0) == accepted })
}

// Results that Redis lost are found again; confirmed ones are not returned again.
func testFlushed(t *testing.T, f *fleet, alice *testkit.Client) {
	flush := func() {
		f.redis.Kill() // it has no persistence
		f.redis.Start()
	}
	task := alice.For(t).Succeed(messenger.SearchCreation{Message: "numbers"})
	flush()
	var seen []string
	for from := ""; ; {
		page := alice.For(t).Results(task, 7, from)
		again := alice.For(t).Results(task, 7, from)
		for i, message := range page.Messages {
			if slices.Contains(seen, message.MessageID) {
				t.Fatalf("%s came back", message.MessageID)
			}
			if again.Messages[i].MessageID != message.MessageID {
				t.Fatal("the same request again gave another page")
			}
			seen = append(seen, message.MessageID)
		}
		flush()
		if len(page.Messages) < 7 {
			break
		}
		from = page.Next.Iterator
	}
	if len(seen) != perChat {
		t.Errorf("read %d results, want %d", len(seen), perChat)
	}
}

// After SIGTERM a consumer takes no more tasks, finishes those that it has, and exits with 0; other tasks wait
// for another consumer.
func testTerminated(t *testing.T, f *fleet, alice *testkit.Client) {
	alice = alice.For(t)
	// The lock holds up all searches meanwhile.
	unlock := testkit.LockTable(t, f.environment, "search_positions")
	var tasks []string
	for range 10 {
		tasks = append(tasks, alice.Search(messenger.SearchCreation{Message: "numbers"}))
	}
	inHand := func() (taken []string) {
		for _, task := range tasks {
			if alice.Status(task) == "IN_PROCESS" {
				taken = append(taken, task)
			}
		}
		return taken
	}
	await.Until(t, "the consumer has as many as CONSUMER_POOL_SIZE", func() bool { return len(inHand()) == 4 })
	taken := inHand()
	if err := f.consumer.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the consumer listens no more, and so is about to end", func() bool {
		_, err := f.consumer.Guest(t).Try("GET", "/ping", nil)
		return err != nil
	})
	unlock()
	if code := f.consumer.Wait(); code != 0 {
		t.Errorf("exit code %d, want 0:\n%s", code, f.consumer.Logs())
	}
	for _, task := range tasks {
		want := "WAITING"
		if slices.Contains(taken, task) {
			want = "SUCCESS"
		}
		if status := alice.Status(task); status != want {
			t.Errorf("a task is %s, want %s", status, want)
		}
	}
	f.consumer.Restart()
	for _, task := range tasks {
		if status := alice.AwaitEnd(task); status != "SUCCESS" {
			t.Errorf("a task is %s", status)
		}
	}
}
