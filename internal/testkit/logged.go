package testkit

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"messenger-api/internal/messenger"
)

// logDeadline bounds the wait for a log record after the answer: the server buffers its output.
const logDeadline = 5 * time.Second

// awaitLogged waits until a running server has written all records so far: it sends a request and
// waits for its record. It returns after a while where the server does not log requests.
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
