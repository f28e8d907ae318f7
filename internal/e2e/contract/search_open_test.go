package contract_test

import (
	"net/http"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

// Without a consumer searches wait. An account can have exactly 20, however many requests are
// concurrent. When a consumer starts, all of them end.
func TestSearchOpenTasks(t *testing.T) {
	t.Parallel()
	const most = 20
	settings := services(t)
	s := testkit.Start(t, settings...)
	r := newRoom(t, s)
	r.sayAll("hello there")
	var tasks []string
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 2 * most {
		all.Go(func() {
			answer := r.StartSearch(looking("hello"))
			if answer.Status == http.StatusCreated {
				mu.Lock()
				defer mu.Unlock()
				tasks = append(tasks, answer.Field("task_id"))
				return
			}
			answer.Refused(http.StatusTooManyRequests, "request-limit-exceeded")
		})
	}
	all.Wait()
	if len(tasks) != most {
		t.Errorf("%d searches at once are accepted, want %d", len(tasks), most)
	}
	r.StartSearch(looking("hello")).Refused(http.StatusTooManyRequests, "request-limit-exceeded")
	r.StartSearch(looking("abc")).Refused(http.StatusBadRequest, "bad-parameters")
	for _, task := range tasks {
		if status := r.Status(task); status != "WAITING" {
			t.Errorf("a task without a consumer is %s", status)
		}
		r.Get(testkit.ResultsPath(task, 1, "")).Refused(http.StatusBadRequest, "task-not-complete")
	}
	// Other accounts have their own limit, and a request with Prefer: wait ends.
	bob := s.As(t, "bob")
	waited := bob.StartSearch(looking("hello"), "Prefer", "wait=1").Want(http.StatusCreated)
	if waited.Field("status") != "WAITING" || waited.Header.Get("Preference-Applied") != "wait=1" {
		t.Errorf("%s, Preference-Applied %q", waited, waited.Header.Get("Preference-Applied"))
	}

	consumer := testkit.StartConsumer(t, settings...)
	for _, task := range tasks {
		if status := r.AwaitEnd(task); status != "SUCCESS" {
			t.Errorf("the task is %s", status)
		}
	}
	if found := r.Find(looking("hello")); len(found) != 1 {
		t.Errorf("%d messages found, want 1", len(found))
	}
	checkConsumer(t, consumer)
}

// checkConsumer checks that a consumer serves the health endpoints and nothing else.
func checkConsumer(t *testing.T, consumer *testkit.Process) {
	t.Helper()
	guest := consumer.Guest(t)
	guest.Get("/ping").Empty(http.StatusOK)
	guest.Get("/ping_db").Empty(http.StatusOK)
	for _, path := range []string{"/", "/unknown", "/swagger.yml", "/v1/chats", "/v1/chats/search", "/v1/auth/login", "/metrics"} {
		guest.Get(path).Refused(http.StatusNotFound, "not-found")
		guest.Post(path, `{}`).Refused(http.StatusNotFound, "not-found")
	}
	guest.Do(http.MethodPut, "/ping", nil).Refused(http.StatusMethodNotAllowed, "method-not-allowed")
}

// The limit with the embedded queue: no search is lost, or refused for long.
func TestSearchManyEmbedded(t *testing.T) {
	withSettings(t, func(t *testing.T, s *testkit.Server) {
		r := newRoom(t, s)
		r.sayAll("hello there")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 25 {
					answer := r.StartSearch(looking("hello"))
					if answer.Status == http.StatusTooManyRequests {
						continue
					}
					task := answer.Want(http.StatusCreated).Field("task_id")
					if status := r.AwaitEnd(task); status != "SUCCESS" {
						t.Errorf("the task is %s", status)
					}
				}
			})
		}
		all.Wait()
	})
}
