package testkit

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// logDeadline is how long a record may take from the answer to the output: a
// server holds it back for a moment.
const logDeadline = 5 * time.Second

// awaitLogged waits until a server that runs has put out what it logged up to now:
// a request of our own stands behind it. One that logs no requests is given up on.
func (a API) awaitLogged(t testing.TB, exited <-chan struct{}, out *output) {
	t.Helper()
	mark := messenger.NewID().String()
	if _, err := a.Guest(t).Try(http.MethodGet, "/v1/logged", nil, "X-Request-Id", mark); err != nil {
		return // it has ended, and everything is out
	}
	deadline := time.After(logDeadline)
	for !strings.Contains(out.String(), mark) {
		select {
		case <-exited:
			return
		case <-deadline:
			return
		case <-time.After(readyPause):
		}
	}
}
