package storetest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// newestFirst sorts messages like results.
func newestFirst(messages []messenger.Message) []messenger.Message {
	slices.SortFunc(messages, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	return messages
}

// requireNewest compares the results with the newest of the messages, newest first.
func requireNewest(
	t tester, store SearchStore, account messenger.ID, criteria search.Criteria, limit int, want []messenger.Message,
) {
	t.Helper()
	results, more, err := search.Find(t.Context(), store, account, criteria, limit)
	check(t, err)
	requireEqual(t, results, resultsOf(want[:min(limit, len(want))]...))
	requireEqual(t, more, len(want) > limit)
}

func findMore(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	sent := newestFirst(slices.Concat(post(t, store, user, numbered(1, 5)...), post(t, store, other, slices.Repeat([]string{"word"}, 5)...)))
	sent = slices.DeleteFunc(sent, func(m messenger.Message) bool { return m.Text != "word" })
	index(t, store, user.AccountID)
	for limit := 1; limit <= 6; limit++ {
		requireNewest(t, store, user.AccountID, criteria("word"), limit, sent)
	}
}

// findUnorderedTimes has chats in which the messages' times are not in the order of seq.
func findUnorderedTimes(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var want []messenger.Message
	for chat := range 6 {
		user := newUser(t, store, newChat(t, store), account)
		var batch []messenger.Message
		for i := range 300 {
			one := message(user, "", []string{"word", "else", "else"}[i%3])
			at := i
			switch chat {
			case 1:
				at = -i
			case 2:
				at = rand.IntN(300)
			case 3:
				at = i + 1000*(i/100%2) // a clock that was ahead for a while
			case 4:
				at = 5
			}
			one.CreatedAt = moment(time.Duration(at) * time.Microsecond)
			batch = append(batch, one)
		}
		for i, one := range postAll(t, store, user, batch...) {
			if i%3 == 0 {
				want = append(want, one)
			}
		}
	}
	index(t, store, account)
	newestFirst(want)
	for _, limit := range []int{1, 7, 50, 99, 100, 101, 350, 599, 600, 601} {
		requireNewest(t, store, account, criteria("word"), limit, want)
		bounded := criteria("word -nothing")
		bounded.From = sortKeyOf(want[10])
		requireNewest(t, store, account, bounded, limit, want[11:])
	}
}

// findBlocks has a chat of several index blocks, with words in all, in many and in few messages.
func findBlocks(t *testing.T, store Searched) {
	const count = 2*search.BlockMessages + 500
	user := newMember(t, store)
	other := join(t, store, userOf(user.ChatID, newAccount(t, store).ID, "seldom"))
	want := map[string][]messenger.Message{}
	for sent := 0; sent < count; {
		var batch []messenger.Message
		for ; len(batch) < 500 && sent < count; sent++ {
			author, text := user, "common"
			if sent%50 == 0 {
				text += " middling"
			}
			if sent%3000 == 17 {
				text = "rare " + text
				author = other
			}
			one := message(author, "", text)
			one.CreatedAt = moment(time.Duration(sent) * time.Millisecond)
			batch = append(batch, one)
		}
		outcomes := appendAll(t, store, batch...)
		for i, one := range batch {
			check(t, outcomes[i].Err)
			one.Seq = outcomes[i].Seq
			for _, query := range []string{"common", "middling", "rare", "common -middling", `"common middling"`, `"rare common middling"`, "rare middling"} {
				if len(resultsMatching(query, one)) > 0 {
					want[query] = append(want[query], one)
				}
			}
			if one.UserID == other.ID {
				want["seldom"] = append(want["seldom"], one)
			}
		}
	}
	index(t, store, user.AccountID)
	for query, matching := range want {
		asked := criteria(query)
		if query == "seldom" {
			asked = criteria("common")
			asked.Request.UserName = "seldom"
		}
		for _, limit := range []int{1, 100, len(matching), len(matching) + 1} {
			requireNewest(t, store, user.AccountID, asked, limit, newestFirst(matching))
		}
	}
	bounded := criteria("common")
	bounded.Request.Before = want["common"][count-search.BlockMessages].CreatedAt // the newest are first
	requireNewest(t, store, user.AccountID, bounded, 10, want["common"][count-search.BlockMessages+1:])
}

func resultsMatching(query string, message messenger.Message) []messenger.Message {
	if criteria(query).Query.Matches(entriesOf([]messenger.Message{message})[0].Document) {
		return []messenger.Message{message}
	}
	return nil
}

// findStepwise searches ranges of random sizes, for common and rare words: together they find each
// message once.
func findStepwise(t *testing.T, store Searched) {
	account := newAccount(t, store).ID
	var want []messenger.Message
	for i := range 5 {
		user := newUser(t, store, newChat(t, store), account)
		for j, one := range post(t, store, user, slices.Repeat([]string{"word", "word", "else"}, 30+i)...) {
			if j%3 < 2 {
				want = append(want, one)
			}
		}
	}
	index(t, store, account)
	for round := range 20 {
		random := rand.New(rand.NewPCG(1, uint64(round)))
		parts, err := store.LogRanges(t.Context(), account, search.Request{})
		check(t, err)
		var found []search.Result
		for len(parts) > 0 {
			for i := range parts {
				parts[i].From = 1 + random.Int64N(parts[i].Through)
			}
			results, rests, err := store.FindInRanges(t.Context(), criteria("word"), parts, round%2 == 0, 1000, time.Minute)
			check(t, err)
			found = append(found, results...)
			var left []search.LogRange
			for i, rest := range rests {
				// A store may stop before the later ranges, since its time is limited.
				if i == 0 && rest.Through >= parts[i].Through || rest.Through > parts[i].Through {
					t.Fatalf("a range through %d has a remainder through %d", parts[i].Through, rest.Through)
				}
				if rest.Through > 0 {
					parts[i].Through, parts[i].Newest = rest.Through, rest.Newest
					left = append(left, parts[i])
				}
			}
			parts = left
		}
		slices.SortFunc(found, func(a, b search.Result) int { return a.SortKey.Compare(b.SortKey) })
		requireEqual(t, found, resultsOf(newestFirst(want)...))
	}
}
