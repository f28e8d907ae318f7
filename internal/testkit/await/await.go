// Package await waits in tests until a condition holds.
package await

import (
	"testing"
	"time"
)

const (
	// timeout is long enough for a machine that is busy with other tests, and leaves a test that
	// fails by it within a minute.
	timeout = 30 * time.Second
	pause   = 5 * time.Millisecond
)

// Until waits until the condition holds, and ends the test if it does not within the timeout.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	Within(t, timeout, what, condition)
}

// Within is Until with a shorter timeout, for a condition that would later hold for another reason
// than the tested one.
func Within(t testing.TB, atMost time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(atMost); !condition(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", atMost, what)
		}
	}
}
