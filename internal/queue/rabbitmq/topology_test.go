package rabbitmq_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/testkit/await"
)

func TestClassicQueue(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	if _, err := ch.QueueDeclare(names.Queue, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	q, lines := open(t, address, names)
	var all queuetest.Recorder
	all.Work = flaky(&all)
	queuetest.Consume(t, q, 2, all.Handler())
	ids := queuetest.Publish(t, q, 20)
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
	if lines.Has(logOtherwise) != 1 || lines.Has(names.Queue) == 0 {
		t.Errorf("the warning was not logged once:\n%s", outages(lines))
	}
	if lines.Has(logLost) != 0 {
		t.Errorf("an outage was logged:\n%s", outages(lines))
	}
}

func TestExchangeOfAnotherType(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	if err := ch.ExchangeDeclare(names.Exchange, amqp.ExchangeFanout, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	q, lines := open(t, address, names)
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	if err := unavailableInTime(t, q); !strings.Contains(err.Error(), names.Exchange+" exists, but is not a durable topic exchange") {
		t.Errorf("Publish: %v, want an error with the reason", err)
	}
	await.Until(t, "it is logged", func() bool { return lines.Has("is not a durable topic exchange") > 0 })
	if err := ch.ExchangeDelete(names.Exchange, false, false); err != nil {
		t.Fatal(err)
	}
	id := publishAgain(t, q)
	await.Until(t, "it arrives", func() bool { return all.Done(id) > 0 })
}

func TestReturnedMessage(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	q, _ := open(t, address, names)
	queuetest.Publish(t, q, 1)
	if _, err := ch.QueueDelete(names.Queue, false, false, false); err != nil {
		t.Fatal(err)
	}
	if err := unavailableInTime(t, q); !strings.Contains(err.Error(), "returned") {
		t.Errorf("Publish: %v, want it returned", err)
	}
	ids := queuetest.Publish(t, q, 10) // the new connection has declared the queue again
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
}

// Publish fails for a message that the broker refuses, here because the queue is full.
func TestRefusedMessage(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	full := amqp.Table{"x-max-length": 1, "x-overflow": "reject-publish"}
	if _, err := ch.QueueDeclare(names.Queue, true, false, false, false, full); err != nil {
		t.Fatal(err)
	}
	q, _ := open(t, address, names)
	taken := queuetest.Publish(t, q, 1)
	for range 3 {
		if err := unavailableInTime(t, q); !strings.Contains(err.Error(), "refused") {
			t.Errorf("Publish: %v, want it refused", err)
		}
	}
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "what it took arrives", func() bool { return all.AllDone(taken) })
	id := publishAgain(t, q)
	await.Until(t, "it arrives", func() bool { return all.Done(id) > 0 })
}

func TestDeletedQueue(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	q, lines := open(t, address, names)
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	ids := queuetest.Publish(t, q, 1)
	await.Until(t, "it arrives", func() bool { return all.AllDone(ids) })
	if _, err := ch.QueueDelete(names.Queue, false, false, false); err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the queue is declared again", func() bool { return lines.Has(logFound) == 1 })
	ids = queuetest.Publish(t, q, 1)
	await.Until(t, "it arrives", func() bool { return all.AllDone(ids) })
}

func TestForeignMessages(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	q, lines := open(t, address, names)
	queuetest.Publish(t, q, 1) // declares the queues
	id := queuetest.NewID()
	name := hex.EncodeToString(id[:])
	foreign := []amqp.Publishing{
		{Body: []byte("what a user wrote")},
		{MessageId: name},
		{MessageId: name, Body: []byte(strings.ToUpper(name[:31]) + "g")},
		{MessageId: strings.Repeat("z", 32), Body: bytes.Repeat([]byte("z"), 32)},
		{Body: make([]byte, 1<<20)},
	}
	for _, exchange := range []string{names.Exchange, names.DeadLetterExchange} {
		for _, message := range foreign {
			if err := ch.Publish(exchange, names.Key, false, false, message); err != nil {
				t.Fatal(err)
			}
		}
	}
	// An invalid count of failures counts as 0.
	ours := amqp.Publishing{MessageId: name, Body: []byte(name), Headers: amqp.Table{"x-failures": "many"}}
	if err := ch.Publish(names.Exchange, names.Key, false, false, ours); err != nil {
		t.Fatal(err)
	}
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "the valid message arrives", func() bool { return all.Done(id) == 1 })
	await.Until(t, "each is logged", func() bool { return lines.Has(logForeign) == 2*len(foreign) })
	if lines.Has("what a user wrote") != 0 || lines.Has("zzz") != 0 {
		t.Errorf("the log has the content of the messages:\n%s", outages(lines))
	}
	for _, name := range []string{names.Queue, names.DeadLetterQueue} {
		await.Until(t, "nothing is left", func() bool {
			left, err := ch.QueueDeclarePassive(name, true, false, false, false, nil)
			return err == nil && left.Messages == 0
		})
	}
}

// A message that the broker dead-letters because its deliveries keep being interrupted is
// handled as a dead letter.
func TestDeliveryLimit(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	ch := dial(t, address)
	q, _ := open(t, address, names)
	id := queuetest.Publish(t, q, 1)[0]
	deliveries, err := ch.Consume(names.Queue, "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 21 {
		delivery := await.Receive(t, "it is delivered again", deliveries)
		if err := delivery.Nack(false, true); err != nil {
			t.Fatal(err)
		}
	}
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "it is a dead letter", func() bool { return all.DeadLetter(id) == 1 })
	if all.Handled(id) != 0 {
		t.Error("the message was also handled as a task")
	}
}
