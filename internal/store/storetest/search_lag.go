package storetest

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"messenger-api/internal/messenger"
	"messenger-api/internal/search"
)

// lagTests read the chats of all accounts, so each has its own store.
func lagTests() searchTests {
	return searchTests{
		"all lagging chats, page by page":          scanLag,
		"without chats":                            scanLagOfNoChats,
		"lagging chats with messages since a time": recentLag,
		"a limited number of them":                 recentLagLimit,
		"other events don't count":                 recentLagKinds,
		"ids of other versions don't count":        recentLagOtherIDs,
	}
}

// scanLag has five chats: one is indexed, one is partly indexed, one is empty.
func scanLag(t *testing.T, store Searched) {
	var chats []messenger.ID
	want := map[messenger.ID]search.IndexLag{}
	for i := range 5 {
		user := newMember(t, store)
		chats = append(chats, user.ChatID)
		lag := fromStart(user.ChatID, 2)
		if i == 0 {
			continue
		}
		sent := post(t, store, user, "word", "word")
		switch i {
		case 1:
			index(t, store, user.AccountID)
			continue
		case 2:
			requireEqual(t, extend(t, store, lag, 1, sent[0]), true)
			lag.Indexed = 1
		}
		want[user.ChatID] = lag
	}
	slices.SortFunc(chats, func(a, b messenger.ID) int { return bytes.Compare(a[:], b[:]) })
	for limit := 1; limit <= 6; limit++ {
		got := map[messenger.ID]search.IndexLag{}
		var after messenger.ID
		for looked := 0; ; {
			lag, last, done, err := store.ScanIndexLag(t.Context(), after, limit)
			check(t, err)
			for _, chat := range lag {
				got[chat.ChatID] = chat
			}
			if looked += limit; looked <= len(chats) {
				requireEqual(t, last, chats[looked-1])
			} else {
				requireEqual(t, done, true)
			}
			if done {
				requireEqual(t, looked >= len(chats), true)
				break
			}
			after = last
		}
		requireEqual(t, got, want)
	}
}

func scanLagOfNoChats(t *testing.T, store Searched) {
	lag, _, done, err := store.ScanIndexLag(t.Context(), messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, len(lag), 0)
	requireEqual(t, done, true)
}

// sentAt sets the time in the message's id.
func sentAt(sent messenger.Message, made time.Time) messenger.Message {
	var first [8]byte
	binary.BigEndian.PutUint64(first[:], uint64(made.UnixMilli())<<16)
	copy(sent.ID[:6], first[:6])
	return sent
}

func requireRecentLag(t *testing.T, store Searched, since time.Time, limit int, want ...search.IndexLag) {
	t.Helper()
	lag, err := store.RecentIndexLag(t.Context(), since, moment(time.Minute), limit)
	check(t, err)
	requireEqual(t, len(lag), len(want))
	requireEqual(t, byChat(lag), byChat(want))
}

func recentLag(t *testing.T, store Searched) {
	early, late := newMember(t, store), newMember(t, store)
	newMember(t, store)
	postAll(t, store, early, sentAt(message(early, "", "word"), moment(0)))
	postAll(t, store, late,
		sentAt(message(late, "", "word"), moment(0)), sentAt(message(late, "", "word"), moment(time.Second)))
	requireRecentLag(t, store, time.Time{}, 10, fromStart(early.ChatID, 1), fromStart(late.ChatID, 2))
	// Ids have a precision of milliseconds.
	requireRecentLag(t, store, moment(0), 10, fromStart(early.ChatID, 1), fromStart(late.ChatID, 2))
	requireRecentLag(t, store, moment(time.Millisecond), 10, fromStart(late.ChatID, 2))
	requireRecentLag(t, store, moment(time.Second), 10, fromStart(late.ChatID, 2))
	requireRecentLag(t, store, moment(time.Second+time.Millisecond), 10)
	index(t, store, late.AccountID)
	requireRecentLag(t, store, moment(0), 10, fromStart(early.ChatID, 1))
}

func recentLagLimit(t *testing.T, store Searched) {
	for range 3 {
		user := newMember(t, store)
		postAll(t, store, user, sentAt(message(user, "", "word"), moment(0)), sentAt(message(user, "", "word"), moment(0)))
	}
	for limit, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 3} {
		lag, err := store.RecentIndexLag(t.Context(), moment(0), moment(time.Minute), limit)
		check(t, err)
		requireEqual(t, len(byChat(lag)), want)
	}
}

func recentLagKinds(t *testing.T, store Searched) {
	user := newMember(t, store)
	sent := postAll(t, store, user, sentAt(message(user, "", "other"), moment(0)))
	changeKind(t, store, sent[0])
	requireRecentLag(t, store, moment(0), 10)
	lag, _, _, err := store.ScanIndexLag(t.Context(), messenger.ID{}, 10)
	check(t, err)
	requireEqual(t, lag, []search.IndexLag{fromStart(user.ChatID, 1)})
}

// An import may have ids of other UUID versions, which have no time in them; most are greater than
// any id with a time.
func recentLagOtherIDs(t *testing.T, store Searched) {
	imported, recent := newMember(t, store), newMember(t, store)
	sent := message(imported, "", "word")
	sent.ID[0] = 0xf0
	postAll(t, store, imported, sent)
	postAll(t, store, recent, sentAt(message(recent, "", "word"), moment(0)))
	requireRecentLag(t, store, moment(0), 10, fromStart(recent.ChatID, 1))
}
