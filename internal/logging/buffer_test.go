package logging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// writes records each call of Write.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(text))
	return len(text), nil
}

func (w *writes) want(t *testing.T, all ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if fmt.Sprintf("%q", w.all) != fmt.Sprintf("%q", all) {
		t.Errorf("written: %q, want %q", w.all, all)
	}
}

func put(t *testing.T, b *Buffer, record string) {
	t.Helper()
	if n, err := io.WriteString(b, record); err != nil || n != len(record) {
		t.Errorf("Write: %d bytes of %d, %v", n, len(record), err)
	}
}

func flush(t *testing.T, b *Buffer) {
	t.Helper()
	if err := b.Flush(); err != nil {
		t.Error(err)
	}
}

func TestMaxDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		b := NewBuffer(&out)
		put(t, b, "1")
		out.want(t, "1") // nothing was written before it, so it is not buffered
		time.Sleep(maxDelay / 4)
		put(t, b, "2")
		put(t, b, "3")
		out.want(t, "1")
		time.Sleep(maxDelay*3/4 + time.Nanosecond)
		synctest.Wait()
		out.want(t, "1", "23")
		time.Sleep(maxDelay / 2)
		put(t, b, "4")
		flush(t, b)
		flush(t, b)
		out.want(t, "1", "23", "4")
		time.Sleep(maxDelay) // Flush stopped the timer that 4 had started
		put(t, b, "5")
		put(t, b, "6")
		time.Sleep(maxDelay - time.Nanosecond)
		synctest.Wait()
		out.want(t, "1", "23", "4", "5")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		out.want(t, "1", "23", "4", "5", "6")
	})
}

func TestMaxSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		b := NewBuffer(&out)
		long, tooLong := strings.Repeat("x", maxSize/2), strings.Repeat("y", maxSize+1)
		for _, record := range []string{"1", long, long, "2", tooLong, "3"} {
			put(t, b, record)
		}
		out.want(t, "1", long+long, "2", tooLong)
		flush(t, b)
		out.want(t, "1", long+long, "2", tooLong, "3")
		if cap(b.pending) > 2*maxSize {
			t.Errorf("the buffer's capacity is %d bytes", cap(b.pending))
		}
	})
}

func TestWarningsAreWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		b := NewBuffer(&out)
		log := slog.New(b.FlushOnWarning(slog.NewTextHandler(b, &slog.HandlerOptions{ReplaceAttr: messageOnly}))).With("a", 1).WithGroup("g")
		log.Info("first")
		for _, level := range []slog.Level{slog.LevelWarn, slog.LevelError} {
			log.Info("before")
			log.Log(t.Context(), level, "warning")
			log.Info("after")
		}
		out.want(t, "msg=first\n", "msg=before\nmsg=warning\n", "msg=after\nmsg=before\nmsg=warning\n")
		b.FlushWithin(time.Hour)
		out.want(t, "msg=first\n", "msg=before\nmsg=warning\n", "msg=after\nmsg=before\nmsg=warning\n", "msg=after\n")
	})
}

func messageOnly(_ []string, attr slog.Attr) slog.Attr {
	if attr.Key != slog.MessageKey {
		return slog.Attr{}
	}
	return attr
}

// While the underlying writer blocks, Write blocks, and FlushWithin returns after its timeout.
func TestBlockedWriter(t *testing.T) {
	reader, writer := io.Pipe()
	b := NewBuffer(writer)
	written := make(chan error, 1)
	go func() { _, err := io.WriteString(b, "1"); written <- err }()
	b.FlushWithin(time.Millisecond)
	select {
	case err := <-written:
		t.Fatal("Write returned although the writer blocks:", err)
	default:
	}
	failure := errors.New("gone")
	reader.CloseWithError(failure)
	if err := <-written; !errors.Is(err, failure) {
		t.Error(err)
	}
}

// Records written concurrently arrive whole, and those of each goroutine in order.
func TestConcurrentWrites(t *testing.T) {
	const writers, records = 8, 2000
	var out bytes.Buffer
	b := NewBuffer(&out)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range records {
				fmt.Fprintf(b, "%d %d\n", writer, i)
			}
		})
	}
	group.Wait()
	flush(t, b)
	var next [writers]int
	for line := range strings.Lines(out.String()) {
		var writer, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &writer, &i); err != nil || i != next[writer] {
			t.Fatalf("%q: %v, want the record %d", line, err, next[writer])
		}
		next[writer]++
	}
	for writer, n := range next {
		if n != records {
			t.Errorf("writer %d: %d records of %d", writer, n, records)
		}
	}
}
