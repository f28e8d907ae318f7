package storetest

import (
	"sync"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// pause is how long after its creation a waiting task is published again for the first time.
const pause = 30 * time.Second

func sweepTests() searchTests {
	return searchTests{
		"a waiting task is due after pauses that double":  duePauses,
		"a task with an expired lease is due and WAITING": dueLease,
		"a released task is due as before":                dueReleased,
		"some tasks are never due":                        dueNever,
		"no task is due twice":                            dueRace,
		"all open tasks are due when they are requeued":   requeue,
		"tasks are counted by status":                     countTasks,
		"the oldest waiting task":                         oldestWaitingTask,
	}
}

func due(t tester, store SearchStore, now time.Time) []messenger.ID {
	t.Helper()
	tasks, err := store.ClaimDueTasks(t.Context(), now, pause, 100)
	check(t, err)
	return tasks
}

// requireDue checks that only this task is due at the time, and none before.
func requireDue(t tester, store SearchStore, task messenger.ID, at time.Time) {
	t.Helper()
	requireEqual(t, len(due(t, store, at.Add(-time.Microsecond))), 0)
	requireEqual(t, due(t, store, at), []messenger.ID{task})
}

func duePauses(t *testing.T, store Searched) {
	task := newTask(t, store)
	at := task.CreatedAt
	for _, seconds := range []int{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600} {
		at = at.Add(time.Duration(seconds) * time.Second)
		requireDue(t, store, task.ID, at)
	}
	for range 60 { // no pause overflows
		at = at.Add(time.Hour)
		requireEqual(t, due(t, store, at), []messenger.ID{task.ID})
	}
	requireTask(t, store, task)
	// The pause begins at the time of the publication, which may be late.
	late := at.Add(100 * time.Hour)
	requireEqual(t, len(due(t, store, late)), 1)
	requireDue(t, store, task.ID, late.Add(time.Hour))
}

func dueLease(t *testing.T, store Searched) {
	task := newTask(t, store)
	leaseEnd := moment(10 * time.Minute)
	take(t, store, task.ID, moment(0), leaseEnd)
	requireDue(t, store, task.ID, leaseEnd)
	task.Attempt, task.Tries = 1, 1
	requireTask(t, store, task)
	requireEqual(t, succeed(t, store, task.ID, 1), false)
	requireEqual(t, renew(t, store, task.ID, 1, moment(time.Hour)), false)
	requireDue(t, store, task.ID, leaseEnd.Add(2*pause))
	take(t, store, task.ID, moment(0), moment(time.Hour))
	requireEqual(t, renew(t, store, task.ID, 2, moment(2*time.Hour)), true)
	requireDue(t, store, task.ID, moment(2*time.Hour))
}

func dueReleased(t *testing.T, store Searched) {
	task := newTask(t, store)
	take(t, store, task.ID, moment(0), moment(time.Hour))
	check(t, store.ReleaseTask(t.Context(), task.ID, 1, true))
	requireDue(t, store, task.ID, task.CreatedAt.Add(pause))
}

func dueNever(t *testing.T, store Searched) {
	newUnconfirmedTask(t, store)
	take(t, store, newUnconfirmedTask(t, store).ID, moment(0), moment(time.Second))
	succeeded := newTask(t, store)
	take(t, store, succeeded.ID, moment(0), moment(time.Second))
	requireEqual(t, succeed(t, store, succeeded.ID, 1), true)
	check(t, store.FailTask(t.Context(), newTask(t, store).ID, moment(0)))
	requireEqual(t, len(due(t, store, moment(100*time.Hour))), 0)
	check(t, store.RequeueTasks(t.Context(), moment(0)))
	requireEqual(t, len(due(t, store, moment(100*time.Hour))), 0)
}

func dueRace(t *testing.T, store Searched) {
	want := map[messenger.ID]int{}
	for i := range 60 {
		task := newTask(t, store)
		want[task.ID] = 1
		if i%2 == 0 {
			take(t, store, task.ID, moment(0), moment(time.Second))
		}
	}
	var lock sync.Mutex
	got := map[messenger.ID]int{}
	concurrently(8, func(int) {
		for {
			tasks, err := store.ClaimDueTasks(t.Context(), moment(time.Minute), pause, 4)
			checkAsync(t, err)
			if len(tasks) == 0 {
				return
			}
			lock.Lock()
			for _, task := range tasks {
				got[task]++
			}
			lock.Unlock()
			if len(tasks) > 4 {
				t.Errorf("%d tasks, want 4 at most", len(tasks))
			}
		}
	})
	for _, task := range due(t, store, moment(time.Minute)) { // those that were locked at each concurrent call
		got[task]++
	}
	requireEqual(t, got, want)
}

func requeue(t *testing.T, store Searched) {
	fresh, leased, claimed := newTask(t, store), newTask(t, store), newTask(t, store)
	check(t, store.FailTask(t.Context(), fresh.ID, moment(0)))
	requireEqual(t, len(due(t, store, moment(pause))), 2)
	fresh = newTask(t, store)
	take(t, store, leased.ID, moment(0), moment(time.Hour))
	check(t, store.RequeueTasks(t.Context(), moment(time.Second)))
	requireEqual(t, succeed(t, store, leased.ID, 1), false)
	leased.Attempt, leased.Tries = 1, 1
	requireTask(t, store, leased)
	got := map[messenger.ID]bool{}
	for _, task := range due(t, store, moment(time.Second)) {
		got[task] = true
	}
	requireEqual(t, got, map[messenger.ID]bool{fresh.ID: true, leased.ID: true, claimed.ID: true})
	requireEqual(t, len(due(t, store, moment(time.Second))), 0)
}

func countTasks(t *testing.T, store Searched) {
	counts, err := store.CountTasks(t.Context())
	check(t, err)
	requireEqual(t, len(counts), 0)
	newUnconfirmedTask(t, store)
	for i := range 7 {
		task := newTask(t, store).ID
		switch {
		case i == 0:
			check(t, store.FailTask(t.Context(), task, moment(0)))
		case i < 3:
			take(t, store, task, moment(0), moment(time.Minute))
		}
	}
	counts, err = store.CountTasks(t.Context())
	check(t, err)
	requireEqual(t, counts, map[search.Status]int{search.Waiting: 4, search.InProcess: 2, search.Failed: 1})
}

func oldestWaitingTask(t *testing.T, store Searched) {
	requireOldest := func(want time.Time) {
		t.Helper()
		got, err := store.OldestWaiting(t.Context())
		check(t, err)
		requireEqual(t, got.UTC(), want)
	}
	requireOldest(time.Time{})
	newUnconfirmedTask(t, store)
	requireOldest(time.Time{})
	waits := newTask(t, store)
	requireOldest(waits.CreatedAt)
	take(t, store, waits.ID, moment(0), moment(time.Minute))
	requireOldest(time.Time{})
	check(t, store.ReleaseTask(t.Context(), waits.ID, 1, true))
	requireOldest(waits.CreatedAt)
	take(t, store, waits.ID, moment(0), moment(time.Minute))
	_, err := store.PauseTask(t.Context(), waits.ID, 2, []byte("progress"), 0.5, moment(0))
	check(t, err)
	requireOldest(time.Time{}) // a task with a checkpoint has been worked on
	newTask(t, store)
	requireOldest(waits.CreatedAt)
}
