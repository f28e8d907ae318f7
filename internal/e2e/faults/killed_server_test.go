package faults

import (
	"sync"
	"syscall"
	"testing"

	"messenger-api/internal/testkit"
)

// The load of the tests that kill something.
const (
	chats   = 3
	writers = 12
)

func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) []string{
		"embedded": testkit.Embedded, "postgres": testkit.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testkit.StartBinary(t, database(t)...)
			alice := server.As(t, "alice")
			sends := testkit.NewSends(alice, chats)
			for range 3 {
				load := sends.Start(t, alice, writers)
				load.Await(300)
				server.Kill()
				load.Stop()
				server.Restart()
				sends.Verify(t, server.WithSession(t, alice.Session))
			}
		})
	}
}

func TestTerminatedServerAnswersWhatRuns(t *testing.T) {
	t.Parallel()
	server := testkit.StartBinary(t, testkit.Embedded(t)...)
	alice := server.As(t, "alice")
	sends := testkit.NewSends(alice, chats)
	load := sends.Start(t, alice, writers)
	load.Await(100)
	if err := server.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code := server.Wait()
	load.Stop()
	if code != 0 {
		t.Errorf("want exit code 0, got %d:\n%s", code, server.Logs())
	}
	server.Restart()
	sends.Verify(t, server.WithSession(t, alice.Session))
}

func TestEightProcessesStartOnOneEmptyDatabase(t *testing.T) {
	t.Parallel()
	environment := append(testkit.Postgres(t), uncached)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { testkit.StartBinary(t, environment...) })
	}
	group.Wait()
}
