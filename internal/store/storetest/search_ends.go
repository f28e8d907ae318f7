package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func endTests() searchTests {
	return searchTests{
		"a task succeeds by the valid attempt": succeedOnce,
		"of concurrent ends one succeeds":      endOnce,
		"nothing changes after SUCCESS":        nothingAfterSuccess,
		"nothing changes after FAILED":         nothingAfterFailed,
	}
}

func succeedOnce(t *testing.T, store Searched) {
	task := newTask(t, store)
	requireEqual(t, succeed(t, store, task.ID, 0), false) // nobody works on it
	take(t, store, task.ID, moment(0), moment(time.Minute))
	take(t, store, task.ID, moment(time.Minute), moment(2*time.Minute))
	requireEqual(t, succeed(t, store, task.ID, 1), false)
	requireEqual(t, succeed(t, store, task.ID, 3), false)
	requireEqual(t, succeed(t, store, messenger.NewID(), 2), false)
	requireEqual(t, succeed(t, store, task.ID, 2), true)
	task.Status, task.Attempt, task.Tries, task.Done, task.EndedAt = search.Success, 2, 2, 1, moment(time.Minute)
	task.Outcome = search.Outcome{Newest: sortKeyAt(1), Oldest: sortKeyAt(9), More: true}
	requireTask(t, store, task)
}

func endOnce(t *testing.T, store Searched) {
	for range 10 {
		task := newTask(t, store)
		take(t, store, task.ID, moment(0), moment(0))
		var succeeded atomic.Int64
		concurrently(9, func(i int) {
			switch i % 3 {
			case 0:
				done, err := store.SucceedTask(t.Context(), task.ID, 1, search.Outcome{Newest: sortKeyAt(1), Oldest: sortKeyAt(9)}, moment(0))
				checkAsync(t, err)
				if done {
					succeeded.Add(1)
				}
			case 1:
				checkAsync(t, store.FailTask(t.Context(), task.ID, moment(0)))
			case 2:
				_, _, err := store.TakeTask(t.Context(), task.ID, moment(0), moment(0))
				checkAsync(t, err)
			}
		})
		ended, err := store.Task(t.Context(), task.ID)
		check(t, err)
		if want := map[search.Status]int64{search.Success: 1, search.Failed: 0}; !ended.Status.Ended() || succeeded.Load() != want[ended.Status] {
			t.Fatalf("%d attempts succeeded, and the task is %v", succeeded.Load(), ended.Status)
		}
	}
}

func nothingAfterSuccess(t *testing.T, store Searched) {
	task := newTask(t, store)
	take(t, store, task.ID, moment(0), moment(time.Second))
	requireEqual(t, succeed(t, store, task.ID, 1), true)
	requireEnded(t, store, task.ID)
}

func nothingAfterFailed(t *testing.T, store Searched) {
	task := newTask(t, store)
	check(t, store.FailTask(t.Context(), task.ID, moment(time.Hour))) // a WAITING task may fail, too
	requireEnded(t, store, task.ID)
	task.Status, task.EndedAt = search.Failed, moment(time.Hour)
	requireTask(t, store, task)
	task = newTask(t, store)
	take(t, store, task.ID, moment(0), moment(time.Second))
	check(t, store.FailTask(t.Context(), task.ID, moment(0)))
	requireEnded(t, store, task.ID)
	check(t, store.FailTask(t.Context(), messenger.NewID(), moment(0)))
}

// requireEnded checks that no method changes the task.
func requireEnded(t *testing.T, store Searched, task messenger.ID) {
	t.Helper()
	ended, err := store.Task(t.Context(), task)
	check(t, err)
	requireNotTaken(t, store, task, moment(24*time.Hour))
	for attempt := range 3 {
		requireEqual(t, renew(t, store, task, attempt, moment(time.Hour)), false)
		requireEqual(t, succeed(t, store, task, attempt), false)
		check(t, store.ReleaseTask(t.Context(), task, attempt, true))
	}
	check(t, store.FailTask(t.Context(), task, moment(24*time.Hour)))
	check(t, store.ConfirmTask(t.Context(), task, maxOpen))
	check(t, store.DeleteTask(t.Context(), task))
	requireTask(t, store, ended)
}
