package search

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sync/semaphore"

	"messenger-api/internal/errs"
	"messenger-api/internal/search"
)

// A page waits for those that are being encoded, and no longer than its request.
func TestEncodingTakesTurns(t *testing.T) {
	t.Parallel()
	a := &app{encoding: semaphore.NewWeighted(1)}
	if !a.encoding.TryAcquire(1) {
		t.Fatal("there is no turn to take")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.encode(ended, search.Page{}); !errors.Is(err, errs.ErrServiceUnavailable) {
		t.Errorf("the error is %v, want service-unavailable", err)
	}
	a.encoding.Release(1)
	for range 2 {
		if _, err := a.encode(t.Context(), search.Page{}); err != nil {
			t.Error(err)
		}
	}
}
