package storetest

import (
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

func findTests() searchTests {
	return searchTests{
		"examples of queries":                            findQueries,
		"words without a position in the index":          findWithoutPosition,
		"random queries find what Matches says":          findAsMatches,
		"any text is found by its own words":             findAnyText,
		"random long queries find what Matches says":     findLongAsMatches,
		"a long query with more matches than the limit":  findLongLimit,
		"the longest queries":                            findLongest,
		"newest first, by ID where that is the same":     findOrder,
		"the newest where there are more than the limit": findLimit,
		"more than the limit":                            findMore,
		"results are sorted by time, not by seq":         findUnorderedTimes,
		"through many blocks":                            findBlocks,
		"in ranges of random sizes":                      findStepwise,
		"between two positions":                          findBetween,
		"in one chat":                                    findInChat,
		"of one user name":                               findOfUserName,
		"after and before a time":                        findTimes,
		"all criteria at once":                           findAllCriteria,
		"not in other accounts' chats":                   findOthersChats,
		"not in a chat that the account left":            findLeft,
		"once where the account has two names":           findTwoNames,
		"in very many chats":                             findManyChats,
		"nothing for a query without a word":             findNothing,
		"visible messages are in the results' order":     visibleOrder,
		"a deleted message is not visible":               visibleDeleted,
		"the limit counts visible messages":              visibleLimit,
		"messages of a left chat are not visible":        visibleLeft,
		"a message whose author left is visible":         visibleAuthorLeft,
		"an inconsistent result is not visible":          visibleInconsistent,
	}
}

// findOrder has times that decrease with seq, and equal times in two chats.
func findOrder(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	var sent []messenger.Message
	for i, after := range []time.Duration{5, 1, 3, 3, 3, 0, 5} {
		author := []messenger.User{user, other}[i%2]
		one := message(author, "", "word")
		one.CreatedAt = moment(after * time.Microsecond)
		sent = append(sent, postAll(t, store, author, one)...)
	}
	index(t, store, user.AccountID)
	slices.SortFunc(sent, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	requireFound(t, store, user.AccountID, criteria("word"), sent...)
}

func findLimit(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, slices.Repeat([]string{"word"}, 30)...)
	index(t, store, user.AccountID)
	slices.Reverse(sent)
	for _, limit := range []int{1, 2, 29, 30, 31} {
		results, _, err := search.Find(t.Context(), store, user.AccountID, criteria("word"), limit)
		check(t, err)
		requireEqual(t, results, resultsOf(sent[:min(limit, 30)]...))
	}
}

func findBetween(t *testing.T, store Searched) {
	user := newMember(t, store)
	var batch []messenger.Message
	for i := range 8 {
		one := message(user, "", "word")
		one.CreatedAt = moment(time.Duration(i/3) * time.Microsecond)
		batch = append(batch, one)
	}
	sent := postAll(t, store, user, batch...)
	index(t, store, user.AccountID)
	slices.SortFunc(sent, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	for from := -1; from < len(sent); from++ {
		bounded := criteria("word")
		if from >= 0 {
			bounded.From = sortKeyOf(sent[from])
		}
		requireFound(t, store, user.AccountID, bounded, sent[from+1:]...)
		for to := from; to < len(sent); to++ {
			if to >= 0 {
				bounded.To = sortKeyOf(sent[to])
				requireFound(t, store, user.AccountID, bounded, sent[from+1:to+1]...)
			}
		}
	}
}

func findInChat(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	stranger := newMember(t, store)
	here, there := post(t, store, user, "word"), post(t, store, other, "word")
	post(t, store, stranger, "word")
	index(t, store, user.AccountID)
	index(t, store, stranger.AccountID)
	for chat, want := range map[messenger.ID][]messenger.Message{
		user.ChatID: here, other.ChatID: there, stranger.ChatID: nil, messenger.NewID(): nil,
	} {
		narrowed := criteria("word")
		narrowed.Request.ChatID = chat
		requireFound(t, store, user.AccountID, narrowed, want...)
	}
}

// findOfUserName has one name in two chats, so of two users.
func findOfUserName(t *testing.T, store Searched) {
	user := newMember(t, store)
	colleague := join(t, store, userOf(user.ChatID, newAccount(t, store).ID, "Зоя"))
	other := newUser(t, store, newChat(t, store), user.AccountID)
	namesake := join(t, store, userOf(other.ChatID, newAccount(t, store).ID, "Зоя"))
	mine, first := post(t, store, user, "word"), post(t, store, colleague, "word", "other")
	second := postAll(t, store, namesake, message(namesake, "", "word"))
	index(t, store, user.AccountID)
	for name, want := range map[string][]messenger.Message{
		"Зоя": {second[0], first[0]}, user.Name: mine, "зоя": nil, "nobody": nil,
	} {
		narrowed := criteria("word")
		narrowed.Request.UserName = name
		requireFound(t, store, user.AccountID, narrowed, want...)
	}
}

func findTimes(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := post(t, store, user, "word", "word", "word", "word")
	index(t, store, user.AccountID)
	slices.Reverse(sent)
	for after := range 5 {
		for before := range 5 {
			narrowed := criteria("word")
			narrowed.Request.After = moment(time.Duration(after) * time.Microsecond)
			requireFound(t, store, user.AccountID, narrowed, sent[:4-after]...)
			narrowed.Request.Before = moment(time.Duration(before) * time.Microsecond)
			requireFound(t, store, user.AccountID, narrowed, sent[min(4-before, 4-after):4-after]...)
			narrowed.Request.After = time.Time{}
			requireFound(t, store, user.AccountID, narrowed, sent[4-before:]...)
		}
	}
}

func findAllCriteria(t *testing.T, store Searched) {
	user := newMember(t, store)
	colleague := newUser(t, store, user.ChatID, newAccount(t, store).ID)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	post(t, store, user, "word", "word", "word", "word", "word")
	sent := post(t, store, colleague, "word", "word", "word word", "word", "word")
	post(t, store, other, "word", "word", "word", "word", "word")
	index(t, store, user.AccountID)
	all := criteria("word")
	all.Request = search.Request{
		ChatID: user.ChatID, UserName: colleague.Name, After: moment(time.Microsecond), Before: moment(4 * time.Microsecond),
	}
	requireFound(t, store, user.AccountID, all, sent[3], sent[2], sent[1])
	// The narrower bound applies.
	all.From, all.To = sortKeyOf(sent[3]), sortKeyOf(sent[2])
	requireFound(t, store, user.AccountID, all, sent[2])
	all.From, all.To = sortKeyOf(sent[4]), sortKeyOf(sent[0])
	requireFound(t, store, user.AccountID, all, sent[3], sent[2], sent[1])
	all.Query = criteria(`"word word"`).Query
	requireFound(t, store, user.AccountID, all, sent[2])
}

func findOthersChats(t *testing.T, store Searched) {
	user, stranger := newMember(t, store), newMember(t, store)
	mine, theirs := post(t, store, user, "word"), post(t, store, stranger, "word")
	index(t, store, user.AccountID)
	index(t, store, stranger.AccountID)
	requireFound(t, store, user.AccountID, criteria("word"), mine...)
	requireFound(t, store, stranger.AccountID, criteria("word"), theirs...)
	requireFound(t, store, newAccount(t, store).ID, criteria("word"))
	requireFound(t, store, messenger.NewID(), criteria("word"))
}

func findLeft(t *testing.T, store Searched) {
	user := newMember(t, store)
	other := newUser(t, store, newChat(t, store), user.AccountID)
	post(t, store, user, "word")
	kept := post(t, store, other, "word")
	index(t, store, user.AccountID)
	leave(t, store, user)
	requireFound(t, store, user.AccountID, criteria("word"), kept...)
	narrowed := criteria("word")
	narrowed.Request.ChatID = user.ChatID
	requireFound(t, store, user.AccountID, narrowed)
}

func findTwoNames(t *testing.T, store Searched) {
	user := newMember(t, store)
	newUser(t, store, user.ChatID, user.AccountID)
	sent := post(t, store, user, "word")
	index(t, store, user.AccountID)
	requireFound(t, store, user.AccountID, criteria("word"), sent...)
}

func findManyChats(t *testing.T, store Searched) {
	account, stranger := newAccount(t, store).ID, newMember(t, store)
	post(t, store, stranger, "word")
	index(t, store, stranger.AccountID)
	var sent []messenger.Message
	for range 150 {
		user := newUser(t, store, newChat(t, store), account)
		sent = append(sent, post(t, store, user, "word", "else")[0])
	}
	index(t, store, account)
	slices.SortFunc(sent, func(a, b messenger.Message) int { return sortKeyOf(a).Compare(sortKeyOf(b)) })
	requireFound(t, store, account, criteria("word"), sent...)
	requireFound(t, store, account, criteria("word else"))
	requireFound(t, store, account, criteria("word -else"), sent...)
}

func findNothing(t *testing.T, store Searched) {
	user := newMember(t, store)
	post(t, store, user, "word", "", "🎉")
	index(t, store, user.AccountID)
	for _, query := range []string{"", "🎉", `"`, "-word", `-"a b" ...`, "* : ( )"} {
		requireFound(t, store, user.AccountID, criteria(query))
	}
}
