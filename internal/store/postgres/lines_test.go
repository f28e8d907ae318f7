package postgres

import "testing"

// What is put on the lines while one is stuck goes elsewhere.
func TestLinesAreChosen(t *testing.T) {
	t.Parallel()
	lines := newLines(nil, nil, 4, nil)
	at := func(taken *line) int {
		for i := range lines.all {
			if taken == lines.all[i] {
				return i
			}
		}
		return -1
	}
	var leaves []func()
	for i, want := range []int{0, 0, 1, 1, 2, 2, 0} {
		taken, leave := lines.take()
		if at(taken) != want {
			t.Errorf("batch %d is put on line %d, want %d", i, at(taken), want)
		}
		leaves = append(leaves, leave)
	}
	for _, leave := range leaves {
		leave()
	}
	if taken, _ := lines.take(); at(taken) != 0 {
		t.Errorf("line %d is taken while nothing is under way, want 0", at(taken))
	}
	lines.begun[0][0] = lines.begun[0][0].Add(-stuckAfter)
	if taken, _ := lines.take(); at(taken) != 1 {
		t.Errorf("behind a batch that is stuck, line %d is taken, want 1", at(taken))
	}
}

// A small pool is not taken up by lines.
func TestLinesLeaveAConnection(t *testing.T) {
	t.Parallel()
	for connections, want := range map[int]int{2: 1, 3: 2, 4: 3, 1000: writers} {
		if got := len(newLines(nil, nil, connections, nil).all); got != want {
			t.Errorf("%d lines of %d connections, want %d", got, connections, want)
		}
	}
}
