package contract_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	messenger "messenger-api/client"
)

func testSearchWords(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	texts := []string{
		"Обедаем в час, ёлка наряжена", "A quick brown FOX jumps", "foo-bar and v1.2", "shall we meet on saturday", "we shall meet on sunday",
		"write to a.b@example.com", "3月に行く за\u0301мок п’ять мои\u0306",
	}
	sent := r.sayAll(texts...)
	for query, want := range map[string][]int{
		"обедать": {0}, "ОБЕДАЛИ!": {0}, "елка": {0}, "Ёлки": {0}, "час обедают": {0}, "foxes": {1}, "jumping foxes": {1}, "fox saturday": {},
		"foo bar": {2}, "foo-bar": {2}, `"bar foo"`: {}, "v1.2": {2}, "meet": {4, 3}, `"we meet"`: {3}, `"shall we meet"`: {3},
		"meet -sunday": {3}, "-sunday meet": {3}, `meet -"we shall"`: {3}, "meeting shall": {4, 3}, "-meet": {}, "example.com": {5}, "a.b@example.com": {5},
		"行く": {6}, "замка": {6}, "п'ять": {6}, "моими": {6}, `"3月に"`: {6}, `"2月に"`: {}, "行く -3月": {}, "行く -2月": {6},
		"fox OR saturday": {}, "quick*": {1}, "qui*": {}, "(meet)": {4, 3}, `"meet`: {4, 3},
	} {
		var ids []string
		for _, at := range want {
			ids = append(ids, sent[at])
		}
		t.Run(query, func(t *testing.T) {
			wantFound(t, r.For(t).Find(looking(query)), ids...)
		})
	}
}

// A query without a word to find is accepted, and finds nothing.
func testSearchNothing(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello there", "???? ----", "💬💬💬💬")
	for _, query := range []string{"????", "    ", "💬💬💬💬", `""""`, `"" ""`, "----", "-hello", `-"hello there"`, "\u200f\u200e\u202e\u2066", "&|!():*<->"} {
		wantFound(t, r.Find(looking(query)))
	}
}

func testSearchChatID(t *testing.T, s searcher) {
	a := newRoom(t, s.Server)
	b := room{a.Client, a.CreateChat("coffee"), ""}
	b.user = b.Join(b.chat, "A.")
	inA, inB := a.sayAll("hello"), b.sayAll("hello")
	for chat, want := range map[string]string{a.chat: inA[0], b.chat: inB[0]} {
		request := looking("hello")
		request.ChatID = &chat
		wantFound(t, a.Find(request), want)
	}
	for _, none := range []string{nobody, strings.Repeat("0", 32), "00000000-0000-0000-0000-000000000000"} {
		wantFound(t, a.Find(messenger.SearchCreation{Message: "hello", ChatID: &none}))
	}
}

func testSearchUserName(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	bob := s.As(t, fresh("bob"))
	zoe := bob.Join(r.chat, "Zoe\u0308")
	byAlice, byZoe := r.sayAll("hello"), bob.Send(r.chat, zoe, "hello")
	for name, want := range map[string][]string{"Alice": byAlice, "Zo\u00eb": {byZoe}, "Zoe\u0308": {byZoe}, "alice": nil, "Bob": nil, "%": nil} {
		request := looking("hello")
		request.UserName = &name
		wantFound(t, r.Find(request), want...)
	}
}

// after is inclusive, before exclusive, in any offset.
func testSearchTimes(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("hello 1", "hello 2", "hello 3")
	messages := r.Page(r.chat, 3, "").Messages
	at := func(i int) time.Time { return messages[2-i].CreatedAt.In(time.FixedZone("", -7*60*60-30*60)) }
	for _, c := range []struct {
		after, before time.Time
		want          []string
	}{
		{at(1), time.Time{}, []string{sent[2], sent[1]}},
		{at(1).Add(1), time.Time{}, []string{sent[2]}},
		{at(1).Add(-1), time.Time{}, []string{sent[2], sent[1]}},
		{time.Time{}, at(1), []string{sent[0]}},
		{time.Time{}, at(1).Add(1), []string{sent[1], sent[0]}},
		{at(0), at(2), []string{sent[1], sent[0]}},
		{at(1), at(1), nil},
		{at(2), at(0), nil},
		{time.Unix(0, 0), time.Time{}, []string{sent[2], sent[1], sent[0]}},
		{time.Time{}, time.Unix(0, 0), nil},
		{at(2).AddDate(1000, 0, 0), time.Time{}, nil},
	} {
		request := looking("hello")
		if !c.after.IsZero() {
			request.After = &c.after
		}
		if !c.before.IsZero() {
			request.Before = &c.before
		}
		t.Run(c.after.Format(time.RFC3339Nano)+" "+c.before.Format(time.RFC3339Nano), func(t *testing.T) {
			wantFound(t, r.For(t).Find(request), c.want...)
		})
	}
}

// Operators of the databases in a query are plain text.
func testSearchHostile(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	sent := r.sayAll("NEAR needle; DROP TABLE events AND words OR not")
	for _, query := range []string{
		"needle'); DROP TABLE events; --", `needle" OR "x`, "needle:*", "needle & !", "!needle", "needle | x", "needle <-> x", "words:needle", "words : needle",
		"needle^2", "NEAR(needle x, 5)", "{words}: needle", "needle + x", "needle\\", `needle\"`, "'needle'", "$1 needle", "%s needle", "needle\ufffd",
		"needle \u202eeldeen", "needle" + strings.Repeat(" (", 400), strings.Repeat(`"`, 1023) + "x", strings.Repeat(`-"`, 511), strings.Repeat("a ", 512),
		strings.Repeat("a", 1024), "needle\u0001\u007f", "needle\n\t\r", "e\u0301\u0301\u0301\u0301", strings.Repeat("\u0301", 1024), "#" + r.chat, `"needle`, `""needle""`,
		"AND OR NOT", "NOT needle", "-needle needle", "needle -x -y -z", strings.Repeat("-a ", 341), "\u0e01\u0e02\u0e03\u0e04", "\u05d0\u05d1\u05d2\u05d3", "漢字漢字",
		"·needle·", "needle·", "####", "needle@needle", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
	} {
		if status := r.AwaitEnd(r.StartSearch(looking(query)).Want(http.StatusCreated).Field("task_id")); status != "SUCCESS" {
			t.Errorf("%.60q is %s", query, status)
		}
	}
	wantFound(t, r.Find(looking("near and or not")), sent...)
	wantFound(t, r.Find(looking("'needle'")), sent...)
}

// A message that was acknowledged before the search was started is found.
func testSearchFresh(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	for i := range 20 {
		r.Send(r.chat, r.user, "fresh "+strconv.Itoa(i))
		if found := r.Find(looking("fresh " + strconv.Itoa(i))); len(found) != 1 {
			t.Errorf("message %d: %d found, want it", i, len(found))
		}
	}
}

// The example of the README, by the generated client.
func testSearchClient(t *testing.T, s searcher) {
	ctx := context.Background()
	r := newRoom(t, s.Server)
	sent := r.sayAll("The soup is ready")
	alice, err := messenger.NewClientWithResponses(s.URL, messenger.WithSession(r.Session))
	if err != nil {
		t.Fatal(err)
	}
	wait := "wait=5"
	started, err := alice.StartSearchWithResponse(ctx, &messenger.StartSearchParams{Prefer: &wait}, looking("soups"))
	if err != nil || started.JSON201 == nil || started.JSON201.Status == nil {
		t.Fatalf("start: %+v, %v", started, err)
	}
	task := started.JSON201.TaskID
	r.AwaitEnd(task)
	status, err := alice.GetSearchStatusWithResponse(ctx, task)
	if err != nil || status.JSON200 == nil || status.JSON200.Status != messenger.TaskStatusSUCCESS {
		t.Fatalf("status: %+v, %v", status, err)
	}
	page, err := alice.ListSearchResultsWithResponse(ctx, task, &messenger.ListSearchResultsParams{Limit: 10})
	if err != nil || page.JSON200 == nil {
		t.Fatalf("results: %+v, %v", page, err)
	}
	wantFound(t, page.JSON200.Messages, sent...)
	none, err := alice.GetSearchStatusWithResponse(ctx, nobody)
	if err != nil || none.JSONDefault == nil || none.JSONDefault.Message != messenger.ErrorCodeTaskNotFound {
		t.Fatalf("no task: %+v, %v", none, err)
	}
}
