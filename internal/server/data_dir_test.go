package server_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// While a process serves from a data directory, another one waits for 20 s and then fails with
// the reason. So does `migrate up`.
func TestDataDirIsLocked(t *testing.T) {
	t.Parallel()
	settings := testkit.Embedded(t)
	first := testkit.Start(t, settings...)
	alice := first.As(t, "alice")
	environment := append([]string{"HOST=127.0.0.1", "PORT=0", "LOG_FORMAT=json"}, settings...)
	var both sync.WaitGroup
	for _, command := range []string{"serve", "migrate up"} {
		both.Go(func() {
			result := testkit.Command(t, environment, strings.Fields(command)...)
			if result.Code != 1 || !strings.Contains(result.Stderr, "another process serves from the data directory") {
				t.Errorf("%s: %+v, want exit code 1 and why", command, result)
			}
		})
	}
	both.Wait()
	alice.Get("/v1/auth/sessions").Want(http.StatusOK)
}

// A process that waits for a data directory serves when it becomes free.
func TestDataDirIsReleased(t *testing.T) {
	t.Parallel()
	settings := testkit.Embedded(t)
	first := testkit.Start(t, settings...)
	alice := first.As(t, "alice")
	second := testkit.Listen(t, settings...)
	second.Guest(t).Get("/ping").Empty(http.StatusOK)
	second.WithSession(t, alice.Session).Get("/v1/auth/sessions").Refused(http.StatusServiceUnavailable, "service-unavailable")
	alice.Get("/v1/auth/sessions").Want(http.StatusOK)
	first.Stop()
	second.AwaitReady()
	second.WithSession(t, alice.Session).Get("/v1/auth/sessions").Want(http.StatusOK)
}

func TestPortIsTaken(t *testing.T) {
	t.Parallel()
	first := testkit.Start(t, testkit.Embedded(t)...)
	result := testkit.Command(t, append(testkit.Embedded(t), "HOST=127.0.0.1", portOf(t, first.Address)))
	if result.Code != 1 || !strings.Contains(result.Stderr, "HOST and PORT") {
		t.Errorf("%+v, want exit code 1 and why", result)
	}
}
