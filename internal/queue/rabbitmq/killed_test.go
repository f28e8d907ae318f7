package rabbitmq_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"messenger-api/internal/queue"
	"messenger-api/internal/queue/queuetest"
	"messenger-api/internal/queue/rabbitmq"
	"messenger-api/internal/testkit/await"
)

// The environment variables of the child process that consumes and never acknowledges.
const (
	childURL = "QUEUE_TEST_URL"
	childKey = "QUEUE_TEST_KEY"
)

// consumeForEver is the main function of the child process: it prints the ids that it
// receives, and never finishes handling them.
func consumeForEver() {
	q := rabbitmq.Open(rabbitmq.Options{
		URL: os.Getenv(childURL), Names: rabbitmq.NamesOf(os.Getenv(childKey)), Pauses: queuetest.Pauses(),
		Log: slog.New(slog.DiscardHandler),
	})
	_ = q.Consume(context.Background(), 2, queue.Handler{
		Handle: func(_ context.Context, id queue.ID) error {
			fmt.Printf("%x\n", id)
			select {}
		},
		DeadLetter: func(context.Context, queue.ID) error { return nil },
	})
}

func TestKilledConsumer(t *testing.T) {
	address := sharedURL(t)
	names := newNames(t, address)
	q, _ := open(t, address, names)
	ids := queuetest.Publish(t, q, 5)

	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childURL+"="+address, childKey+"="+names.Key)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	for lines := bufio.NewScanner(output); len(taken) < 2 && lines.Scan(); {
		taken[lines.Text()] = true
	}
	_ = child.Process.Kill() // fails only if the process has ended
	_ = child.Wait()         // returns the expected error "killed"
	if len(taken) != 2 {
		t.Fatalf("the child process received %d messages, want 2", len(taken))
	}
	var all queuetest.Recorder
	queuetest.Consume(t, q, 2, all.Handler())
	await.Until(t, "every id arrives", func() bool { return all.AllDone(ids) })
}
