package storetest

import (
	"testing"
	"time"

	"messenger-api/internal/errs"
	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// maxOpen is a limit of open tasks that tests don't reach.
const maxOpen = 20

func taskTests() searchTests {
	return searchTests{
		"a stored task is read unchanged":                  taskUnchanged,
		"special characters are stored unchanged":          taskTexts,
		"an unconfirmed task is not found":                 taskUnconfirmed,
		"a confirmed task is not deleted":                  confirmedTaskStays,
		"a deleted task can't be confirmed":                taskDeleted,
		"the confirmed position never moves back":          confirmedAdvances,
		"of concurrent positions the furthest one is kept": confirmedRace,
	}
}

// taskOf returns a new task of the account.
func taskOf(account messenger.ID) search.Task {
	return search.Task{
		ID: messenger.NewID(), AccountID: account, Request: search.Request{Text: "fox"}, CreatedAt: moment(0),
		Status: search.Waiting, Confirmed: search.BeforeAll(),
	}
}

// newTask creates a confirmed task of a new account.
func newTask(t tester, store SearchStore) search.Task {
	t.Helper()
	return newTaskOf(t, store, newAccount(t, store).ID)
}

func newTaskOf(t tester, store SearchStore, account messenger.ID) search.Task {
	t.Helper()
	task := taskOf(account)
	check(t, store.CreateTask(t.Context(), task, true, maxOpen))
	return task
}

func newUnconfirmedTask(t tester, store SearchStore) search.Task {
	t.Helper()
	task := taskOf(newAccount(t, store).ID)
	check(t, store.CreateTask(t.Context(), task, false, maxOpen))
	return task
}

func requireTask(t tester, store SearchStore, want search.Task) {
	t.Helper()
	task, err := store.Task(t.Context(), want.ID)
	check(t, err)
	requireEqual(t, task, want)
}

func requireNoTask(t tester, store SearchStore, task messenger.ID) {
	t.Helper()
	_, err := store.Task(t.Context(), task)
	requireError(t, err, errs.ErrTaskNotFound)
}

// sortKeyAt returns a sort key this many seconds before the newest one.
func sortKeyAt(older int) search.SortKey {
	place := search.SortKey{CreatedAt: moment(-time.Duration(older) * time.Second).UnixMicro()}
	place.MessageID[0] = 128
	return place
}

func taskUnchanged(t *testing.T, store Searched) {
	requireTask(t, store, newTask(t, store))
	task := taskOf(newAccount(t, store).ID)
	task.Request = search.Request{
		Text: "fox", ChatID: messenger.NewID(), UserName: longestName, After: moment(time.Microsecond), Before: moment(time.Hour),
	}
	check(t, store.CreateTask(t.Context(), task, true, maxOpen))
	requireTask(t, store, task)
	requireNoTask(t, store, messenger.NewID())
}

func taskTexts(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	for _, text := range []string{"'", `"`, `\`, "a & b | !c <-> d:*", "NEAR(a b) OR col:x*", "$1 ?1 %s", "\u0001\t\r\n", "👩‍👩‍👧 שלום 日本", "\ufeff\U0010ffff"} {
		task := taskOf(account)
		task.Request.Text = text
		check(t, store.CreateTask(t.Context(), task, true, maxOpen))
		requireTask(t, store, task)
	}
}

func taskUnconfirmed(t *testing.T, store Searched) {
	task := newUnconfirmedTask(t, store)
	requireNoTask(t, store, task.ID)
	for range 2 { // the second time it is confirmed already
		check(t, store.ConfirmTask(t.Context(), task.ID, maxOpen))
		requireTask(t, store, task)
	}
}

func confirmedTaskStays(t *testing.T, store Searched) {
	task := newTask(t, store)
	check(t, store.DeleteTask(t.Context(), task.ID))
	requireTask(t, store, task)
	task = newUnconfirmedTask(t, store)
	check(t, store.ConfirmTask(t.Context(), task.ID, maxOpen))
	check(t, store.DeleteTask(t.Context(), task.ID))
	requireTask(t, store, task)
}

func taskDeleted(t *testing.T, store Searched) {
	task, neighbour := newUnconfirmedTask(t, store), newUnconfirmedTask(t, store)
	for range 2 { // there is nothing to delete the second time
		check(t, store.DeleteTask(t.Context(), task.ID))
		requireError(t, store.ConfirmTask(t.Context(), task.ID, maxOpen), errs.ErrTaskNotFound)
	}
	requireNoTask(t, store, task.ID)
	_, took, err := store.TakeTask(t.Context(), task.ID, moment(0), moment(time.Minute))
	check(t, err)
	requireEqual(t, took, false)
	check(t, store.ConfirmTask(t.Context(), neighbour.ID, maxOpen))
}

func advance(t tester, store SearchStore, task messenger.ID, place search.SortKey) search.SortKey {
	t.Helper()
	reached, err := store.AdvanceTask(t.Context(), task, place)
	check(t, err)
	return reached
}

func confirmedAdvances(t *testing.T, store Searched) {
	task := newTask(t, store)
	requireEqual(t, advance(t, store, task.ID, search.BeforeAll()), search.BeforeAll())
	next := sortKeyAt(5)
	next.MessageID[0]-- // older by its id only
	previous := sortKeyAt(5)
	previous.MessageID[0]++
	for _, step := range []struct{ to, want search.SortKey }{
		{sortKeyAt(5), sortKeyAt(5)}, {sortKeyAt(4), sortKeyAt(5)}, {previous, sortKeyAt(5)}, {search.BeforeAll(), sortKeyAt(5)}, {sortKeyAt(5), sortKeyAt(5)},
		{next, next}, {sortKeyAt(5), next}, {sortKeyAt(6), sortKeyAt(6)}, {search.SortKey{CreatedAt: -1}, search.SortKey{CreatedAt: -1}},
	} {
		requireEqual(t, advance(t, store, task.ID, step.to), step.want)
		task.Confirmed = step.want
		requireTask(t, store, task)
	}
	_, err := store.AdvanceTask(t.Context(), messenger.NewID(), sortKeyAt(1))
	requireError(t, err, errs.ErrTaskNotFound)
}

func confirmedRace(t *testing.T, store Searched) {
	task := newTask(t, store)
	concurrently(8, func(i int) {
		to := sortKeyAt(1 + i*5%8)
		reached, err := store.AdvanceTask(t.Context(), task.ID, to)
		if err != nil || reached.Compare(to) < 0 {
			t.Errorf("moved on to %v, it is at %v, %v", to, reached, err)
		}
	})
	task.Confirmed = sortKeyAt(8)
	requireTask(t, store, task)
}
