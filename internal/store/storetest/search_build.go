package storetest

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// buildTests need an empty index, so each has its own store.
func buildTests() searchTests {
	return searchTests{
		"searches work while the index is filled":    fillAndBuild,
		"the build of a large index is not deferred": fillLargeIndex,
	}
}

func deferred(t *testing.T, store Searched, least int64) bool {
	t.Helper()
	deferred, err := store.DeferIndexBuild(t.Context(), least)
	check(t, err)
	return deferred
}

// fillAndBuild searches at each stage of filling and building the index.
func fillAndBuild(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "else", "word else", "word else word")
	requireEqual(t, deferred(t, store, 5), false)
	requireEqual(t, deferred(t, store, 4), true)
	requireAll := func(count int) {
		t.Helper()
		for query, at := range map[string][]int{"word": {3, 2, 0}, "else": {3, 2, 1}, `"else word"`: {3}, "word -else": {0}} {
			var want []messenger.Message
			for _, i := range at {
				if i < count {
					want = append(want, sent[i])
				}
			}
			requireFound(t, store, user.AccountID, criteria(query), want...)
		}
	}
	requireAll(0)
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 4), 3, sent[:3]...), true)
	requireAll(3)
	index(t, store, user.AccountID)
	requireAll(4)
	parts, err := store.LogRanges(t.Context(), user.AccountID, search.Request{})
	check(t, err)
	results, rests, err := store.FindInRanges(t.Context(), criteria("word -else"), parts, false, 10, time.Minute)
	check(t, err)
	requireEqual(t, results, resultsOf(sent[0]))
	requireEqual(t, rests[0].Through, int64(0))
	concurrently(3, func(int) { checkAsync(t, store.BuildIndex(t.Context(), func(time.Duration) {})) })
	check(t, store.BuildIndex(t.Context(), func(time.Duration) {}))
	requireAll(4)
	requireEqual(t, deferred(t, store, 0), false)
	more := post(t, store, user, "word")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("word -else"), more[0], sent[0])
}

func fillLargeIndex(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, slices.Repeat([]string{"word"}, 11)...)
	requireEqual(t, extend(t, store, fromStart(user.ChatID, 11), 2, sent[:2]...), true)
	requireEqual(t, deferred(t, store, 1), false)
	index(t, store, user.AccountID)
	requireEqual(t, deferred(t, store, 0), false)
	check(t, store.BuildIndex(t.Context(), func(time.Duration) {}))
	requireEqual(t, len(find(t, store, user.AccountID, criteria("word"))), 11)
}
