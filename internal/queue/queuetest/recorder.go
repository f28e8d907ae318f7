package queuetest

import (
	"context"
	"errors"
	"sync"

	"messenger-api/internal/queue"
)

// errFailed is the error of failing handlers in the suite.
var errFailed = errors.New("failed on purpose")

// Recorder records the calls of its Handler. It is safe for concurrent use.
type Recorder struct {
	// Work is called for each message; it may be nil.
	Work func(ctx context.Context, id queue.ID) error
	// Refuse is how many times DeadLetter fails for each id.
	Refuse int

	mu                  sync.Mutex
	handled, done, dead map[queue.ID]int
	running, maxRunning int
}

// Handler returns the handler to consume with.
func (r *Recorder) Handler() queue.Handler {
	return queue.Handler{Handle: r.handle, DeadLetter: r.handleDeadLetter}
}

func (r *Recorder) handle(ctx context.Context, id queue.ID) (err error) {
	r.mu.Lock()
	count(&r.handled, id)
	r.running++
	r.maxRunning = max(r.maxRunning, r.running)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
	}()
	if r.Work != nil {
		if err := r.Work(ctx, id); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	count(&r.done, id)
	return nil
}

func (r *Recorder) handleDeadLetter(_ context.Context, id queue.ID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if count(&r.dead, id) <= r.Refuse {
		return errFailed
	}
	return nil
}

func count(in *map[queue.ID]int, id queue.ID) int {
	if *in == nil {
		*in = map[queue.ID]int{}
	}
	(*in)[id]++
	return (*in)[id]
}

// Handled returns how often Handle was called with the id.
func (r *Recorder) Handled(id queue.ID) int { return r.read(&r.handled, id) }

// Done returns how often Handle succeeded for the id.
func (r *Recorder) Done(id queue.ID) int { return r.read(&r.done, id) }

// DeadLetter returns how often DeadLetter was called with the id.
func (r *Recorder) DeadLetter(id queue.ID) int { return r.read(&r.dead, id) }

func (r *Recorder) read(from *map[queue.ID]int, id queue.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return (*from)[id]
}

// AllDone reports whether Handle has succeeded for all these ids.
func (r *Recorder) AllDone(ids []queue.ID) bool {
	for _, id := range ids {
		if r.Done(id) == 0 {
			return false
		}
	}
	return true
}

// Running returns how many calls of Handle are running.
func (r *Recorder) Running() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

// MaxRunning returns the largest number of concurrent calls of Handle.
func (r *Recorder) MaxRunning() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.maxRunning
}
