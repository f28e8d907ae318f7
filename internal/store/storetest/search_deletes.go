package storetest

import (
	"errors"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func deleteTests() searchTests {
	return searchTests{
		"old tasks are deleted with their results":             deleteOld,
		"a limited number of tasks is deleted":                 deleteLimit,
		"a task that is confirmed concurrently is not deleted": deleteRace,
		"concurrent deletion leaves no results without a task": deleteWhilePut,
		"the oldest ended tasks of an account are pruned":      pruneTasks,
	}
}

// deleteTasks deletes tasks in batches, like the Sweeper, and returns how many.
func deleteTasks(t tester, store SearchStore, endedBefore, unconfirmedBefore time.Time) int {
	t.Helper()
	deleted, err := store.DeleteTasks(t.Context(), endedBefore, unconfirmedBefore, 100)
	check(t, err)
	return deleted
}

func deleteOld(t *testing.T, store Searched) {
	open, worked, succeeded, failed, unconfirmed := newTask(t, store), newTask(t, store), newTask(t, store), newTask(t, store),
		newUnconfirmedTask(t, store)
	take(t, store, worked.ID, moment(0), moment(time.Minute))
	take(t, store, succeeded.ID, moment(0), moment(time.Minute))
	for _, task := range []search.Task{open, worked, succeeded, failed, unconfirmed} {
		check(t, store.PutResults(t.Context(), task.ID, 1, someResults(3), time.Hour))
	}
	requireEqual(t, succeed(t, store, succeeded.ID, 1), true) // at a minute
	check(t, store.FailTask(t.Context(), failed.ID, moment(time.Hour)))

	requireEqual(t, deleteTasks(t, store, moment(time.Minute), moment(0)), 0)
	requireEqual(t, deleteTasks(t, store, moment(time.Minute+time.Microsecond), moment(time.Microsecond)), 2)
	requireNoTask(t, store, succeeded.ID)
	requireError(t, store.ConfirmTask(t.Context(), unconfirmed.ID, maxOpen), errs.ErrTaskNotFound)
	requireEqual(t, deleteTasks(t, store, moment(2*time.Hour), moment(2*time.Hour)), 1)
	requireNoTask(t, store, failed.ID)
	requireEqual(t, deleteTasks(t, store, moment(200*time.Hour), moment(200*time.Hour)), 0)
	for task, want := range map[messenger.ID]int{open.ID: 3, worked.ID: 3, succeeded.ID: 0, failed.ID: 0, unconfirmed.ID: 0} {
		requireEqual(t, len(resultsAfter(t, store, task, 1, search.BeforeAll(), 9)), want)
	}
}

// pruneTasks: open tasks and those of other accounts are not deleted.
func pruneTasks(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var ended []messenger.ID
	for i := range 5 {
		task := newTaskOf(t, store, account)
		take(t, store, task.ID, moment(0), moment(time.Minute))
		check(t, store.PutResults(t.Context(), task.ID, 1, someResults(2), time.Hour))
		check(t, store.FailTask(t.Context(), task.ID, moment(time.Duration(i)*time.Second)))
		ended = append(ended, task.ID)
	}
	open := newTaskOf(t, store, account)
	other := newTask(t, store)
	check(t, store.FailTask(t.Context(), other.ID, moment(0)))
	for _, c := range []struct{ keep, pruned, left int }{{5, 0, 5}, {3, 2, 3}, {3, 0, 3}, {0, 3, 0}} {
		pruned, err := store.PruneTasks(t.Context(), account, c.keep)
		check(t, err)
		requireEqual(t, len(pruned), c.pruned)
		for _, task := range pruned {
			requireEqual(t, task.Attempt, 1)
			requireNoTask(t, store, task.ID)
			requireEqual(t, len(resultsAfter(t, store, task.ID, 1, search.BeforeAll(), 9)), 0)
		}
		for _, task := range ended[5-c.left:] {
			requireEqual(t, len(resultsAfter(t, store, task, 1, search.BeforeAll(), 9)), 2)
		}
	}
	for _, task := range []messenger.ID{open.ID, other.ID} {
		_, err := store.Task(t.Context(), task)
		check(t, err)
	}
}

func deleteLimit(t *testing.T, store Searched) {
	for i := range 14 {
		if i%2 == 0 {
			newUnconfirmedTask(t, store)
		} else {
			check(t, store.FailTask(t.Context(), newTask(t, store).ID, moment(0)))
		}
	}
	for _, want := range []int{5, 5, 4, 0} {
		deleted, err := store.DeleteTasks(t.Context(), moment(time.Hour), moment(time.Hour), 5)
		check(t, err)
		requireEqual(t, deleted, want)
	}
}

func deleteRace(t *testing.T, store Searched) {
	for range 20 {
		tasks := []search.Task{newUnconfirmedTask(t, store), newUnconfirmedTask(t, store), newUnconfirmedTask(t, store)}
		concurrently(len(tasks)+1, func(i int) {
			if i == len(tasks) {
				_, err := store.DeleteTasks(t.Context(), moment(0), moment(time.Hour), 100)
				checkAsync(t, err)
				return
			}
			err := store.ConfirmTask(t.Context(), tasks[i].ID, maxOpen)
			if err != nil && !errors.Is(err, errs.ErrTaskNotFound) {
				t.Errorf("unexpected error: %v", err)
			}
			if _, known := store.Task(t.Context(), tasks[i].ID); !errors.Is(known, err) {
				t.Errorf("confirmed with %v, found with %v", err, known)
			}
		})
	}
}

func deleteWhilePut(t *testing.T, store Searched) {
	for range 20 {
		tasks := []search.Task{newUnconfirmedTask(t, store), newUnconfirmedTask(t, store)}
		concurrently(4, func(i int) {
			switch i {
			case 0:
				checkAsync(t, store.DeleteTask(t.Context(), tasks[0].ID))
			case 1:
				_, err := store.DeleteTasks(t.Context(), moment(0), moment(time.Hour), 100)
				checkAsync(t, err)
			default:
				checkAsync(t, store.PutResults(t.Context(), tasks[i-2].ID, 1, someResults(5), time.Hour))
			}
		})
		deleteTasks(t, store, moment(0), moment(time.Hour))
		for _, task := range tasks {
			requireEqual(t, len(resultsAfter(t, store, task.ID, 1, search.BeforeAll(), 9)), 0)
		}
	}
}
