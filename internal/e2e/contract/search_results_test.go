package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

// wantFound checks that exactly these messages were found, in this order.
func wantFound(t *testing.T, found []messenger.FoundMessage, want ...string) {
	t.Helper()
	if got := idsOf(found); !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func testSearchFields(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("something else")
	id := r.Send(r.chat, r.user, "💬 Foxes — лисы, и fox ё")
	request := looking(`fox лиса`)
	answer := r.Get(testkit.ResultsPath(r.Succeed(request), 10, "")).Want(http.StatusOK)
	if answer.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("Cache-Control is %q", answer.Header.Get("Cache-Control"))
	}
	var page messenger.SearchPage
	answer.Decode(&page)
	if len(page.Messages) != 1 {
		t.Fatalf("%s, want one message", answer)
	}
	sent := r.Page(r.chat, 1, "").Messages[0]
	want := messenger.FoundMessage{
		Text: "💬 Foxes — лисы, и fox ё", MessageID: id, ChatID: r.chat, ChatName: "tea", UserName: "Alice", Seq: 2, CreatedAt: sent.CreatedAt,
		Highlights: []messenger.Highlight{{Start: 2, End: 7}, {Start: 10, End: 14}, {Start: 18, End: 21}},
	}
	if got := page.Messages[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("found\n%+v, want\n%+v", got, want)
	}
}

func testSearchNewestFirst(t *testing.T, s searcher) {
	a := newRoom(t, s.Server)
	b := room{a.Client, a.CreateChat("coffee"), ""}
	b.user = b.Join(b.chat, "A.")
	var want []string
	for i := range 7 {
		in := []room{a, b}[i%2]
		want = slices.Insert(want, 0, in.Send(in.chat, in.user, fmt.Sprint("number ", i)))
	}
	for _, limit := range []int{1, 2, 3, 6, 7, 8, 100} {
		task, from := a.Succeed(looking("numbers")), ""
		var got []string
		for {
			page := a.Results(task, limit, from)
			got, from = append(got, idsOf(page.Messages)...), page.Next.Iterator
			if len(page.Messages) < limit {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q, want %q", limit, got, want)
		}
		for range 3 { // the page after the last one stays empty
			page := a.Results(task, limit, from)
			if len(page.Messages) != 0 {
				t.Errorf("after the end: %+v", page.Messages)
			}
			from = page.Next.Iterator
		}
	}
}

func testSearchLimits(t *testing.T, s searcher) {
	alice := s.As(t, fresh("alice"))
	path := "/v1/chats/search/" + alice.Succeed(looking("hello")) + "/messages"
	for _, query := range []string{"", "?limit=", "?limit=0", "?limit=-1", "?limit=101", "?limit=1000", "?limit=99999999999999999999", "?limit=x",
		"?limit=1.5", "?limit=1e2", "?limit=0x10", "?limit=1%20", "?limit=%00", "?Limit=1", "?limit=٣", "?limit=%2B5", "?limit=1&limit=2",
		"?limit=1&from=%zz", "?limit=1&from=x&from=x"} {
		if answer := alice.Get(path + query); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s", answer)
		}
	}
	for _, query := range []string{"?limit=1", "?limit=100", "?limit=5&unknown=1"} {
		alice.Get(path + query).Want(http.StatusOK)
	}
}

// An iterator is bound to its task.
func testSearchIterators(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello 1", "hello 2", "hello 3")
	task, other := r.Succeed(looking("hello")), r.Succeed(looking("hello"))
	good := r.Results(task, 1, "").Next.Iterator
	for what, from := range map[string]string{
		"another task's": r.Results(other, 1, "").Next.Iterator, "a chat's": r.Page(r.chat, 1, "").Next.Iterator,
		"cut short": good[:len(good)-1], "with more": good + "A", "in another case": swapCase(good), "a number": "1", "the task_id": task,
		"a space": " ", "twice": good + good, "NUL": "\x00", "not UTF-8": "\xff", "a line break": good[:10] + "\n" + good[10:],
		"very long": strings.Repeat("A", 4000),
	} {
		answer := r.Get(testkit.ResultsPath(task, 1, from))
		if answer.Status != 400 || answer.Code() != "bad-cursor" {
			t.Errorf("an iterator, %s: %s", what, answer)
		}
	}
	r.Get("/v1/chats/search/"+task+"/messages?limit=1&from=").Refused(http.StatusBadRequest, "bad-cursor")
	r.Get("/v1/chats/"+r.chat+"/messages?limit=1&from="+good).Refused(http.StatusBadRequest, "bad-cursor")
	if page := r.Results(task, 10, ""); len(page.Messages) != 3 {
		t.Errorf("refused requests have confirmed something: %d messages are left, want 3", len(page.Messages))
	}
}

// The answers for a task that has not succeeded.
func testSearchStates(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello there")
	task := r.Succeed(looking("hello"))
	from := r.Results(task, 1, "").Next.Iterator
	for _, c := range []struct {
		change, status, code string
	}{
		{"status = 1, done = 0, ended_at = NULL", "WAITING", "task-not-complete"},
		{"status = 2, ended_at = NULL", "IN_PROCESS", "task-not-complete"},
		{"status = 4, ended_at = created_at", "FAILED", "task-failed"},
	} {
		if changed := testkit.ExecuteSQL(t, s.settings, "UPDATE search_tasks SET "+c.change+" WHERE task_id = {"+task+"}"); changed != 1 {
			t.Fatalf("%d tasks are changed, want 1", changed)
		}
		if status := r.Status(task); status != c.status {
			t.Errorf("the task is %s, want %s", status, c.status)
		}
		r.Get(testkit.ResultsPath(task, 1, "")).Refused(http.StatusBadRequest, c.code)
		r.Get(testkit.ResultsPath(task, 1, from)).Refused(http.StatusBadRequest, c.code)
		r.Get(testkit.ResultsPath(task, 101, "")).Refused(http.StatusBadRequest, "bad-parameters")
		r.Get(testkit.ResultsPath(task, 1, "x")).Refused(http.StatusBadRequest, "bad-cursor")
		r.Do(http.MethodHead, testkit.ResultsPath(task, 1, ""), nil).Empty(http.StatusBadRequest)
	}
}

// A task is deleted an hour after its end.
func testSearchKept(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello there")
	task := r.Succeed(looking("hello"))
	hours := map[bool]string{true: "ended_at - interval '%d minutes'", false: "ended_at - %d * 60000000"}
	postgres := strings.HasPrefix(s.settings[0], "POSTGRES")
	ago := func(minutes int) {
		testkit.ExecuteSQL(t, s.settings, fmt.Sprintf("UPDATE search_tasks SET ended_at = "+hours[postgres]+" WHERE task_id = {%s}", minutes, task))
	}
	ago(58)
	if page := r.Results(task, 1, ""); len(page.Messages) != 1 {
		t.Errorf("after 58 minutes: %+v", page)
	}
	ago(2)
	r.Get(testkit.StatusPath(task)).Refused(http.StatusNotFound, "task-not-found")
	r.Get(testkit.ResultsPath(task, 1, "")).Refused(http.StatusNotFound, "task-not-found")
}
