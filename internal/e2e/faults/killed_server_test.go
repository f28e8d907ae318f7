package faults

import (
	"sync"
	"syscall"
	"testing"

	"messenger-api/internal/testkit"
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
			load := newLoad(alice)
			for range 3 {
				stop := load.start(t, alice)
				load.await(t, 300)
				server.Kill()
				stop()
				server.Restart()
				load.verify(t, server.WithSession(t, alice.Session))
			}
		})
	}
}

func TestTerminatedServerAnswersWhatRuns(t *testing.T) {
	t.Parallel()
	server := testkit.StartBinary(t, testkit.Embedded(t)...)
	alice := server.As(t, "alice")
	load := newLoad(alice)
	stop := load.start(t, alice)
	load.await(t, 100)
	if err := server.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code := server.Wait()
	stop()
	if code != 0 {
		t.Errorf("want exit code 0, got %d:\n%s", code, server.Logs())
	}
	server.Restart()
	load.verify(t, server.WithSession(t, alice.Session))
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
