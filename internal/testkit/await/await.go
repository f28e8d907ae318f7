// Package await waits in tests for what has to come to be.
package await

import (
	"testing"
	"time"
)

const (
	// patience is long, since a machine may be busy with other tests, and short enough
	// for whoever made a mistake.
	patience = 50 * time.Second
	pause    = 5 * time.Millisecond
)

// Until waits until the condition holds, and fails the test if it never does.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	Within(t, patience, what, condition)
}

// Within is Until for what has to hold after so long at most, since after that it
// would come to hold by other means than those that are tested.
func Within(t testing.TB, atMost time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(atMost); !condition(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", atMost, what)
		}
	}
}
