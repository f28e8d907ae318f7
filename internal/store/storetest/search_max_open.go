package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func maxOpenTests() searchTests {
	return searchTests{
		"concurrent creations respect the limit":     createRace,
		"concurrent confirmations respect the limit": confirmRace,
		"ended tasks don't count against the limit":  endedTasksDontCount,
		"the limit is per account":                   limitPerAccount,
	}
}

// requireOpen checks that of concurrent tries as many succeed as the limit allows, and the others
// are refused.
func requireOpen(t *testing.T, tries, room int, try func(i int) error) {
	t.Helper()
	var succeeded atomic.Int64
	concurrently(tries, func(i int) {
		switch err := try(i); {
		case err == nil:
			succeeded.Add(1)
		case !errors.Is(err, errs.ErrTooManyTasks):
			t.Errorf("unexpected error: %v", err)
		}
	})
	requireEqual(t, succeeded.Load(), int64(room))
}

func createRace(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	tasks := make([]search.Task, 50)
	for i := range tasks {
		tasks[i] = taskOf(account)
	}
	requireOpen(t, len(tasks), maxOpen, func(i int) error { return store.CreateTask(t.Context(), tasks[i], true, maxOpen) })
	known := 0
	for _, task := range tasks {
		if _, err := store.Task(t.Context(), task.ID); err == nil {
			known++
		}
	}
	requireEqual(t, known, maxOpen)
}

func confirmRace(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	// Unconfirmed tasks don't count.
	tasks := make([]search.Task, 50)
	for i := range tasks {
		tasks[i] = taskOf(account)
		check(t, store.CreateTask(t.Context(), tasks[i], false, maxOpen))
	}
	requireOpen(t, len(tasks), maxOpen, func(i int) error {
		if i%5 == 0 {
			return store.CreateTask(t.Context(), taskOf(account), true, maxOpen)
		}
		return store.ConfirmTask(t.Context(), tasks[i].ID, maxOpen)
	})
}

// fill creates as many open tasks of the account as it may have.
func fill(t *testing.T, store Searched, account messenger.ID) (tasks []search.Task) {
	t.Helper()
	for range maxOpen {
		task := taskOf(account)
		check(t, store.CreateTask(t.Context(), task, true, maxOpen))
		tasks = append(tasks, task)
	}
	return tasks
}

func endedTasksDontCount(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	refused, waits := taskOf(account), taskOf(account)
	check(t, store.CreateTask(t.Context(), waits, false, maxOpen))
	open := fill(t, store, account)
	for _, confirmed := range []bool{true, false} {
		requireError(t, store.CreateTask(t.Context(), refused, confirmed, maxOpen), errs.ErrTooManyTasks)
		requireNoTask(t, store, refused.ID)
		requireError(t, store.ConfirmTask(t.Context(), refused.ID, maxOpen), errs.ErrTaskNotFound)
	}
	requireError(t, store.ConfirmTask(t.Context(), waits.ID, maxOpen), errs.ErrTooManyTasks)
	requireNoTask(t, store, waits.ID)
	// A task in process is open.
	take(t, store, open[0].ID, moment(0), moment(time.Minute))
	requireError(t, store.ConfirmTask(t.Context(), waits.ID, maxOpen), errs.ErrTooManyTasks)
	succeed(t, store, open[0].ID, 1)
	check(t, store.ConfirmTask(t.Context(), waits.ID, maxOpen))
	requireError(t, store.CreateTask(t.Context(), refused, true, maxOpen), errs.ErrTooManyTasks)
	check(t, store.FailTask(t.Context(), open[1].ID, moment(0)))
	check(t, store.CreateTask(t.Context(), refused, true, maxOpen))
	// A task that is confirmed already can be confirmed again at the limit.
	check(t, store.ConfirmTask(t.Context(), waits.ID, maxOpen))
}

func limitPerAccount(t *testing.T, store Searched) {
	fill(t, store, newAccount(t, store).ID)
	fill(t, store, newAccount(t, store).ID)
}
