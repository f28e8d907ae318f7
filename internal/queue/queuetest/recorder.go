package queuetest

import (
	"context"
	"errors"
	"sync"

	"messenger-api/internal/queue"
)

// errFailed is how the handlers of the suite fail.
var errFailed = errors.New("failed on purpose")

// Recorder notes what is handed over. Safe for concurrent use.
type Recorder struct {
	// Work is done for each message; nil is none.
	Work func(ctx context.Context, id queue.ID) error
	// Refuse says how many times each dead letter is refused.
	Refuse int

	mu                   sync.Mutex
	handled, done, dead  map[queue.ID]int
	running, mostRunning int
}

// Handler is what to consume with.
func (r *Recorder) Handler() queue.Handler {
	return queue.Handler{Handle: r.handle, DeadLetter: r.handleDeadLetter}
}

func (r *Recorder) handle(ctx context.Context, id queue.ID) (err error) {
	r.mu.Lock()
	count(&r.handled, id)
	r.running++
	r.mostRunning = max(r.mostRunning, r.running)
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

// Handled is how often the id was handed over.
func (r *Recorder) Handled(id queue.ID) int { return r.read(&r.handled, id) }

// Done is how often the id was handed over with success.
func (r *Recorder) Done(id queue.ID) int { return r.read(&r.done, id) }

// DeadLetter is how often the id was handed over as a dead letter.
func (r *Recorder) DeadLetter(id queue.ID) int { return r.read(&r.dead, id) }

func (r *Recorder) read(from *map[queue.ID]int, id queue.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return (*from)[id]
}

// AllDone tells whether all these were handed over with success.
func (r *Recorder) AllDone(ids []queue.ID) bool {
	for _, id := range ids {
		if r.Done(id) == 0 {
			return false
		}
	}
	return true
}

// Running is how many are handed over now.
func (r *Recorder) Running() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

// MaxRunning is how many were handed over at once.
func (r *Recorder) MaxRunning() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mostRunning
}
