package faults

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	messenger "messenger-api/client"
	"messenger-api/internal/testkit"
)

const (
	searchers = 6
	// perChat is the number of messages of each chat, all of which match.
	perChat = 30
	// endDeadline is the time limit of an accepted search, whatever is killed meanwhile.
	endDeadline = 3 * time.Minute
	// minKept is how many of an account's newest tasks can't have been deleted: the last 50 that
	// ended are kept, and up to 20 are open.
	minKept = 50 - 20
)

// searches are the searches that accounts have started, each account in its own chat.
type searches struct {
	accounts []*testkit.Client

	mu       sync.Mutex
	accepted [][]string // by account
}

// newSearches creates the accounts, chats and messages.
func newSearches(t *testing.T, api testkit.API) *searches {
	t.Helper()
	s := &searches{accepted: make([][]string, searchers)}
	for i := range searchers {
		account := api.As(t, fmt.Sprint("searcher ", i))
		chat := account.CreateChat("chat")
		user := account.Join(chat, "searcher")
		for n := range perChat {
			account.Send(chat, user, fmt.Sprint("the message number ", n))
		}
		s.accounts = append(s.accounts, account)
	}
	return s
}

// start makes all accounts search repeatedly.
func (s *searches) start(t *testing.T) *testkit.Load {
	t.Helper()
	return testkit.StartLoad(t, searchers, func(account, _ int) bool { return s.try(t, account) })
}

// try starts a search once, and reports whether it was accepted.
func (s *searches) try(t *testing.T, account int) bool {
	answer, err := s.accounts[account].Try(http.MethodPost, "/v1/chats/search", messenger.SearchCreation{Message: "numbers"})
	switch {
	case err != nil || answer.Status == http.StatusServiceUnavailable || answer.Status == http.StatusTooManyRequests:
		return false
	case answer.Status != http.StatusCreated:
		t.Errorf("start a search: want 201, 429 or 503, got %s", answer)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted[account] = append(s.accepted[account], answer.Field("task_id"))
	return true
}

func (s *searches) count() (count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, tasks := range s.accepted {
		count += len(tasks)
	}
	return count
}

// verify waits until each accepted search has ended; those that succeeded must have found all messages.
func (s *searches) verify(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(endDeadline)
	failed := 0
	for i, tasks := range s.accepted {
		for at, task := range tasks {
			status := s.awaitEnd(t, i, task, at < len(tasks)-minKept, deadline)
			if status == "FAILED" {
				failed++
			}
			if status != "SUCCESS" || at%10 > 0 { // reading all of them would take too long
				continue
			}
			if found := s.accounts[i].Results(task, 100, "").Messages; len(found) != perChat {
				t.Errorf("a search has found %d messages, want %d", len(found), perChat)
			}
		}
	}
	t.Logf("%d searches were accepted, and have ended; %d failed", s.count(), failed)
	clear(s.accepted)
}

// awaitEnd waits for a task's end, and retries after 503. If the task may have been deleted and is not found,
// the status is empty.
func (s *searches) awaitEnd(t *testing.T, account int, task string, mayBeGone bool, deadline time.Time) (status string) {
	t.Helper()
	for {
		answer, err := s.accounts[account].Try(http.MethodGet, testkit.StatusPath(task), nil)
		if err == nil && answer.Status == http.StatusOK {
			status = answer.Field("status")
			if status == "SUCCESS" || status == "FAILED" {
				return status
			}
		}
		if err == nil && answer.Status == http.StatusNotFound {
			if mayBeGone {
				return ""
			}
			t.Fatalf("an accepted search is gone: %s", answer)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the search %s has not ended: %q, %v, %v", task, status, answer, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
