package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"messenger-api/internal/testkit"
)

func testSearchStart(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	for _, body := range []string{
		`{"message":"abcd"}`, `{"message":"ёёёё"}`, `{"message":"💬💬💬💬"}`, `{"message":"` + strings.Repeat("ё", 1024) + `"}`,
		`{"message":"    "}`, `{"message":"????"}`, `{"message":"hello","chat_id":null,"user_name":null,"after":null,"before":null}`,
		`{"message":"hello","unknown":1}`, `{"message":"hello","chat_id":"` + nobody + `"}`, `{"message":"hello","user_name":"nobody"}`,
		`{"message":"hello","after":"2026-03-01T09:30:00Z","before":"2020-01-01t00:00:00.123456789-11:30"}`,
		`{"message":"hello","after":"0000-01-01T00:00:00Z","before":"9999-12-31T23:59:59.999999999Z"}`,
		`{"message":"hello","after":"2016-12-31T23:59:60Z","before":"2016-12-31T15:59:60.5-08:00"}`,
		`{"message":"hello","after":"9999-12-31T23:59:59-23:59","before":"0000-01-01T00:00:00+23:59"}`,
	} {
		answer := r.StartSearch(body).Want(http.StatusCreated)
		var started map[string]string
		if answer.Decode(&started); len(started) != 1 {
			t.Errorf("%s, want the task_id alone", answer)
		}
		if status := r.AwaitEnd(started["task_id"]); status != "SUCCESS" {
			t.Errorf("the search %s is %s", body, status)
		}
	}
}

func testSearchRefused(t *testing.T, s searcher) {
	alice := s.As(t, fresh("alice"))
	for _, body := range []string{
		`{}`, `{"message":null}`, `{"message":""}`, `{"message":"abc"}`, `{"message":"ёёё"}`, `{"message":"日a"}`, `{"message":1}`, `{"message":["abcd"]}`,
		`{"message":"` + strings.Repeat("a", 1025) + `"}`, `{"message":"` + strings.Repeat("💬", 1025) + `"}`, `{"message":"abcd\u0000"}`,
		`{"text":"hello"}`, `{"message":"hello","chat_id":""}`, `{"message":"hello","chat_id":"x"}`, `{"message":"hello","chat_id":7}`,
		`{"message":"hello","user_name":""}`, `{"message":"hello","user_name":"` + strings.Repeat("x", 256) + `"}`, `{"message":"hello","user_name":7}`,
		`{"message":"hello","after":""}`, `{"message":"hello","after":"yesterday"}`, `{"message":"hello","after":1}`,
		`{"message":"hello","after":"2026-03-01"}`, `{"message":"hello","before":"2026-03-01T09:30:00"}`, `{"message":"hello","before":"2026-02-30T09:30:00Z"}`,
		`{"message":"hello","before":"2026-03-01T9:30:00Z"}`, `{"message":"hello","before":"2026-03-01T09:30:00,5Z"}`,
		`{"message":"hello","before":"2026-03-01T24:00:00Z"}`, `{"message":"hello","before":"10000-01-01T00:00:00Z"}`, `{"message":"hello","before":"2026-03-01T09:30:00+25:00"}`,
		`{"message":"hello","after":"2026-03-01T09:30:00+24:00"}`, `{"message":"hello","after":"2026-03-01T09:30:00-23:60"}`,
		`{"message":"hello","after":"2026-03-01T09:30:60Z"}`, `{"message":"hello","after":"2016-12-31T23:59:61Z"}`, `{"message":"hello","after":"2016-12-31T23:59:60+01:00"}`,
	} {
		if answer := alice.StartSearch(body); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s: %s, want 400 bad-parameters", body, answer)
		}
	}
}

func testSearchStatus(t *testing.T, s searcher) {
	alice := s.As(t, fresh("alice"))
	task := alice.Succeed(looking("hello"))
	answer := alice.Get(testkit.StatusPath(task)).Want(http.StatusOK)
	if string(answer.Body) != `{"more":false,"progress":1,"status":"SUCCESS"}` || answer.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s, Cache-Control %q", answer, answer.Header.Get("Cache-Control"))
	}
	alice.Do(http.MethodHead, testkit.StatusPath(task), nil).Empty(http.StatusOK)
	for _, unknown := range []string{nobody, "x", task[1:], task + "0", "messages", "search"} {
		alice.Get(testkit.StatusPath(unknown)).Refused(http.StatusNotFound, "task-not-found")
		alice.Get(testkit.ResultsPath(unknown, 1, "")).Refused(http.StatusNotFound, "task-not-found")
	}
	// In this path "search" is a chat_id, and unknown.
	alice.Get("/v1/chats/search/messages?limit=1").Refused(http.StatusNotFound, "chat-not-found")
}

func testSearchSpellings(t *testing.T, s searcher) {
	r := newRoom(t, s.Server)
	r.sayAll("hello there")
	task := r.Succeed(looking("hello"))
	for _, spelling := range spellings(task) {
		if status := r.Status(spelling); status != "SUCCESS" {
			t.Errorf("%s is %s", spelling, status)
		}
		page := r.Results(spelling, 1, "")
		if len(page.Messages) != 1 {
			t.Errorf("%s has found %d messages, want 1", spelling, len(page.Messages))
		}
	}
	for _, chat := range spellings(r.chat) {
		request := looking("hello")
		request.ChatID = &chat
		if found := r.Find(request); len(found) != 1 {
			t.Errorf("%d messages found in the chat %s, want 1", len(found), chat)
		}
	}
}

// 401, 404 of the task, 400.
func testSearchOrder(t *testing.T, s searcher) {
	alice := s.As(t, fresh("alice"))
	task := alice.Succeed(looking("hello"))
	guest, stranger := s.Guest(t), s.WithSession(t, nobody)
	const results = "/v1/chats/search/"
	for _, c := range []struct {
		client             *testkit.Client
		method, path, body string
		status             int
		code               string
	}{
		{guest, "POST", "/v1/chats/search", "{", 401, "auth-failed"},
		{guest, "GET", testkit.StatusPath("x"), "", 401, "auth-failed"},
		{stranger, "GET", results + "x/messages", "", 401, "invalid-session-id"},
		{alice, "GET", results + "x/messages", "", 404, "task-not-found"},
		{alice, "GET", results + nobody + "/messages", "", 404, "task-not-found"},
		{alice, "GET", results + nobody + "/messages?limit=x&from=x", "", 404, "task-not-found"},
		{alice, "GET", results + nobody + "/messages?limit=1&from=x", "", 404, "task-not-found"},
		{alice, "GET", results + nobody + "/messages?limit=1&from=%zz", "", 404, "task-not-found"},
		{alice, "GET", results + task + "/messages", "", 400, "bad-parameters"},
		{alice, "GET", results + task + "/messages?limit=x&from=x", "", 400, "bad-parameters"},
		{alice, "GET", results + task + "/messages?limit=1&from=x", "", 400, "bad-cursor"},
	} {
		answer := c.client.For(t).Do(c.method, c.path, c.body)
		if answer.Status != c.status || answer.Code() != c.code {
			t.Errorf("%s: want %d %s", answer, c.status, c.code)
		}
	}
}

func testSearchPrefer(t *testing.T, s searcher) {
	alice := s.As(t, fresh("alice"))
	for prefer, applied := range map[string]string{
		"wait=5": "wait=5", "wait=60": "wait=5", "respond-async, Wait=4": "wait=4", `a="b, wait=1";c, wait="3"`: "wait=3",
	} {
		answer := alice.StartSearch(looking("hello"), "Prefer", prefer).Want(http.StatusCreated)
		if answer.Field("status") == "" || answer.Header.Get("Preference-Applied") != applied {
			t.Errorf("Prefer: %s: %s, applied %q, want %q", prefer, answer, answer.Header.Get("Preference-Applied"), applied)
		}
		if status := alice.AwaitEnd(answer.Field("task_id")); status != "SUCCESS" {
			t.Errorf("the task is %s", status)
		}
	}
	if status := alice.StartSearch(looking("hello"), "Prefer", "x", "Prefer", "wait=0").Field("status"); status == "" {
		t.Error("wait=0 tells no status")
	}
	for _, prefer := range []string{"", "wait", "wait=", "wait=-1", "wait=soon", "waiting=2", `"wait=2"`, "return=minimal"} {
		answer := alice.StartSearch(looking("hello"), "Prefer", prefer).Want(http.StatusCreated)
		if strings.Contains(string(answer.Body), "status") || answer.Header.Get("Preference-Applied") != "" {
			t.Errorf("Prefer: %s: %s, applied %q", prefer, answer, answer.Header.Get("Preference-Applied"))
		}
		alice.AwaitEnd(answer.Field("task_id"))
	}
	alice.StartSearch(looking("abc"), "Prefer", "wait=2").Refused(http.StatusBadRequest, "bad-parameters")
}
