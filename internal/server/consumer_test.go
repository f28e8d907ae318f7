package server_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	messenger "messenger-api/client"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit"
	"messenger-api/internal/testkit/await"
)

// Where serve executes searches itself, the consumer says so and exits with 0.
func TestConsumerHasNothingToDo(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		settings []string
		words    string
	}{
		"no RabbitMQ":           {testkit.Embedded(t), "RMQ_URL"},
		"no RabbitMQ, Postgres": {testkit.Postgres(t), "RMQ_URL"},
		"the embedded database": {append(testkit.Embedded(t), "RMQ_HOST=localhost"), "POSTGRES_HOSTS"},
		"search is off":         {append(testkit.Postgres(t), "RMQ_HOST=localhost", "APPS=auth,api"), "the app search is off"},
	} {
		result := testkit.Command(t, c.settings, "consumer")
		if result.Code != 0 || result.Stderr != "" || !strings.Contains(result.Stdout, c.words) || strings.Count(result.Stdout, "\n") != 1 {
			t.Errorf("%s: %+v, want exit code 0 and a line with %q", what, result, c.words)
		}
	}
}

// A consumer listens before its database and queue are available, and serves only the health
// checks. It exits with 0 when it is stopped meanwhile.
func TestConsumerWaits(t *testing.T) {
	t.Parallel()
	settings, database := testkit.ViaProxy(t, testkit.Postgres(t))
	broker := testkit.NewProxy(t, "127.0.0.1:1")
	settings = append(settings, "RMQ_URL=amqp://guest:hush-hush@"+broker.Address)
	consumer := testkit.ListenAsConsumer(t, settings...)
	guest := consumer.Guest(t)
	guest.Get("/ping").Empty(http.StatusOK)
	guest.Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	for _, path := range []string{"/", "/swagger.yml", "/v1/chats", "/v1/chats/search", "/unknown"} {
		guest.Get(path).Refused(http.StatusNotFound, "not-found")
	}
	port := strings.Replace(portOf(t, consumer.Address), "PORT", "CONSUMER_PORT", 1)
	if result := testkit.Command(t, []string{"HOST=127.0.0.1", port}, "healthcheck", "--consumer"); result != (testkit.Result{}) {
		t.Errorf("healthcheck --consumer: %+v", result)
	}
	if result := testkit.Command(t, []string{"HOST=127.0.0.1", "PORT=1", port}, "healthcheck"); result.Code != 1 {
		t.Errorf("healthcheck of a server that is not there: %+v", result)
	}
	database.Up()
	consumer.AwaitReady()
	guest.Get("/v1/chats").Refused(http.StatusNotFound, "not-found")
	database.Down()
	guest.Get("/ping").Empty(http.StatusOK)
	guest.Get("/ping_db").Refused(http.StatusServiceUnavailable, "service-unavailable")
	if code := consumer.Terminate(); code != 0 {
		t.Errorf("exit code %d, want 0:\n%s", code, consumer.Logs())
	}
	if strings.Contains(consumer.Logs(), "hush") || !strings.Contains(consumer.Logs(), "RabbitMQ at amqp://guest:****@") {
		t.Errorf("the log does not name the queue, or shows its password:\n%s", consumer.Logs())
	}
	checkNoPasswordIn(t, consumer.Logs(), settings)
}

// The second signal ends a consumer at once, even while a task runs that does not end.
func TestConsumerSecondSignal(t *testing.T) {
	t.Parallel()
	settings := append(testkit.Postgres(t), "RMQ_URL="+queuetest.StartBroker(t).URL())
	s := testkit.Start(t, settings...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "hello")
	consumer := testkit.StartConsumer(t, settings...)
	unlock := testkit.LockTable(t, settings, "search_positions")
	defer unlock()
	task := alice.Search(messenger.SearchCreation{Message: "hello"})
	await.Until(t, "the consumer has the task", func() bool { return alice.Status(task) == "IN_PROCESS" })
	if err := consumer.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitClosed(t, consumer.Address)
	if code := consumer.Terminate(); code == 0 {
		t.Errorf("exit code 0:\n%s", consumer.Logs())
	}
}

// While RabbitMQ is unreachable, searches are refused within their timeout and no task is
// left; afterwards searches work again.
func TestQueueIsDown(t *testing.T) {
	t.Parallel()
	broker := testkit.NewProxy(t, "127.0.0.1:1")
	s := testkit.Start(t, append(testkit.Embedded(t), "RMQ_URL=amqp://"+broker.Address)...)
	alice := s.As(t, "alice")
	for range 25 { // more than the limit of open tasks: refused ones don't count
		answer := alice.StartSearch(messenger.SearchCreation{Message: "hello"}, "Prefer", "wait=5")
		answer.Refused(http.StatusServiceUnavailable, "service-unavailable")
	}
	s.Guest(t).Get("/ping_db").Empty(http.StatusOK)
	alice.CreateChat("tea")
}

// With the embedded database serve executes searches itself, also with RabbitMQ.
func TestEmbeddedDatabaseWithRabbitMQ(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, append(testkit.Embedded(t), "RMQ_URL="+queuetest.StartBroker(t).URL())...)
	alice := s.As(t, "alice")
	chat := alice.CreateChat("tea")
	alice.Send(chat, alice.Join(chat, "Alice"), "hello")
	if found := alice.Find(messenger.SearchCreation{Message: "hello"}); len(found) != 1 {
		t.Errorf("found %d messages, want 1", len(found))
	}
}

// Two services in one virtual host with different prefixes don't receive each other's tasks.
func TestQueuePrefix(t *testing.T) {
	t.Parallel()
	broker := queuetest.StartBroker(t)
	prefixes := []string{"", "second:"}
	accounts := map[string]*testkit.Client{}
	for _, prefix := range prefixes {
		settings := append(testkit.Postgres(t), "RMQ_URL="+broker.URL(), "RMQ_PREFIX="+prefix)
		alice := testkit.Start(t, settings...).As(t, "alice")
		testkit.StartConsumer(t, settings...)
		chat := alice.CreateChat("tea")
		alice.Send(chat, alice.Join(chat, "Alice"), "earl grey")
		accounts[prefix] = alice
	}
	connection, err := amqp.Dial(broker.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	for _, prefix := range prefixes {
		await.Until(t, prefix+"search_tasks_queue has one consumer", func() bool {
			channel, err := connection.Channel()
			if err != nil {
				t.Fatal(err)
			}
			defer channel.Close()
			queue, err := channel.QueueDeclarePassive(prefix+"search_tasks_queue", true, false, false, false, nil)
			return err == nil && queue.Consumers == 1
		})
		if found := accounts[prefix].Find(messenger.SearchCreation{Message: "earl"}); len(found) != 1 {
			t.Errorf("with the prefix %q: found %d messages, want 1", prefix, len(found))
		}
	}
}
