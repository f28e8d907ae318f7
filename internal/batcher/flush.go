package batcher

import (
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// due reports whether to start a flush now. This is all there is to the scheduling: one
// flush at a time, another beside it where enough requests wait for that, or where all
// that run are stuck.
func (b *Batcher[Request, Answer]) due() bool {
	running := len(b.inFlight)
	switch {
	case len(b.waiting) == 0 || running == b.limits.InFlight:
		return false
	case running == 0, b.limits.Enough > 0 && len(b.waiting) >= b.limits.Enough:
		return true
	}
	return b.limits.StuckAfter > 0 && time.Since(b.inFlight[running-1]) >= b.limits.StuckAfter
}

// startIfDue starts a flush, under the mutex. The batch is taken when its goroutine runs,
// so that requests that come until then are in it.
func (b *Batcher[Request, Answer]) startIfDue() {
	if !b.due() {
		return
	}
	started := time.Now()
	b.inFlight = append(b.inFlight, started)
	go b.run(started)
}

// run flushes a batch, and starts the next flush if it is due. There may be no batch: a
// flush beside this one may have taken all that waited.
func (b *Batcher[Request, Answer]) run(started time.Time) {
	calls := b.nextBatch()
	if len(calls) == 0 {
		b.finish(started)
		return
	}
	requests := make([]Request, len(calls))
	for i := range calls {
		requests[i] = calls[i].request
	}
	var answers []Answer
	stuck := b.watch()
	err := recovered(func() { answers = b.flush(requests) })
	if stuck != nil {
		stuck.Stop()
	}
	b.finish(started)
	if b.afterFlush != nil && err == nil {
		err = recovered(func() { b.afterFlush(requests, answers) })
	}
	for i := range calls {
		result := result[Answer]{err: err}
		if err == nil {
			result.answer = answers[i]
		}
		calls[i].done <- result
	}
}

// watch has those who wait looked after when a flush that begins now is stuck.
func (b *Batcher[Request, Answer]) watch() *time.Timer {
	if b.limits.StuckAfter == 0 || b.limits.InFlight == 1 {
		return nil
	}
	return time.AfterFunc(b.limits.StuckAfter, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.startIfDue()
	})
}

// finish takes a flush from those in flight.
func (b *Batcher[Request, Answer]) finish(started time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.inFlight, started)
	b.inFlight = slices.Delete(b.inFlight, at, at+1)
	b.startIfDue()
}

// nextBatch takes as many of the waiting calls as fit the limits, in their order.
func (b *Batcher[Request, Answer]) nextBatch() []call[Request, Answer] {
	b.mu.Lock()
	defer b.mu.Unlock()
	count, total := 0, 0
	for count < min(len(b.waiting), b.limits.Rows) {
		size := b.size(b.waiting[count])
		if count > 0 && b.limits.Size != nil && total+size > b.limits.Bytes {
			break
		}
		total += size
		count++
	}
	calls := b.waiting[:count:count]
	b.waiting = b.waiting[count:]
	if len(b.waiting) == 0 {
		b.waiting = nil
	}
	b.waitingBytes -= total
	return calls
}

// recovered makes an error of a panic, which would otherwise end the process.
func recovered(do func()) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	do()
	return nil
}
