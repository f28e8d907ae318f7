package embedded

import (
	"context"
	"encoding/hex"
	"sync"
	"time"

	"messenger-api/internal/queue"
)

// Consume implements queue.Queue.
func (q *Queue) Consume(ctx context.Context, parallel int, handler queue.Handler) error {
	if !q.begin() {
		return nil
	}
	defer q.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(q.closing, cancel)()

	w := worker{queue: q, handler: handler.WithRecover()}
	var all sync.WaitGroup
	for range max(parallel, 1) {
		all.Go(func() { w.handleAll(ctx) })
	}
	all.Go(func() { w.handleAllDeadLetters(ctx) })
	all.Wait()
	return nil
}

type worker struct {
	queue   *Queue
	handler queue.Handler
}

// handleAll handles messages one at a time until ctx ends.
func (w worker) handleAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-w.queue.waiting:
			if ctx.Err() != nil { // select chose at random
				w.queue.waiting <- m
				return
			}
			w.handle(context.WithoutCancel(ctx), m)
		}
	}
}

func (w worker) handle(ctx context.Context, m message) {
	q := w.queue
	err := w.handler.Handle(q.options.Propagator.Extract(ctx, m.headers), m.id)
	if err == nil {
		<-q.held
		return
	}
	m.failures++
	q.options.Log.Warn("a task failed", "id", hex.EncodeToString(m.id[:]), "attempt", m.failures, "error", err)
	if m.failures > len(q.options.Pauses) {
		q.dead <- m.id
		return
	}
	time.AfterFunc(q.options.Pauses[m.failures-1], func() { q.waiting <- m })
}

// handleAllDeadLetters handles dead letters one at a time until ctx ends.
func (w worker) handleAllDeadLetters(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-w.queue.dead:
			if ctx.Err() != nil {
				w.queue.dead <- id
				return
			}
			w.handleDeadLetter(context.WithoutCancel(ctx), id)
		}
	}
}

func (w worker) handleDeadLetter(ctx context.Context, id queue.ID) {
	q := w.queue
	err := w.handler.DeadLetter(ctx, id)
	if err == nil {
		<-q.held
		return
	}
	q.options.Log.Warn("handling a dead letter failed; will retry", "id", hex.EncodeToString(id[:]), "error", err)
	time.AfterFunc(q.options.Pauses[len(q.options.Pauses)-1], func() { q.dead <- id })
}
