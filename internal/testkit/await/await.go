// Package await waits in tests for what has to come to be.
package await

import (
	"testing"
	"time"
)

const (
	// patience is long: a machine may be busy with other tests.
	patience = 2 * time.Minute
	pause    = 5 * time.Millisecond
)

// Until waits until the condition holds, and fails the test if it never does.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}
