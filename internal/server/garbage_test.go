package server

import "testing"

func TestGrowthPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 1000, 1: 1000, 4 << 20: 1000, 20 << 20: 200, 40 << 20: 100, 41 << 20: 100, 1 << 40: 100,
	} {
		if got := growthPercent(live); got != want {
			t.Errorf("a heap of %d bytes may grow by %d %%, want %d", live, got, want)
		}
	}
}
