package testkit

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/testkit/await"
)

// retryPause is the pause of a worker after a try that failed.
const retryPause = 10 * time.Millisecond

// Load is a number of workers that do something repeatedly while a test, for example, restarts their
// servers. Its methods are not safe for concurrent use.
type Load struct {
	t       testing.TB
	stopped chan struct{}
	stop    sync.Once
	workers sync.WaitGroup
	done    atomic.Int64
}

// StartLoad starts workers, each of which calls do repeatedly with its own number and the number of
// its earlier calls. do reports whether the try succeeded. The workers end with Stop, with the test,
// or after a call that failed the test.
func StartLoad(t testing.TB, workers int, do func(worker, n int) bool) *Load {
	t.Helper()
	l := &Load{t: t, stopped: make(chan struct{})}
	for worker := range workers {
		l.workers.Go(func() { l.run(func(n int) bool { return do(worker, n) }) })
	}
	t.Cleanup(l.Stop)
	return l
}

func (l *Load) run(do func(n int) bool) {
	for n := 0; !l.t.Failed(); n++ {
		select {
		case <-l.stopped:
			return
		default:
		}
		if do(n) {
			l.done.Add(1)
			continue
		}
		select {
		case <-l.stopped:
		case <-time.After(retryPause):
		}
	}
}

// Await waits until this many more tries have succeeded, and ends the test if one failed it.
func (l *Load) Await(more int) {
	l.t.Helper()
	goal := l.done.Load() + int64(more)
	await.Until(l.t, fmt.Sprintf("%d more answers of a load", more), func() bool {
		return l.done.Load() >= goal || l.t.Failed()
	})
	if l.t.Failed() {
		l.t.FailNow()
	}
}

// Stop waits until each worker has finished its present try.
func (l *Load) Stop() {
	l.stop.Do(func() { close(l.stopped) })
	l.workers.Wait()
}
