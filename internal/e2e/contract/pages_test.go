package contract_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"messenger-api/internal/testkit"
)

func testPages(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	const sent = 10
	for i := range sent {
		r.Send(r.chat, r.user, strconv.Itoa(i))
	}
	for _, limit := range []int{1, 3, 5, 9, 10, 11, 1000} {
		from, seen := "", sent
		for {
			page := r.Page(r.chat, limit, from)
			if len(page.Messages) > limit {
				t.Fatalf("a page of %d has %d messages", limit, len(page.Messages))
			}
			for _, message := range page.Messages {
				if seen--; message.Text != strconv.Itoa(seen) {
					t.Fatalf("pages of %d: %q, want %d", limit, message.Text, seen)
				}
			}
			from = page.Next.Iterator
			if len(page.Messages) < limit {
				break
			}
		}
		if seen != 0 {
			t.Errorf("pages of %d miss %d messages", limit, seen)
		}
		for range 3 {
			page := r.Page(r.chat, limit, from)
			if len(page.Messages) != 0 {
				t.Errorf("a page after the last of %d: %+v", limit, page.Messages)
			}
			from = page.Next.Iterator
		}
	}
}

func testPageLimits(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	path := "/v1/chats/" + r.chat + "/messages"
	for _, query := range []string{"", "?limit=", "?limit=0", "?limit=-1", "?limit=1001", "?limit=99999999999999999999", "?limit=x",
		"?limit=1.5", "?limit=1e2", "?limit=0x10", "?limit=1%20", "?limit=%00", "?limit=null", "?Limit=1", "?limit=1_0", "?limit=٣",
		"?limit=%2B5", "?limit=1&limit=2", "?limit=1&from=%zz", "?limit=1&from=x&from=x"} {
		if answer := r.Get(path + query); answer.Status != 400 || answer.Code() != "bad-parameters" {
			t.Errorf("%s", answer)
		}
	}
	for _, query := range []string{"?limit=1", "?limit=1000", "?limit=5&unknown=1"} {
		r.Get(path + query).Want(http.StatusOK)
	}
	r.Get("/v1/chats/"+nobody+"/messages?limit=1").Refused(http.StatusNotFound, "chat-not-found")
}

func testIterators(t *testing.T, s *testkit.Server) {
	r, other := newRoom(t, s), newRoom(t, s)
	for range 3 {
		r.Send(r.chat, r.user, "x")
		other.Send(other.chat, other.user, "y")
	}
	good := r.Page(r.chat, 1, "").Next.Iterator
	for what, from := range map[string]string{
		"another chat's":     other.Page(other.chat, 1, "").Next.Iterator,
		"cut short":          good[:len(good)-1],
		"with more":          good + "A",
		"in another case":    swapCase(good),
		"a number":           "1",
		"a message_id":       r.Page(r.chat, 1, "").Messages[0].MessageID,
		"the chat_id":        r.chat,
		"a space":            " ",
		"an iterator, twice": good + good,
		"NUL":                "\x00",
		"not UTF-8":          "\xff",
		"very long":          strings.Repeat("A", 4000),
	} {
		answer := r.Get(testkit.PagePath(r.chat, 1, from))
		if answer.Status != 400 || answer.Code() != "bad-cursor" {
			t.Errorf("an iterator, %s: %s", what, answer)
		}
	}
	r.Get("/v1/chats/"+r.chat+"/messages?limit=1&from=").Refused(http.StatusBadRequest, "bad-cursor")

	// An iterator can be used by any account, and more than once.
	for _, reader := range []*testkit.Client{r.Client, other.Client, r.Client} {
		if page := reader.Page(r.chat, 10, good); len(page.Messages) != 2 || page.Messages[0].Seq != 2 {
			t.Errorf("after the first message: %+v", page.Messages)
		}
	}
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
}

// Readers who follow the iterators while others write get every message that existed when they began,
// and none twice.
func testPagesWhileWriting(t *testing.T, s *testkit.Server) {
	r := newRoom(t, s)
	for i := range 40 {
		r.Send(r.chat, r.user, strconv.Itoa(i))
	}
	done := make(chan struct{})
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				answer, err := r.Try(http.MethodPost, testkit.MessagesPath(r.chat, r.user), map[string]string{"message": "more"})
				if err != nil || answer.Status != http.StatusCreated {
					t.Errorf("%s, %v", answer, err)
					return
				}
			}
		})
	}
	for _, limit := range []int{1, 7, 50} {
		messages := r.ReadAll(r.chat, limit)
		for i, message := range messages {
			if want := int64(len(messages) - i); message.Seq != want {
				t.Errorf("pages of %d: seq %d, want %d", limit, message.Seq, want)
				break
			}
		}
		if len(messages) < 40 {
			t.Errorf("pages of %d: %d messages, want 40 at least", limit, len(messages))
		}
	}
	close(done)
	writers.Wait()
}
