// Package logging keeps log records back for a moment, so that a busy server
// writes many of them at once: a system call for each costs as much as answering
// the request that it tells of.
package logging

import (
	"io"
	"sync"
	"time"
)

const (
	// maxDelay is how long a record is held back at most.
	maxDelay = 100 * time.Millisecond
	// maxSize is how many bytes are held back at most.
	maxSize = 64 << 10
)

// Buffer holds back what is written to it, and passes it on in its order: when
// nothing was passed on within the last 100 ms at once, else after that time, or
// when 64 KiB are held. While the writer behind it is stuck, so is whoever writes.
// It is safe for concurrent use. Whoever ends the process calls Flush before.
type Buffer struct {
	mu        sync.Mutex
	w         io.Writer
	pending   []byte
	lastWrite time.Time // when something was last passed on
	// timer runs while anything is held.
	timer *time.Timer
}

// NewBuffer passes on to w what is written to it.
func NewBuffer(w io.Writer) *Buffer { return &Buffer{w: w} }

// Write implements io.Writer. It takes whole records, and never passes on a part of
// one. An error is that of a record before, or of this one.
func (b *Buffer) Write(record []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending)+len(record) > maxSize {
		if err := b.flush(); err != nil {
			return 0, err
		}
	}
	wait := maxDelay - time.Since(b.lastWrite)
	if len(b.pending) == 0 && (wait <= 0 || len(record) > maxSize) {
		return b.writeThrough(record)
	}
	if len(b.pending) == 0 {
		b.timer = time.AfterFunc(wait, func() { _ = b.Flush() }) // nobody is left to tell
	}
	b.pending = append(b.pending, record...)
	return len(record), nil
}

// Flush passes on all that is held.
func (b *Buffer) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush()
}

// FlushWithin is Flush for who can't wait for longer, whatever becomes of it.
func (b *Buffer) FlushWithin(timeout time.Duration) {
	flushed := make(chan struct{})
	go func() {
		defer close(flushed)
		_ = b.Flush() // nobody is left to tell
	}()
	select {
	case <-flushed:
	case <-time.After(timeout):
	}
}

func (b *Buffer) flush() error {
	if len(b.pending) == 0 {
		return nil
	}
	b.timer.Stop()
	_, err := b.writeThrough(b.pending)
	b.pending = b.pending[:0]
	return err
}

func (b *Buffer) writeThrough(records []byte) (int, error) {
	n, err := b.w.Write(records)
	b.lastWrite = time.Now()
	return n, err
}
