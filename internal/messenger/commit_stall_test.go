package messenger

import (
	"testing"
	"testing/synctest"
	"time"
)

// A send that ran out of time means that commits hang only where none has succeeded lately,
// and the next commit that succeeds ends the stall.
func TestLateSendsAloneAreNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stall CommitStall
		stall.RecordSuccess()
		time.Sleep(attemptTimeout - time.Nanosecond)
		if stall.recordTimeout(); stall.Stalled() {
			t.Error("commits count as hanging right after one that succeeded")
		}
		time.Sleep(time.Nanosecond)
		if stall.recordTimeout(); !stall.Stalled() {
			t.Error("commits do not count as hanging")
		}
		if stall.RecordSuccess(); stall.Stalled() {
			t.Error("commits count as hanging after one that succeeded")
		}
	})
}
