package testkit

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/testkit/await"
)

// refusedRest is how long a worker of a Load rests after a try that came to nothing.
const refusedRest = 10 * time.Millisecond

// Load lets workers do something again and again while a test does something else to
// their servers. Its methods are for one goroutine.
type Load struct {
	t       testing.TB
	stopped chan struct{}
	stop    sync.Once
	workers sync.WaitGroup
	done    atomic.Int64
}

// StartLoad starts so many workers, each of which calls do with its number and with
// how often it has done so before. do reports whether its try was answered as it
// should be; one that failed the test is the last. They end with Stop, or with the test.
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
		case <-time.After(refusedRest):
		}
	}
}

// Await waits until so many more tries than now were answered as they should be, and
// ends the test where one failed it.
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

// Stop lets each worker finish its try, and waits for that.
func (l *Load) Stop() {
	l.stop.Do(func() { close(l.stopped) })
	l.workers.Wait()
}
