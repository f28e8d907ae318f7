// Package logging buffers log records for up to 100 ms, so that a busy server writes
// many of them with one system call: one call per record costs as much as answering
// the request that the record is about.
package logging

import (
	"io"
	"sync"
	"time"
)

const (
	// maxDelay is how long a record is buffered at most.
	maxDelay = 100 * time.Millisecond
	// maxSize is how many bytes are buffered at most.
	maxSize = 64 << 10
)

// Buffer is a buffered writer. A record is written through at once if nothing was
// written within the last 100 ms; otherwise it is buffered until that time has passed or
// 64 KiB are buffered. Order is preserved. While the underlying writer blocks, so
// does Write. It is safe for concurrent use. Call Flush before the process ends.
type Buffer struct {
	mu        sync.Mutex
	w         io.Writer
	pending   []byte
	lastWrite time.Time   // to w
	timer     *time.Timer // runs while pending is not empty
}

// NewBuffer makes a Buffer that writes to w.
func NewBuffer(w io.Writer) *Buffer { return &Buffer{w: w} }

// Write implements io.Writer. record must be a whole record; it is never split over two
// writes. The error may be that of an earlier record.
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
		b.timer = time.AfterFunc(wait, func() { _ = b.Flush() }) // nowhere to report the error
	}
	b.pending = append(b.pending, record...)
	return len(record), nil
}

// Flush writes everything that is buffered.
func (b *Buffer) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush()
}

// FlushWithin flushes, but returns after the timeout even if the writer still blocks.
func (b *Buffer) FlushWithin(timeout time.Duration) {
	flushed := make(chan struct{})
	go func() {
		defer close(flushed)
		_ = b.Flush() // nowhere to report the error
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
