package sqlite

import (
	"context"
	"testing"
	"time"
)

// A connection on which a read was cancelled must serve the next read.
func TestCancelledReadsLeaveConnectionsUsable(t *testing.T) {
	s := open(t, t.TempDir())
	user := join(t, s)
	if _, err := s.AppendMessages(t.Context(), manyMessages(user, 500)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	cancelled := make(chan int)
	go func() {
		count := 0
		defer func() { cancelled <- count }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(count%200)*10*time.Microsecond)
			if _, err := s.Messages(ctx, user.ChatID, 1<<62, 500, 1<<30); err != nil {
				count++
			}
			cancel()
		}
	}()
	for range 200 {
		if got := texts(t, s, user); len(got) != 500 {
			t.Errorf("%d messages", len(got))
		}
	}
	close(stop)
	if <-cancelled == 0 {
		t.Error("no reader was cancelled")
	}
}
