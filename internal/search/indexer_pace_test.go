package search

import (
	"log/slog"
	"testing"
)

// A fill pauses after a batch during which requests were served, and after no other.
func TestFillYieldsToRequests(t *testing.T) {
	var served int64
	x := NewIndexer(nil, Options{Requests: func() int64 { return served }}, slog.New(slog.DiscardHandler))
	for _, step := range []struct {
		requests int64
		pauses   bool
	}{{0, false}, {1, true}, {0, false}, {500, true}, {1, true}, {0, false}} {
		served += step.requests
		if got := x.fillFactor() > 0; got != step.pauses {
			t.Errorf("after %d requests more it pauses: %v, want %v", step.requests, got, step.pauses)
		}
	}
	alone := NewIndexer(nil, Options{}, slog.New(slog.DiscardHandler))
	if alone.fillFactor() != 0 {
		t.Error("a process that serves no requests pauses")
	}
}
