package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func attemptTests() searchTests {
	return searchTests{
		"of concurrent takes of a task one succeeds":           takeRace,
		"a task is taken again after its lease":                takeAgain,
		"an unconfirmed task can be taken, an unknown one not": takeUnconfirmed,
		"a lease is renewed by the valid attempt":              renewLease,
		"a task is released by the valid attempt":              releaseTask,
		"a paused task keeps its checkpoint":                   pauseTask,
	}
}

// take takes the task; the test fails if it can't.
func take(t tester, store SearchStore, task messenger.ID, now, leaseEnd time.Time) search.Task {
	t.Helper()
	taken, took, err := store.TakeTask(t.Context(), task, now, leaseEnd)
	check(t, err)
	if !took {
		t.Fatalf("the task is not taken")
	}
	return taken
}

func requireNotTaken(t tester, store SearchStore, task messenger.ID, now time.Time) {
	t.Helper()
	_, took, err := store.TakeTask(t.Context(), task, now, now.Add(time.Hour))
	check(t, err)
	requireEqual(t, took, false)
}

func renew(t tester, store SearchStore, task messenger.ID, attempt int, leaseEnd time.Time) bool {
	t.Helper()
	renewed, err := store.RenewTask(t.Context(), task, attempt, leaseEnd)
	check(t, err)
	return renewed
}

func succeed(t tester, store SearchStore, task messenger.ID, attempt int) bool {
	t.Helper()
	succeeded, err := store.SucceedTask(t.Context(), task, attempt, search.Outcome{Newest: sortKeyAt(1), Oldest: sortKeyAt(9), More: true}, moment(time.Minute))
	check(t, err)
	return succeeded
}

func takeRace(t *testing.T, store Searched) {
	id := newTask(t, store).ID
	var task search.Task
	var taken atomic.Int64
	concurrently(8, func(int) {
		got, took, err := store.TakeTask(t.Context(), id, moment(0), moment(time.Minute))
		checkAsync(t, err)
		if took {
			taken.Add(1)
			task = got
		}
	})
	requireEqual(t, taken.Load(), 1)
	requireEqual(t, task.Status, search.InProcess)
	requireEqual(t, task.Attempt, 1)
	requireEqual(t, task.Tries, 1)
	requireTask(t, store, task)
}

func takeAgain(t *testing.T, store Searched) {
	task := newTask(t, store)
	leaseEnd := moment(time.Minute)
	take(t, store, task.ID, moment(0), leaseEnd)
	requireNotTaken(t, store, task.ID, leaseEnd.Add(-time.Microsecond))
	task.Status, task.Attempt, task.Tries = search.InProcess, 2, 2
	requireEqual(t, take(t, store, task.ID, leaseEnd, leaseEnd.Add(time.Minute)), task)
	requireNotTaken(t, store, task.ID, leaseEnd)
}

func takeUnconfirmed(t *testing.T, store Searched) {
	task := newUnconfirmedTask(t, store)
	task.Status, task.Attempt, task.Tries = search.InProcess, 1, 1
	requireEqual(t, take(t, store, task.ID, moment(0), moment(time.Minute)), task)
	requireNoTask(t, store, task.ID)
	check(t, store.ConfirmTask(t.Context(), task.ID, maxOpen))
	requireTask(t, store, task)
	requireNotTaken(t, store, messenger.NewID(), moment(0))
}

func renewLease(t *testing.T, store Searched) {
	task := newTask(t, store)
	requireEqual(t, renew(t, store, task.ID, 0, moment(time.Hour)), false) // it waits
	take(t, store, task.ID, moment(0), moment(time.Minute))
	requireEqual(t, renew(t, store, task.ID, 1, moment(2*time.Minute)), true)
	requireNotTaken(t, store, task.ID, moment(2*time.Minute-time.Microsecond))
	// The lease has expired, but no other attempt has taken the task.
	requireEqual(t, renew(t, store, task.ID, 1, moment(5*time.Minute)), true)
	take(t, store, task.ID, moment(5*time.Minute), moment(6*time.Minute))
	requireEqual(t, renew(t, store, task.ID, 1, moment(time.Hour)), false)
	requireEqual(t, renew(t, store, messenger.NewID(), 1, moment(time.Hour)), false)
	take(t, store, task.ID, moment(6*time.Minute), moment(7*time.Minute))
}

func releaseTask(t *testing.T, store Searched) {
	task := newTask(t, store)
	take(t, store, task.ID, moment(0), moment(time.Minute))
	check(t, store.ReleaseTask(t.Context(), task.ID, 1, true))
	task.Attempt, task.Tries = 1, 1
	requireTask(t, store, task)
	requireEqual(t, renew(t, store, task.ID, 1, moment(time.Hour)), false)
	requireEqual(t, succeed(t, store, task.ID, 1), false)

	task.Status, task.Attempt, task.Tries = search.InProcess, 2, 2
	requireEqual(t, take(t, store, task.ID, moment(0), moment(time.Minute)), task)
	check(t, store.ReleaseTask(t.Context(), task.ID, 1, true)) // by an attempt that is no longer valid
	requireTask(t, store, task)
	check(t, store.ReleaseTask(t.Context(), messenger.NewID(), 1, true))
	check(t, store.ReleaseTask(t.Context(), task.ID, 2, false)) // which counts as no try
	task.Status, task.Tries = search.Waiting, 1
	requireTask(t, store, task)
}

func pauseTask(t *testing.T, store Searched) {
	task := newTask(t, store)
	pause := func(attempt int, progress string, done float64) bool {
		t.Helper()
		paused, err := store.PauseTask(t.Context(), task.ID, attempt, []byte(progress), done, moment(time.Hour))
		check(t, err)
		return paused
	}
	requireEqual(t, pause(0, "none", 0.1), false) // nobody works on it
	requireEqual(t, len(take(t, store, task.ID, moment(0), moment(time.Minute)).Checkpoint), 0)
	take(t, store, task.ID, moment(time.Minute), moment(2*time.Minute))
	requireEqual(t, pause(1, "stale", 0.9), false)
	requireEqual(t, pause(2, "first\x00", 0.5), true)
	requireEqual(t, pause(2, "twice", 0.9), false)
	task.Attempt, task.Done = 2, 0.5
	requireTask(t, store, task) // it is WAITING, and tries is 0

	taken := take(t, store, task.ID, moment(0), moment(time.Minute))
	requireEqual(t, string(taken.Checkpoint), "first\x00")
	requireEqual(t, taken.Tries, 1)
	check(t, store.ReleaseTask(t.Context(), task.ID, 3, true))
	requireEqual(t, string(take(t, store, task.ID, moment(0), moment(time.Minute)).Checkpoint), "first\x00")
	requireEqual(t, pause(4, "second", 0.25), true)
	task.Attempt = 4
	requireTask(t, store, task) // done never decreases

	taken = take(t, store, task.ID, moment(0), moment(time.Minute))
	requireEqual(t, string(taken.Checkpoint), "second")
	requireEqual(t, succeed(t, store, task.ID, 5), true)
	requireEqual(t, pause(5, "late", 0.5), false)
	requireNotTaken(t, store, task.ID, moment(time.Hour))
	requireEqual(t, pause(5, "late", 0.5), false)
}
