package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"messenger-api/internal/testkit"
)

// Only its owner can use a task.
func testSearchStranger(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello there")
	task := r.Succeed(looking("hello"))
	from := r.Results(task, 1, "").Next.Iterator
	mallory := s.As(t, fresh("mallory"))
	mallory.Join(r.chat, "Mallory")
	for _, path := range []string{
		testkit.StatusPath(task), testkit.StatusPath(dashed(task)), testkit.ResultsPath(task, 1, ""), testkit.ResultsPath(task, 1, from),
		testkit.ResultsPath(task, 0, ""), testkit.ResultsPath(task, 1, "x"), "/v1/chats/search/" + task + "/messages",
	} {
		mallory.Get(path).Refused(http.StatusNotFound, "task-not-found")
		mallory.Do(http.MethodHead, path, nil).Empty(http.StatusNotFound)
	}
	// Other accounts' requests have confirmed nothing, and can't use her iterators.
	hers := mallory.Results(mallory.Succeed(looking("hello")), 1, "").Next.Iterator
	r.Get(testkit.ResultsPath(task, 1, hers)).Refused(http.StatusBadRequest, "bad-cursor")
	if page := r.Results(task, 1, ""); len(page.Messages) != 1 {
		t.Errorf("a stranger has confirmed %d results", 1-len(page.Messages))
	}
}

// A search finds messages only in chats that the account has joined, though it may read all.
func testSearchChatsOfOthers(t *testing.T, s searcher) {
	alice, bob := newRoom(t, s.Server), newRoom(t, s.Server)
	alices := alice.sayAll("a secret of alice")
	bobs := bob.sayAll("a secret of bob")
	both := alice.CreateChat("both")
	user := alice.Join(both, "Alice")
	bob.Join(both, "Bob")
	shared := alice.Send(both, user, "a secret of both")
	carol := s.As(t, fresh("carol"))

	wantFound(t, alice.Find(looking("secrets")), shared, alices[0])
	wantFound(t, bob.Find(looking("secrets")), shared, bobs[0])
	wantFound(t, carol.Find(looking("secrets")))
	request := looking("secrets")
	request.ChatID = &alice.chat
	wantFound(t, bob.Find(request))
	wantFound(t, carol.Find(request))
	carol.Join(alice.chat, "Carol") // from now on she finds older messages, too
	wantFound(t, carol.Find(request), alices[0])
}

// leave removes an account's user from a chat, which the API can't do yet.
func leave(t *testing.T, s searcher, chat, user string) {
	t.Helper()
	statement := fmt.Sprintf("DELETE FROM chat_users WHERE chat_id = {%s} AND user_id = {%s}", chat, user)
	if removed := testkit.ExecuteSQL(t, s.settings, statement); removed != 1 {
		t.Fatalf("%d users have left, want 1", removed)
	}
}

func testSearchChatLeft(t *testing.T, s searcher) {
	stays, leaves := newRoom(t, s.Server), newRoom(t, s.Server)
	bob := s.As(t, fresh("bob"))
	bob.Join(stays.chat, "Bob")
	asBob, asRobert := bob.Join(leaves.chat, "Bob"), bob.Join(leaves.chat, "Robert")
	var kept, all []string
	for range 5 {
		all = append(all, leaves.sayAll("hello")...)
		kept = append(kept, stays.sayAll("hello")...)
		all = append(all, kept[len(kept)-1])
	}
	slices.Reverse(kept)
	slices.Reverse(all)

	task := bob.Succeed(looking("hello"))
	leave(t, s, leaves.chat, asBob) // Robert is still there
	wantFound(t, bob.Results(task, 100, "").Messages, all...)
	leave(t, s, leaves.chat, asRobert)
	// Earlier results in the chat are skipped, and pages are full nevertheless.
	page := bob.Results(task, 3, "")
	wantFound(t, page.Messages, kept[:3]...)
	wantFound(t, bob.Results(task, 3, page.Next.Iterator).Messages, kept[3:]...)
	wantFound(t, bob.Find(looking("hello")), kept...)
	// After joining again they are found.
	bob.Join(leaves.chat, "Bob")
	wantFound(t, bob.Find(looking("hello")), all...)
}

func testSearchDeleted(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("hello 1", "hello 2", "hello 3", "hello 4", "hello 5", "hello 6")
	slices.Reverse(sent)
	task := r.Succeed(looking("hello"))
	for _, gone := range []string{sent[0], sent[2], sent[3]} {
		if deleted := testkit.ExecuteSQL(t, s.settings, "DELETE FROM events WHERE message_id = {"+gone+"}"); deleted != 1 {
			t.Fatalf("%d messages are deleted, want 1", deleted)
		}
	}
	page := r.Results(task, 2, "")
	wantFound(t, page.Messages, sent[1], sent[4])
	wantFound(t, r.Results(task, 2, page.Next.Iterator).Messages, sent[5])
	wantFound(t, r.Find(looking("hello")), sent[1], sent[4], sent[5])
}
