package testkit

import (
	"net/http"
	"testing"
	"time"
)

// readyPause is the pause between two requests of /ping_db.
const readyPause = 10 * time.Millisecond

// awaitAddress waits until the server logs its addresses.
func awaitAddress(t testing.TB, exited <-chan struct{}, out *output) addresses {
	t.Helper()
	select {
	case address := <-out.address:
		return address
	case <-exited:
		t.Fatalf("the server ended before it listened:\n%s", out)
	case <-time.After(startDeadline):
		t.Fatalf("the server did not listen in %v:\n%s", startDeadline, out)
	}
	return addresses{}
}

// awaitReady requests /ping_db until the status is 200.
func (a API) awaitReady(t testing.TB, exited <-chan struct{}, out *output) {
	t.Helper()
	deadline := time.After(startDeadline)
	var last string
	for {
		answer, err := a.Guest(t).Try(http.MethodGet, "/ping_db", nil)
		switch {
		case err != nil:
			last = err.Error()
		case answer.Status == http.StatusOK:
			return
		default:
			last = answer.String()
		}
		select {
		case <-exited:
			t.Fatalf("the server ended before it was ready:\n%s", out)
		case <-deadline:
			t.Fatalf("the server was not ready in %v, /ping_db: %s\n%s", startDeadline, last, out)
		case <-time.After(readyPause):
		}
	}
}
