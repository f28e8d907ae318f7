package await

import (
	"testing"
	"time"
)

// timeoutAfterFailure is the timeout of a test that has already failed, so that its cleanups don't
// wait in vain for long.
const timeoutAfterFailure = time.Second

// Receive returns the next value of the channel, or the zero value of one that is closed. It ends
// the test if there is none within the timeout.
func Receive[T any](t testing.TB, what string, from <-chan T) T {
	t.Helper()
	atMost := timeout
	if t.Failed() {
		atMost = timeoutAfterFailure
	}
	select {
	case value := <-from:
		return value
	case <-time.After(atMost):
		t.Fatalf("waited %v in vain: %s", atMost, what)
		panic("unreachable")
	}
}

// Return waits until the call returns, and ends the test if it does not within the timeout.
func Return(t testing.TB, what string, call func()) {
	t.Helper()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		call()
	}()
	Receive(t, what, returned)
}
