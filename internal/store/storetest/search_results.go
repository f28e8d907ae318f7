package storetest

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// RunResults tests an implementation of search.Results. newTask returns the id of a task for
// results; where they don't need a task, any id.
func RunResults(t *testing.T, results search.Results, newTask func(t *testing.T) messenger.ID) {
	for name, test := range map[string]func(t *testing.T, results search.Results, task, other messenger.ID){
		"results are read in pages, newest first":      resultPages,
		"equal times are in the order of the ids":      resultTies,
		"put replaces the results of earlier attempts": resultsReplaced,
		"attempts and tasks have separate results":     resultsSeparate,
		"received results are deleted":                 resultsDeleted,
		"no results, and many":                         resultsCounts,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, results, newTask(t), newTask(t))
		})
	}
}

// someResults returns results with the sort keys 1 to count, newest first.
func someResults(count int) []search.Result {
	results := make([]search.Result, count)
	for i := range results {
		results[i] = search.Result{SortKey: sortKeyAt(i + 1), ChatID: messenger.NewID(), Seq: 1<<40 + int64(i)}
	}
	return results
}

func put(t *testing.T, results search.Results, task messenger.ID, attempt int, found []search.Result) {
	t.Helper()
	check(t, results.PutResults(t.Context(), task, attempt, found, time.Hour))
}

func resultsAfter(
	t tester, results search.Results, task messenger.ID, attempt int, place search.SortKey, limit int,
) []search.Result {
	t.Helper()
	found, err := results.ResultsAfter(t.Context(), task, attempt, place, limit)
	check(t, err)
	return found
}

// requireResults reads all of an attempt's results.
func requireResults(t *testing.T, results search.Results, task messenger.ID, attempt int, want []search.Result) {
	t.Helper()
	found := resultsAfter(t, results, task, attempt, search.BeforeAll(), 5000)
	if len(found)+len(want) > 0 {
		requireEqual(t, found, want)
	}
}

func resultPages(t *testing.T, results search.Results, task, _ messenger.ID) {
	want := someResults(25)
	put(t, results, task, 1, want)
	from := search.BeforeAll()
	for start := 0; start < len(want); start += 10 {
		page := resultsAfter(t, results, task, 1, from, 10)
		requireEqual(t, page, want[start:min(start+10, len(want))])
		from = page[len(page)-1].SortKey
	}
	requireEqual(t, len(resultsAfter(t, results, task, 1, from, 10)), 0)
	// The position need not be a result's.
	between := sortKeyAt(7)
	between.CreatedAt--
	requireEqual(t, resultsAfter(t, results, task, 1, between, 2), want[7:9])
}

func resultTies(t *testing.T, results search.Results, task, _ messenger.ID) {
	want := someResults(9)
	for i := range want {
		want[i].SortKey = sortKeyAt(i / 3) // three of one time
		want[i].SortKey.MessageID[15] = byte(200 - i)
	}
	// A time before 1970, and the last possible position.
	want = append(want, search.Result{SortKey: search.SortKey{CreatedAt: -7}, ChatID: messenger.NewID(), Seq: 1})
	put(t, results, task, 1, want)
	for i := range want {
		requireEqual(t, len(resultsAfter(t, results, task, 1, want[i].SortKey, 100)), len(want)-i-1)
	}
	requireResults(t, results, task, 1, want)
}

func resultsReplaced(t *testing.T, results search.Results, task, _ messenger.ID) {
	for _, count := range []int{5, 9, 3, 0, 2} {
		found := someResults(count)
		for range 2 { // the same again changes nothing
			put(t, results, task, 1, found)
			requireResults(t, results, task, 1, found)
		}
	}
}

func resultsSeparate(t *testing.T, results search.Results, task, other messenger.ID) {
	first, second, others := someResults(3), someResults(4), someResults(5)
	put(t, results, other, 2, others)
	put(t, results, task, 2, second)
	put(t, results, task, 1, first) // by a consumer whose attempt is no longer valid
	requireResults(t, results, task, 2, second)
	requireResults(t, results, task, 3, nil)
	check(t, results.DeleteResults(t.Context(), task, 1, sortKeyAt(100)))
	check(t, results.DeleteResults(t.Context(), messenger.NewID(), 2, sortKeyAt(100)))
	requireResults(t, results, task, 2, second)
	requireResults(t, results, other, 2, others)
}

func resultsDeleted(t *testing.T, results search.Results, task, _ messenger.ID) {
	want := someResults(10)
	put(t, results, task, 1, want)
	forgotten := 0
	for _, through := range []int{0, 3, 2, 3, 9, 10, 10} {
		check(t, results.DeleteResults(t.Context(), task, 1, sortKeyAt(through)))
		forgotten = max(forgotten, through)
		requireResults(t, results, task, 1, want[forgotten:])
	}
	put(t, results, task, 1, want) // they were found again
	check(t, results.DeleteResults(t.Context(), task, 1, search.BeforeAll()))
	requireResults(t, results, task, 1, want)
}

func resultsCounts(t *testing.T, results search.Results, task, other messenger.ID) {
	put(t, results, task, 1, nil)
	requireResults(t, results, task, 1, nil)
	requireResults(t, results, other, 1, nil)
	many := someResults(3000)
	put(t, results, task, 1, slices.Clone(many))
	requireResults(t, results, task, 1, many)
}
